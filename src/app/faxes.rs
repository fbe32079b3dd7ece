//! The faxes of a gateway: what takes them, and what hands them over.

use std::sync::Arc;

use tokio::task::{JoinHandle, spawn_blocking};
use uuid::Uuid;

use crate::{
    backend::Backend,
    content::StoreId,
    engine::{End, UploadEngine},
    fax::{
        FaxParts, Faxes, clear_images,
        delivery::{
            DeliveryError, SharedDelivery,
            spool::{self, Spool},
            webhook::{Statuses, Webhook},
        },
        image::Renderer,
        outbox::{Deliveries, Outbox},
    },
    settings::Settings,
};

use super::{
    AppError,
    translate::{fax_settings, renderer_settings, spool_settings, webhook_settings},
};

/// What a gateway's faxes consist of.
pub struct Faxing {
    pub faxes: Faxes,
    /// Ends when the database knows of every lost answer.
    pub answers: JoinHandle<End>,
    /// Not yet at work.
    pub outbox: Outbox,
    /// Takes what the webhook's service says, if there is one.
    pub statuses: Option<Statuses>,
}

impl Faxing {
    /// Opens the deliveries.
    pub async fn open(
        settings: &Settings,
        backend: &Backend,
        engine: &UploadEngine,
        store: StoreId,
        boot: Uuid,
    ) -> Result<Self, AppError> {
        let spool: SharedDelivery = Arc::new(open_spool(settings, store).await?);
        let mut ways = vec![spool];
        let webhook = open_webhook(settings, backend, store).await?;
        let statuses = webhook.as_ref().map(Webhook::statuses);
        ways.extend(webhook.map(|it| Arc::new(it) as SharedDelivery));
        let deliveries = Deliveries::new(ways);
        let fax_settings = fax_settings(settings);
        let images = fax_settings.image_directory.clone();
        // Nobody else makes any there.
        let _ = spawn_blocking(move || clear_images(&images)).await;
        let repository = backend.faxes(settings);
        let (faxes, answers) = Faxes::start(FaxParts {
            uploads: engine.clone(),
            repository: Arc::clone(&repository),
            boot,
            deliveries: deliveries.clone(),
            renderer: Renderer::new(renderer_settings(settings)),
            settings: fax_settings.clone(),
        });
        let outbox = Outbox {
            repository,
            documents: Arc::new(engine.clone()),
            deliveries,
            queued: faxes.queued(),
            settings: fax_settings.outbox,
        };
        Ok(Self {
            faxes,
            answers,
            outbox,
            statuses,
        })
    }
}

async fn open_spool(settings: &Settings, store: StoreId) -> Result<Spool, AppError> {
    let settings = spool_settings(settings);
    let open = move || {
        let opened = Spool::open(&settings)?;
        spool::claim(&settings.path, store.0)?;
        Ok::<_, DeliveryError>(opened)
    };
    match spawn_blocking(open).await {
        Ok(opened) => opened.map_err(|error| AppError::Spool(error.to_string())),
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

async fn open_webhook(
    settings: &Settings,
    backend: &Backend,
    store: StoreId,
) -> Result<Option<Webhook>, AppError> {
    let Some(webhook) = webhook_settings(settings, store.0) else {
        return Ok(None);
    };
    let ledger = backend.ledger(settings);
    match spawn_blocking(move || Webhook::open(webhook, ledger)).await {
        Ok(opened) => opened.map(Some).map_err(AppError::Webhook),
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}
