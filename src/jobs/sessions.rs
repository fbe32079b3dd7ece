//! Expiring sessions whose time is over, and forgetting those that ended long ago.

use tracing::{info, warn};

use crate::telemetry::metrics;

use super::JobParts;

/// Rows in one statement.
const BATCH: u32 = 500;
/// Statements in one run; what is left waits for the next.
const BATCHES: usize = 100;

/// Expires sessions whose time is over.
pub async fn expire(parts: JobParts) {
    let mut expired = 0;
    for _ in 0..BATCHES {
        match parts.repository.expire(BATCH).await {
            Ok(sessions) => {
                expired += sessions.len() as u64;
                if sessions.len() < BATCH as usize {
                    break;
                }
            }
            Err(error) => {
                warn!(%error, "sessions could not be expired; tried again at the next sweep");
                break;
            }
        }
    }
    if expired > 0 {
        metrics::expired_sessions(expired);
        info!(sessions = expired, "expired");
    }
}

/// Deletes the rows of sessions that ended longer ago than the retention.
pub async fn forget(parts: JobParts) {
    for _ in 0..BATCHES {
        match parts.repository.delete_ended(parts.retention, BATCH).await {
            Ok(deleted) if deleted == u64::from(BATCH) => {}
            Ok(_) => return,
            Err(error) => {
                warn!(%error, "ended sessions could not be deleted; tried again later");
                return;
            }
        }
    }
}
