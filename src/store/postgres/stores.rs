//! Which content store, and which gateway process, the database belongs to.

use std::collections::BTreeSet;

use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    content::{SegmentId, StoreId, journal::Mark},
    engine::repository::RepositoryError,
};

use super::{
    Database, queries,
    rows::{get, signed, unsigned},
};

/// The kind of store that a journal is.
const JOURNAL: &str = "journal";

/// A content store as the database knows it.
#[derive(Clone, Debug)]
pub struct KnownStore {
    /// Which.
    pub id: StoreId,
    /// The mark that its directory has, too, or gets next.
    pub mark: Mark,
    /// The mark before, which a directory still has if a process died between the two.
    pub mark_before: Uuid,
    /// Segments up to this one are not reclaimed.
    pub kept_to: SegmentId,
    /// Segments that are gone, as an operator has accepted.
    pub lost_segments: BTreeSet<SegmentId>,
}

impl KnownStore {
    /// Whether a directory with this mark is the store as the database knows it.
    pub fn has(&self, mark: Mark) -> bool {
        [self.mark.id, self.mark_before].contains(&mark.id)
    }
}

fn known_store(row: &Row) -> Result<KnownStore, RepositoryError> {
    let lost: Vec<i64> = get(row, "lost_segments")?;
    Ok(KnownStore {
        id: StoreId(get(row, "id")?),
        mark: Mark {
            generation: unsigned(row, "generation")?,
            id: get(row, "mark")?,
        },
        mark_before: get(row, "mark_before")?,
        kept_to: SegmentId(unsigned(row, "kept_to")?),
        lost_segments: lost
            .into_iter()
            .map(|id| SegmentId(id.cast_unsigned()))
            .collect(),
    })
}

fn segment(row: &Row) -> Result<SegmentId, RepositoryError> {
    unsigned(row, "segment").map(SegmentId)
}

impl Database {
    /// The content stores this database knows; one, or none in a new database.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn content_stores(&self) -> Result<Vec<KnownStore>, RepositoryError> {
        let rows = self.query(queries::CONTENT_STORES, &[]).await?;
        rows.iter().map(known_store).collect()
    }

    /// Makes the journal `store` the database's content store, if it has none yet.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn register_journal(&self, store: StoreId) -> Result<(), RepositoryError> {
        self.query(queries::REGISTER_STORE, &[&store.0, &JOURNAL])
            .await
            .map(drop)
    }

    /// Makes `store` the database's only content store, as it is. `before` is the mark in its directory, where that of
    /// `store` is written next.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn adopt_journal(
        &self,
        store: &KnownStore,
        before: Mark,
    ) -> Result<(), RepositoryError> {
        let lost: Vec<i64> = store.lost_segments.iter().map(|it| signed(it.0)).collect();
        self.query(
            queries::ADOPT_STORE,
            &[
                &store.id.0,
                &JOURNAL,
                &signed(store.mark.generation),
                &store.mark.id,
                &before.id,
                &signed(store.kept_to.0),
                &lost,
            ],
        )
        .await
        .map(drop)
    }

    /// Lets the kept segments of `store` be reclaimed.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn release_journal(&self, store: StoreId) -> Result<(), RepositoryError> {
        self.query(queries::RELEASE_STORE, &[&store.0])
            .await
            .map(drop)
    }

    /// Replaces the mark `before` of `store`; `false` if the database does not bear it, and so is another one, or an
    /// older copy. May be repeated when the outcome is unknown.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn mark_journal(
        &self,
        store: StoreId,
        before: Mark,
        mark: Mark,
    ) -> Result<bool, RepositoryError> {
        let row = self
            .query_opt(
                queries::MARK_STORE,
                &[&store.0, &signed(mark.generation), &mark.id, &before.id],
            )
            .await?;
        Ok(row.is_some())
    }

    /// The segments of `store` that extents name.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn named_segments(
        &self,
        store: StoreId,
    ) -> Result<BTreeSet<SegmentId>, RepositoryError> {
        let rows = self.query(queries::NAMED_SEGMENTS, &[&store.0]).await?;
        rows.iter().map(segment).collect()
    }

    /// How many sessions have how many bytes in `segments` of `store`.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn named_bytes(
        &self,
        store: StoreId,
        segments: &[SegmentId],
    ) -> Result<(u64, u64), RepositoryError> {
        let segments: Vec<i64> = segments.iter().map(|segment| signed(segment.0)).collect();
        let row = self
            .query_opt(queries::NAMED_BYTES, &[&store.0, &segments])
            .await?;
        row.map_or(Ok((0, 0)), |row| {
            Ok((unsigned(&row, "sessions")?, unsigned(&row, "bytes")?))
        })
    }

    /// Those of `segments` in which live bytes lie: all, if the database bears none of `marks`.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn segments_in_use(
        &self,
        store: StoreId,
        segments: &[SegmentId],
        marks: &[Uuid],
    ) -> Result<Vec<SegmentId>, RepositoryError> {
        let asked: Vec<i64> = segments.iter().map(|segment| signed(segment.0)).collect();
        let rows = self
            .query(queries::SEGMENTS_IN_USE, &[&store.0, &asked, &marks])
            .await?;
        rows.iter().map(segment).collect()
    }

    /// Registers the process `boot` as the gateway on `store`, whose lock it must hold. From now
    /// on, the last append of every session written by a process that died is suspect.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn register_boot(&self, boot: Uuid, store: StoreId) -> Result<(), RepositoryError> {
        self.query(queries::REGISTER_BOOT, &[&boot, &store.0])
            .await?;
        self.registered(boot);
        Ok(())
    }

    /// Makes due what gateways before this process were doing with faxes. Called by one that knows
    /// that they are dead, before it claims any itself.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn release_leases(&self) -> Result<(), RepositoryError> {
        self.query(queries::RELEASE_LEASES, &[]).await.map(drop)
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
