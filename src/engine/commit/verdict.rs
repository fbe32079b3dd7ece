//! Why an append was not committed, in the order in which a client is to be told.

use crate::engine::{
    UploadError,
    repository::{Commit, Explanation},
    session::SessionState,
};

/// What is to be done with an append that was not committed.
#[derive(Debug)]
pub enum Verdict {
    /// Tell the client.
    Refuse(UploadError),
    /// It is the append before: answer it again.
    AnswerAgain {
        /// What was answered, or should have been.
        total: u64,
        /// The database knows that the answer may be lost.
        suspect: bool,
    },
    /// Nothing stands in its way (any more): commit it with this fence.
    Commit {
        /// The session's present fence.
        fence: i64,
    },
}

/// Judges an append by what it met.
pub fn judge(append: &Commit, met: Option<&Explanation>, switch_group: &str) -> Verdict {
    let Some(met) = met else {
        return Verdict::Refuse(UploadError::SessionNotOpen);
    };
    let closed = match met.state {
        SessionState::Open => false,
        SessionState::Complete => true,
        SessionState::Consumed | SessionState::Cancelled | SessionState::Expired => {
            return Verdict::Refuse(UploadError::SessionNotOpen);
        }
    };
    if closed && !met.repeated {
        return Verdict::Refuse(UploadError::SessionNotOpen);
    }
    if let Err(refusal) = owner_allows(met, switch_group) {
        return Verdict::Refuse(refusal);
    }
    if met.repeated {
        return Verdict::AnswerAgain {
            total: met.received,
            suspect: met.suspect,
        };
    }
    let length = append.chunk.length;
    if length == 0 {
        return Verdict::Refuse(UploadError::EmptyChunk);
    }
    if length > met.max_chunk {
        let limit = met.max_chunk;
        return Verdict::Refuse(UploadError::ChunkTooLarge { length, limit });
    }
    let total = met.received.saturating_add(length);
    if total > met.max_total {
        let limit = met.max_total;
        return Verdict::Refuse(UploadError::TotalTooLarge { total, limit });
    }
    Verdict::Commit { fence: met.fence }
}

fn owner_allows(met: &Explanation, switch_group: &str) -> Result<(), UploadError> {
    let owner = met.owner.as_ref().ok_or(UploadError::AccountDisabled)?;
    if !owner.enabled {
        return Err(UploadError::AccountDisabled);
    }
    owner.may_upload(switch_group)
}

#[cfg(test)]
mod tests {
    use super::{Verdict, judge};
    use crate::engine::{
        account::AccountSettings,
        repository::{ChunkFacts, Commit, Explanation},
        session::{SessionId, SessionState},
    };

    fn append(length: u64) -> Commit {
        Commit {
            session: SessionId(1),
            fence: 0,
            chunk: ChunkFacts { length, digest: 0 },
            is_last: false,
            answer_lost: false,
            extents: Vec::new(),
        }
    }

    fn said(verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Refuse(error) => error.label(),
            Verdict::AnswerAgain { .. } => "again",
            Verdict::Commit { .. } => "commit",
        }
    }

    /// Every owner there can be.
    fn owners() -> impl Iterator<Item = Option<AccountSettings>> {
        let some = (0..16_u8).map(|bits| {
            let bit = |n: u8| bits >> n & 1 == 1;
            Some(AccountSettings {
                enabled: bit(0),
                switch_group: if bit(1) { "ours" } else { "theirs" }.to_owned(),
                fax_service: bit(2),
                primary: bit(3),
                ..AccountSettings::default()
            })
        });
        some.chain([None])
    }

    /// The first of the troubles, as the original service looks for them.
    fn expected(met: &Explanation, length: u64) -> &'static str {
        let takes = match met.state {
            SessionState::Open => true,
            SessionState::Complete => met.repeated,
            SessionState::Consumed | SessionState::Cancelled | SessionState::Expired => false,
        };
        match &met.owner {
            _ if !takes => "session_not_open",
            None => "account_disabled",
            Some(owner) if !owner.enabled => "account_disabled",
            Some(owner) if owner.switch_group != "ours" => "other_switch_group",
            Some(owner) if !owner.fax_service => "no_fax_service",
            Some(owner) if !owner.primary => "not_primary",
            Some(_) if met.repeated => "again",
            Some(_) if length == 0 => "empty_chunk",
            Some(_) if length > met.max_chunk => "chunk_too_large",
            Some(_) if met.received + length > met.max_total => "total_too_large",
            Some(_) => "commit",
        }
    }

    #[test]
    fn the_first_trouble_is_told_whatever_else_is_wrong() {
        for owner in owners() {
            for state in SessionState::ALL {
                for repeated in [false, true] {
                    for (length, received) in [(0, 0), (100, 900), (100, 901), (101, 0)] {
                        let met = Explanation {
                            state,
                            received,
                            max_chunk: 100,
                            max_total: 1000,
                            fence: 3,
                            owner: owner.clone(),
                            suspect: false,
                            repeated,
                        };
                        let verdict = judge(&append(length), Some(&met), "ours");
                        assert_eq!(said(&verdict), expected(&met, length), "{length}: {met:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_session_that_never_was_takes_nothing() {
        assert_eq!(said(&judge(&append(1), None, "")), "session_not_open");
    }
}
