//! Expiring sessions whose time is over, and forgetting those that ended long ago.

use tracing::info;

use crate::telemetry::metrics;

use super::{JobParts, batches::in_batches};

/// Expires sessions whose time is over.
pub async fn expire(parts: JobParts) {
    let repository = &parts.repository;
    let expire = |limit| async move { Ok(repository.expire(limit).await?.len() as u64) };
    let expired = in_batches("sessions could not be expired", expire).await;
    if expired > 0 {
        metrics::expired_sessions(expired);
        info!(sessions = expired, "expired");
    }
}

/// Drops the bytes of sessions that ended unfaxed and can have been brought back for long enough.
pub async fn drop_undeletable(parts: JobParts) {
    let drop = |limit| parts.repository.drop_undeletable(parts.undelete, limit);
    let sessions = in_batches("bytes of expired sessions could not be dropped", drop).await;
    if sessions > 0 {
        info!(
            sessions,
            "dropped the bytes of sessions that had ended unfaxed"
        );
    }
}

/// Deletes the rows of sessions that ended longer ago than the retention.
pub async fn forget(parts: JobParts) {
    let delete = |limit| parts.repository.delete_ended(parts.retention, limit);
    let _deleted = in_batches("ended sessions could not be deleted", delete).await;
}
