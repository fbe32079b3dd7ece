//! Dropping the documents of faxes that ended, and forgetting those that ended long ago.

use tracing::info;

use super::{JobParts, batches::in_batches};

/// Drops the documents of faxes that ended long enough ago.
pub async fn drop_documents(parts: JobParts) {
    let keep = parts.fax_retention;
    let drop = |limit| {
        let faxes = &parts.faxes;
        faxes.drop_documents(keep.documents, keep.dead_letters, limit)
    };
    let uploads = in_batches("documents of faxes could not be dropped", drop).await;
    if uploads > 0 {
        info!(uploads, "dropped the documents of faxes");
    }
}

/// Deletes the rows of faxes that ended longer ago than their retention.
pub async fn forget_faxes(parts: JobParts) {
    let delete = |limit| parts.faxes.delete_old(parts.fax_retention.rows, limit);
    let _deleted = in_batches("ended faxes could not be deleted", delete).await;
}
