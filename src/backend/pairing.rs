//! Whether a database and a content store belong together, and as they are now.
//!
//! Either may be another one than it was: restored from a backup, made anew, or mixed up by a mistyped setting. Rows
//! decide what the store keeps, so a gateway on the wrong pair would take back the space of documents, or hand out names
//! of bytes that are not there. Both bear the same [`Mark`], which a gateway replaces every few seconds in which appends
//! were committed; the database gets it first.
//!
//! | database | store | |
//! |---|---|---|
//! | does not know the store | empty | a first start |
//! | does not know the store | holds records | refused ([`Mismatch::Unknown`]) |
//! | knows another store | | refused ([`Mismatch::Other`]) |
//! | has the store's mark, or the one after it | | served |
//! | is of an earlier generation | | served, and no segment that is there is reclaimed until an operator releases it |
//! | is of a later generation, or another mark of the same | | refused ([`Mismatch::OldStore`], [`Mismatch::Diverged`]) |
//! | names segments that are gone | | refused ([`Mismatch::Missing`]) |

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use uuid::Uuid;

use crate::{
    content::{
        ContentError, SegmentId, StoreId,
        journal::{JournalReader, Mark},
    },
    engine::repository::RepositoryError,
    store::postgres::{Database, KnownStore},
};

/// What went wrong while looking.
#[derive(Debug, thiserror::Error)]
pub enum PairingError {
    /// The database.
    #[error("the database does not work: {0}")]
    Database(#[from] RepositoryError),
    /// The store.
    #[error(transparent)]
    Content(#[from] ContentError),
}

/// Why a database and a store are not served together.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Mismatch {
    /// The database has never seen the store.
    #[error(
        "the database at {database} does not know the content store {store} in {directory}, which holds documents ({segments} segments, {bytes} bytes): \
         set database.url (CHUNKGATE__DATABASE__URL) or server.data_dir to the pair that belongs together, or restore the database of this store; \
         if that database is gone for good, `chunkgate content adopt` goes on with an empty one"
    )]
    Unknown {
        /// Its address, without user or password.
        database: String,
        /// The directory's.
        store: StoreId,
        /// Where it is.
        directory: PathBuf,
        /// Segment files.
        segments: usize,
        /// Their bytes.
        bytes: u64,
    },
    /// The database belongs to another store.
    #[error(
        "the database at {database} belongs to the content store {known}, and the one in {directory} is {store}: \
         point server.data_dir at the directory with that store, or database.url at this store's database; \
         what the database names cannot be read from here; if that store is gone for good, `chunkgate content adopt` goes on with this one"
    )]
    Other {
        /// See [`Mismatch::Unknown`].
        database: String,
        /// The database's.
        known: StoreId,
        /// The directory's.
        store: StoreId,
        /// Where it is.
        directory: PathBuf,
    },
    /// The directory is an older copy.
    #[error(
        "the content store {store} in {directory} is older than the database at {database}: it was copied at generation {found}, and the database has seen generation {known}, \
         so documents that it names are missing: restore a younger copy of the directory; `chunkgate verify` lists what is missing; \
         if there is no younger copy, `chunkgate content adopt` goes on without those documents"
    )]
    OldStore {
        /// See [`Mismatch::Unknown`].
        database: String,
        /// The directory's.
        store: StoreId,
        /// Where it is.
        directory: PathBuf,
        /// The directory's generation.
        found: u64,
        /// The database's.
        known: u64,
    },
    /// Both went on by themselves.
    #[error(
        "the content store {store} in {directory} and the database at {database} were served with other copies of each other since they were one \
         (both are of generation {generation}, with different marks): \
         set database.url (CHUNKGATE__DATABASE__URL) or server.data_dir to the pair that belongs together; \
         if it is gone, `chunkgate content adopt` goes on with these two"
    )]
    Diverged {
        /// See [`Mismatch::Unknown`].
        database: String,
        /// The directory's.
        store: StoreId,
        /// Where it is.
        directory: PathBuf,
        /// Of both.
        generation: u64,
    },
    /// Segments that the database names are gone.
    #[error(
        "the database at {database} names {count} segments that are not in the content store {store} in {directory} (the first is {first}): \
         {bytes} bytes of {sessions} uploads are missing: restore the files, or a copy of the directory that has them; `chunkgate verify` lists the uploads; \
         if there is none, `chunkgate content adopt` goes on without them"
    )]
    Missing {
        /// See [`Mismatch::Unknown`].
        database: String,
        /// The directory's.
        store: StoreId,
        /// Where it is.
        directory: PathBuf,
        /// How many.
        count: usize,
        /// The oldest of them.
        first: SegmentId,
        /// Uploads with bytes in them.
        sessions: u64,
        /// Those bytes.
        bytes: u64,
    },
}

/// A database and a content store, looked at together.
#[derive(Debug)]
pub struct Pairing {
    database: String,
    directory: PathBuf,
    store: StoreId,
    mark: Mark,
    segments: BTreeMap<SegmentId, u64>,
    holds_records: bool,
    known: Option<KnownStore>,
    others: Option<StoreId>,
    missing: Vec<SegmentId>,
    /// Uploads, and their bytes, in the missing segments.
    lost: (u64, u64),
    greatest_named: SegmentId,
}

