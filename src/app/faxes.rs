//! The faxes of a gateway: what takes them, and what hands them over.

use std::sync::Arc;

use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::{
    backend::Backend,
    content::StoreId,
    engine::UploadEngine,
    fax::{
        FaxParts, Faxes, clear_images,
        delivery::{
            DeliveryError, SharedDelivery,
            hylafax::Hylafax,
            spool::{self, Spool},
            webhook::{Statuses, Webhook},
        },
        image::Renderer,
        outbox::{Deliveries, Outbox},
    },
    settings::{DeliveryName, Settings},
};

use super::{
    AppError,
    translate::{
        fax_settings, hylafax_settings, renderer_settings, spool_settings, webhook_settings,
    },
};

/// What a gateway's faxes consist of.
pub struct Faxing {
    pub faxes: Faxes,
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
        let mut ways: Vec<SharedDelivery> = vec![Arc::new(open_spool(settings, store).await?)];
        if let Some(hylafax) = open_hylafax(settings, backend, store)? {
            ways.push(Arc::new(hylafax));
        }
        let webhook = open_webhook(settings, backend, store).await?;
        let statuses = webhook.as_ref().map(Webhook::statuses);
        ways.extend(webhook.map(|it| Arc::new(it) as SharedDelivery));
        let deliveries = Deliveries::new(ways);
        let fax_settings = fax_settings(settings);
        let images = fax_settings.image_directory.clone();
        // Nobody else makes any there.
        let _ = spawn_blocking(move || clear_images(&images)).await;
        let repository = backend.faxes(settings);
        let faxes = Faxes::start(FaxParts {
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
            outbox,
            statuses,
        })
    }
}

/// Opens a delivery, if it is set up.
///
/// # Errors
/// If it is, and cannot be opened; the message names the mend.
pub async fn open_delivery(
    settings: &Settings,
    backend: &Backend,
    store: StoreId,
    name: DeliveryName,
) -> Result<Option<SharedDelivery>, AppError> {
    Ok(match name {
        DeliveryName::Spool => Some(Arc::new(open_spool(settings, store).await?)),
        DeliveryName::Hylafax => {
            open_hylafax(settings, backend, store)?.map(|it| Arc::new(it) as SharedDelivery)
        }
        DeliveryName::Webhook => {
            let webhook = open_webhook(settings, backend, store).await?;
            webhook.map(|it| Arc::new(it) as SharedDelivery)
        }
    })
}

fn open_hylafax(
    settings: &Settings,
    backend: &Backend,
    store: StoreId,
) -> Result<Option<Hylafax>, AppError> {
    let Some(hylafax) = hylafax_settings(settings, store) else {
        return Ok(None);
    };
    let opened = Hylafax::open(hylafax, backend.ledger(settings));
    opened.map(Some).map_err(|error| {
        let path = settings.server.data_dir.display();
        AppError::Settings(format!(
            "no directory can be made in server.data_dir ({path}): {error}"
        ))
    })
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
