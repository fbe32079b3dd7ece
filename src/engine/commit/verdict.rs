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
    /// It is the append before, whose answer was lost: answer it again.
    AnswerAgain,
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
        return Verdict::AnswerAgain;
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
