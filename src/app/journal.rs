//! The journal that belongs to the database.

use std::{io::ErrorKind, path::Path, sync::Arc, time::Duration};

use tracing::warn;

use crate::{
    backend::{Backend, BackendError, Confirmations, Pairing},
    content::{
        ContentError, SegmentId, SharedStore,
        disk::RealDisk,
        journal::{Directory, Journal, JournalSettings, Observer},
    },
    settings::Settings,
    store::postgres::{Database, GatewayLock},
    telemetry::metrics,
};

use super::AppError;

/// The content store of a gateway, and what keeps it its own.
pub struct Opened {
    pub store: SharedStore,
    pub lock: GatewayLock,
    pub confirmations: Arc<Confirmations>,
}

/// Opens the journal, unless it and the database do not belong together. Nothing is changed before that is known.
pub async fn open_journal(settings: &Settings, backend: &Backend) -> Result<Opened, AppError> {
    let path = backend.content().to_owned();
    let directory = {
        let path = path.clone();
        blocking(move || Directory::open(Arc::new(RealDisk), &path)).await
    };
    let directory = directory.map_err(|error| match &error {
        ContentError::Io {
            operation: "lock",
            source,
            ..
        } if source.kind() == ErrorKind::WouldBlock => {
            AppError::Held(settings.server.data_dir.display().to_string())
        }
        _ => error.into(),
    })?;
    let database = backend.database();
    let lock = GatewayLock::take(database.connector(), directory.id())
        .await
        .map_err(BackendError::from)?
        .ok_or_else(|| AppError::Copied(path.display().to_string()))?;
    let pairing = pair(database, &directory, &path).await?;
    let (present, known) = pairing.marks();
    let confirmations = Confirmations::new(
        database.clone(),
        directory.id(),
        directory.mark(),
        present,
        known,
    );
    let content = &settings.content;
    let journal = JournalSettings {
        segment_size: content.segment_size,
        ready_segments: content.ready_segments,
        min_free: content.min_free,
        recycle_after: content.recycle_after,
        kept_to: pairing.kept_to(),
        ..JournalSettings::default()
    };
    let floor = pairing.floor();
    let store: SharedStore =
        blocking(move || Journal::open(directory, journal, floor, Arc::new(Observed))).await?;
    if let Err(error) = store.admit() {
        warn!(%error, "chunks will be refused until that is mended");
    }
    Ok(Opened {
        store,
        lock,
        confirmations: Arc::new(confirmations),
    })
}

/// Looks whether the database and the store belong together, and makes a first store known.
async fn pair(
    database: &Database,
    directory: &Directory,
    path: &Path,
) -> Result<Pairing, AppError> {
    let reader = directory.reader();
    let mut pairing = Pairing::look(database, &reader, path.to_owned()).await?;
    if let Some(mismatch) = pairing.mismatch() {
        return Err(Box::new(mismatch).into());
    }
    if !pairing.is_known() {
        database.register_journal(directory.id()).await?;
    } else if pairing.is_database_older() {
        let (store, known) = pairing.generations();
        warn!(
            store,
            database = known,
            "the database is older than the content store, as one restored from a backup is: documents that were acknowledged since \
             are in the store, and no row names them; nothing that lies there now is reclaimed until `chunkgate content release`"
        );
        database
            .adopt_journal(&pairing.adopted(), pairing.marks().0)
            .await?;
    }
    // As they are now; also if another gateway has made its own store this database's in between.
    pairing = Pairing::look(database, &reader, path.to_owned()).await?;
    if let Some(mismatch) = pairing.mismatch() {
        return Err(Box::new(mismatch).into());
    }
    let (segments, bytes) = pairing.kept();
    if segments > 0 {
        warn!(
            segments,
            bytes, "kept from being reclaimed: see `chunkgate content show`"
        );
    }
    Ok(pairing)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ContentError> + Send + 'static,
) -> Result<T, ContentError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// Counts what the journal does.
struct Observed;

impl Observer for Observed {
    fn synced(&self, appends: usize, took: Duration) {
        metrics::sync_group(appends, took);
    }

    fn poisoned(&self, segment: SegmentId, cause: &ContentError) {
        metrics::poisoned_segment();
        tracing::error!(%segment, error = %cause, "a segment has failed and takes no more bytes");
    }

    fn unavailable(&self, cause: &ContentError) {
        tracing::error!(error = %cause, "no new segment can be opened; tried again by itself");
    }
}
