//! The journal that belongs to the database.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use crate::{
    backend::Backend,
    content::{
        ContentError, SegmentId, SharedStore,
        disk::RealDisk,
        journal::{Directory, Journal, JournalSettings, Observer},
    },
    settings::Settings,
    telemetry::metrics,
};

use super::AppError;

/// Opens the journal and makes sure that it is the database's.
pub async fn open_journal(settings: &Settings, backend: &Backend) -> Result<SharedStore, AppError> {
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
    let found = directory.id();
    database.register_journal(found).await?;
    if let Some(&known) = database
        .content_stores()
        .await?
        .iter()
        .find(|&&known| known != found)
    {
        return Err(AppError::OtherStore {
            known,
            found,
            path: path.display().to_string(),
        });
    }
    let floor: SegmentId = database.greatest_segment(found).await?;
    let content = &settings.content;
    let journal = JournalSettings {
        segment_size: content.segment_size,
        ready_segments: content.ready_segments,
        min_free: content.min_free,
        recycle_after: content.recycle_after,
        ..JournalSettings::default()
    };
    let journal =
        blocking(move || Journal::open(directory, journal, floor, Arc::new(Observed))).await?;
    Ok(journal)
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
