//! Why an append was not committed, in the order in which a client is to be told.

use crate::engine::{
    UploadError,
    repository::{Commit, Explanation, IfEqual},
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
        /// The appends it was judged by.
        appends: u64,
        /// It may be the next bytes all the same.
        is_doubtful: bool,
    },
    /// Its bytes decide.
    Look,
    /// Nothing stands in its way (any more): commit it with this fence.
    Commit {
        /// The session's present fence.
        fence: i64,
        /// What it is if it equals the append before.
        if_equal: IfEqual,
    },
}

/// What is known of an append that could tell whether it is the one before again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signs {
    /// It came on the connection on which the answer before was given, and that is its client's own.
    pub same_connection: bool,
    /// The answer before is not known to have arrived, or was given after this append was begun.
    pub unheard: bool,
    /// Its bytes cannot stand twice in a row in a document; unknown as long as nobody has looked.
    pub telling: Option<bool>,
}

/// Judges an append by what it met.
pub fn judge(
    append: &Commit,
    met: Option<&Explanation>,
    signs: Signs,
    switch_group: &str,
) -> Verdict {
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
    if closed && !met.equal {
        return Verdict::Refuse(UploadError::SessionNotOpen);
    }
    if let Err(refusal) = owner_allows(met, switch_group) {
        return Verdict::Refuse(refusal);
    }
    let again = |is_doubtful| Verdict::AnswerAgain {
        total: met.received,
        appends: met.appends,
        is_doubtful,
    };
    let if_equal = match equal(met, signs) {
        // Nothing follows the last chunk of a session, so it cannot be data.
        _ if closed => return again(false),
        None => IfEqual::Undecided,
        Some(Equal::Next) => IfEqual::Next,
        Some(Equal::Again) => return again(true),
        Some(Equal::Unclear) => return Verdict::Look,
        Some(Equal::Doubtful) => IfEqual::Doubtful(met.appends),
    };
    let length = append.chunk.length;
    if length == 0 {
        return Verdict::Refuse(UploadError::EmptyChunk);
    }
    if length > met.max_chunk {
        let limit = met.max_chunk;
        return Verdict::Refuse(UploadError::ChunkTooLarge { length, limit });
    }
    let total = met.received.saturating_add(length);
    let doubtful = match if_equal {
        IfEqual::Doubtful(_) => met.doubtful + length,
        IfEqual::Undecided | IfEqual::Next => met.doubtful,
    };
    let limit = met.max_total;
    if total.saturating_sub(doubtful) > limit || total > limit.saturating_mul(2) {
        return Verdict::Refuse(UploadError::TotalTooLarge { total, limit });
    }
    let fence = met.fence;
    Verdict::Commit { fence, if_equal }
}

enum Equal {
    Next,
    Again,
    Unclear,
    Doubtful,
}

/// What an append to an open session is that equals the one before, if it does.
fn equal(met: &Explanation, signs: Signs) -> Option<Equal> {
    if !met.equal {
        return None;
    }
    Some(match signs.telling {
        // Whoever asks again on that connection has read the answer.
        _ if signs.same_connection && met.ours => Equal::Next,
        _ if signs.unheard || met.suspect => Equal::Again,
        None => Equal::Unclear,
        Some(true) => Equal::Again,
        Some(false) => Equal::Doubtful,
    })
}

fn owner_allows(met: &Explanation, switch_group: &str) -> Result<(), UploadError> {
    let owner = met.owner.as_ref().ok_or(UploadError::AccountDisabled)?;
    if !owner.enabled {
        return Err(UploadError::AccountDisabled);
    }
    owner.may_upload(switch_group)
}

#[cfg(test)]
mod tests;
