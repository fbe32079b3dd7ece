//! Which content store, and which gateway process, the database belongs to.

use uuid::Uuid;

use crate::{
    content::{SegmentId, StoreId},
    engine::repository::RepositoryError,
};

use super::{Database, queries, rows};

impl Database {
    /// The content stores this database knows; one, or none in a new database.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn content_stores(&self) -> Result<Vec<StoreId>, RepositoryError> {
        let rows = self.query(queries::CONTENT_STORES, &[]).await?;
        rows.iter()
            .map(|row| rows::get(row, "id").map(StoreId))
            .collect()
    }

    /// Makes the journal `store` the database's content store, if it has none yet.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn register_journal(&self, store: StoreId) -> Result<(), RepositoryError> {
        self.query(queries::REGISTER_STORE, &[&store.0, &"journal"])
            .await
            .map(drop)
    }

    /// The greatest segment of `store` that an extent names; 0 if there is none.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn greatest_segment(&self, store: StoreId) -> Result<SegmentId, RepositoryError> {
        let row = self
            .query_opt(queries::GREATEST_SEGMENT, &[&store.0])
            .await?;
        let greatest: Option<i64> = row.map(|row| rows::get(&row, "max")).transpose()?.flatten();
        Ok(SegmentId(
            greatest.and_then(|id| u64::try_from(id).ok()).unwrap_or(0),
        ))
    }

    /// Registers the process `boot` as the gateway on `store`, whose lock it must hold. From now
    /// on, the last append of every session written by a process that died is suspect.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn register_boot(&self, boot: Uuid, store: StoreId) -> Result<(), RepositoryError> {
        self.query(queries::REGISTER_BOOT, &[&boot, &store.0])
            .await
            .map(drop)
    }

    /// Asks whether the process `boot` is still registered, after a statement of its had no effect.
    ///
    /// # Errors
    /// [`RepositoryError::Replaced`] if it is not; as [`Database::query`].
    pub(super) async fn require_boot(&self, boot: Uuid) -> Result<(), RepositoryError> {
        let registered = self.query_opt(queries::LIVING_BOOT, &[&boot]).await?;
        registered.map(drop).ok_or_else(|| self.replaced())
    }

    /// Notes that the process `boot` stops with everything said: the answers it gave were
    /// delivered, or are marked.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn end_boot(&self, boot: Uuid) -> Result<(), RepositoryError> {
        self.query(queries::END_BOOT, &[&boot]).await.map(drop)
    }
}