impl Pairing {
    /// Looks at both. A store that the database does not know is read up to its first record.
    ///
    /// # Errors
    /// See [`PairingError`].
    pub async fn look(
        database: &Database,
        reader: &JournalReader,
        directory: PathBuf,
    ) -> Result<Self, PairingError> {
        let store = reader.id();
        let (mut mark, mut stores) = marks(database, reader).await?;
        if !stores.iter().any(|it| it.id == store && it.has(mark)) {
            // A gateway that serves may have given out two marks in between.
            (mark, stores) = marks(database, reader).await?;
        }
        let others = stores.iter().map(|it| it.id).find(|&id| id != store);
        let known = stores.into_iter().find(|it| it.id == store);
        // What the database names is older than the list of what there is.
        let named = database.named_segments(store).await?;
        let segments = blocking(reader, JournalReader::segments).await?;
        let holds_records =
            known.is_some() || blocking(reader, JournalReader::holds_records).await?;
        let accepted = known.as_ref().map(|it| &it.lost_segments);
        let mut missing: Vec<_> = named
            .iter()
            .filter(|id| !segments.contains_key(id))
            .filter(|id| accepted.is_none_or(|lost| !lost.contains(id)))
            .copied()
            .collect();
        if !missing.is_empty() {
            // A gateway may have taken back what was named a moment ago.
            let named = database.named_segments(store).await?;
            missing.retain(|id| named.contains(id));
        }
        let lost = match missing.as_slice() {
            [] => (0, 0),
            missing => database.named_bytes(store, missing).await?,
        };
        Ok(Self {
            database: database.connector().server(),
            directory,
            store,
            mark,
            segments,
            holds_records,
            known,
            others,
            missing,
            lost,
            greatest_named: named.last().copied().unwrap_or(SegmentId(0)),
        })
    }

    /// Why the two must not be served together.
    pub fn mismatch(&self) -> Option<Mismatch> {
        let (database, directory, store) =
            (self.database.clone(), self.directory.clone(), self.store);
        if let Some(known) = self.others {
            return Some(Mismatch::Other {
                database,
                known,
                store,
                directory,
            });
        }
        let Some(known) = &self.known else {
            return self.holds_records.then(|| Mismatch::Unknown {
                database,
                store,
                directory,
                segments: self.segments.len(),
                bytes: self.segments.values().sum(),
            });
        };
        let belongs = known.has(self.mark);
        let (found, known) = (self.mark.generation, known.mark.generation);
        if !belongs && found < known {
            return Some(Mismatch::OldStore {
                database,
                store,
                directory,
                found,
                known,
            });
        }
        if !belongs && found == known {
            return Some(Mismatch::Diverged {
                database,
                store,
                directory,
                generation: found,
            });
        }
        let (sessions, bytes) = self.lost;
        self.missing.first().map(|&first| Mismatch::Missing {
            database,
            store,
            directory,
            count: self.missing.len(),
            first,
            sessions,
            bytes,
        })
    }

    /// Whether the database is an older copy of the one that was served with this store: documents that were
    /// acknowledged since are in the store, and no row names them.
    pub fn is_database_older(&self) -> bool {
        self.known
            .as_ref()
            .is_some_and(|it| self.mark.generation > it.mark.generation)
    }

    /// Whether the database knows the store.
    pub fn is_known(&self) -> bool {
        self.known.is_some()
    }

    /// The database's address, without user or password.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The store's identity.
    pub fn store(&self) -> StoreId {
        self.store
    }

    /// The store's segment files and their bytes.
    pub fn segments(&self) -> &BTreeMap<SegmentId, u64> {
        &self.segments
    }

    /// The generations of the store, and of the database if that knows it.
    pub fn generations(&self) -> (u64, Option<u64>) {
        let known = self.known.as_ref().map(|it| it.mark.generation);
        (self.mark.generation, known)
    }

    /// The segments that are kept from being reclaimed, and their bytes.
    pub fn kept(&self) -> (usize, u64) {
        let kept = self.segments.range(..=self.kept_to());
        kept.fold((0, 0), |(count, bytes), (_, length)| {
            (count + 1, bytes + length)
        })
    }

    /// Segments up to this one are not reclaimed.
    pub fn kept_to(&self) -> SegmentId {
        let known = self.known.as_ref();
        known.map_or(SegmentId(0), |it| it.kept_to)
    }

    /// New segments are numbered above this one.
    pub fn floor(&self) -> SegmentId {
        self.greatest_named
    }

    /// The marks that the database may bear: the store's own, and the one that it gets next.
    pub fn marks(&self) -> (Mark, Mark) {
        let next = self.known.as_ref().map_or(self.mark, |it| it.mark);
        (self.mark, next)
    }

    /// The two as they belong together from now on: nothing that lies in the store is reclaimed, and what is missing
    /// from it is accepted.
    pub fn adopted(&self) -> KnownStore {
        let (found, known) = self.generations();
        let newest = self.segments.last_key_value().map(|(id, _)| *id);
        let accepted = self.known.as_ref().map(|it| it.lost_segments.clone());
        let mut lost: BTreeSet<_> = accepted.unwrap_or_default();
        lost.extend(&self.missing);
        KnownStore {
            id: self.store,
            mark: Mark {
                generation: found.max(known.unwrap_or(0)) + 1,
                id: Uuid::new_v4(),
            },
            mark_before: self.mark.id,
            kept_to: newest.unwrap_or(SegmentId(0)),
            lost_segments: lost,
        }
    }
}

/// The store's mark, and what the database knows of stores, which is never behind it while a gateway serves.
async fn marks(
    database: &Database,
    reader: &JournalReader,
) -> Result<(Mark, Vec<KnownStore>), PairingError> {
    let mark = blocking(reader, |it| it.mark().read()).await?;
    Ok((mark, database.content_stores().await?))
}

/// Reads from the store's directory on a thread that may block.
async fn blocking<T: Send + 'static>(
    reader: &JournalReader,
    read: impl FnOnce(&JournalReader) -> Result<T, ContentError> + Send + 'static,
) -> Result<T, ContentError> {
    let reader = reader.clone();
    let task = tokio::task::spawn_blocking(move || read(&reader));
    task.await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}
