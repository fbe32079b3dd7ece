//! The gateway's settings in the words of its parts.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    content::StoreId,
    engine::{
        EngineSettings, ThrottleSettings, UnprovenLimits, accounts::AccountsSettings,
        session::SessionLimits,
    },
    fax::{
        FaxSettings, OutboxSettings,
        delivery::{hylafax::HylafaxSettings, spool::SpoolSettings, webhook::WebhookSettings},
        image::RendererSettings,
    },
    http::BodyLimits,
    jobs::FaxRetention,
    protocol::interfax::InterFaxSettings,
    settings::Settings,
};

pub fn engine_settings(settings: &Settings) -> EngineSettings {
    let accounts = &settings.accounts;
    EngineSettings {
        limits: SessionLimits {
            max_chunk: settings.session.max_chunk as u64,
            max_total: settings.session.max_total,
            timeout: settings.session.timeout,
        },
        max_open_sessions: settings.session.max_open_per_account,
        max_open_bytes: settings.session.max_open_bytes_per_account,
        switch_group: settings.interfax.switch_group.as_str().into(),
        accounts: AccountsSettings {
            throttle: ThrottleSettings {
                failures: accounts.failures,
                failures_of_address: accounts.failures_per_address,
                window: accounts.failure_window,
                max_delay: accounts.max_delay,
            },
            remember: accounts.remember,
            hash_memory: u32::try_from(accounts.hash_memory / 1024).unwrap_or(u32::MAX),
            hash_iterations: accounts.hash_iterations,
        },
        unproven: UnprovenLimits {
            per_address: settings.content.unproven_per_address,
            total: settings.content.unproven_total,
        },
        staging_directory: settings.server.data_dir.join("staging"),
        unknown_sessions_per_minute: settings.limits.unknown_sessions_per_minute,
    }
}

pub fn interfax_settings(settings: &Settings) -> InterFaxSettings {
    let http = &settings.http;
    InterFaxSettings {
        path: settings.interfax.path.clone(),
        public_url: settings.server.public_url.clone(),
        http_get: settings.interfax.http_get,
        test_form: settings.interfax.test_form,
        body: BodyLimits {
            max_body: http.max_body as u64,
            timeout: http.body_timeout,
            min_rate: http.min_rate,
            grace: http.min_rate_grace,
        },
    }
}

/// How long a call waits for a place to make an image.
const WAIT_FOR_IMAGE: Duration = Duration::from_secs(10);

pub fn fax_settings(settings: &Settings) -> FaxSettings {
    let fax = &settings.fax;
    FaxSettings {
        delivery: fax.delivery.as_str().to_owned(),
        file_types: fax.file_types.clone(),
        max_documents: fax.max_documents,
        max_recipients: fax.max_recipients,
        retries: fax.retries,
        max_retries: fax.max_retries,
        repeat_within: fax.repeat_within,
        status_polls_per_minute: fax.status_polls_per_minute,
        queries: settings.pool.queries,
        query_wait: settings.pool.query_timeout,
        image_directory: settings.server.data_dir.join("images"),
        outbox: OutboxSettings {
            workers: fax.workers,
            poll_interval: fax.poll_interval,
            lease: fax.lease,
            retry_pause: fax.retry_pause,
            give_up_after: fax.give_up_after,
            outcome_within: fax.outcome_within,
        },
    }
}

pub fn fax_retention(settings: &Settings) -> FaxRetention {
    let fax = &settings.fax;
    FaxRetention {
        documents: fax.keep_documents,
        dead_letters: fax.keep_dead_letters,
        rows: fax.retention,
    }
}

pub fn renderer_settings(settings: &Settings) -> RendererSettings {
    let fax = &settings.fax;
    RendererSettings {
        ghostscript: fax.ghostscript.clone(),
        timeout: fax.image_timeout,
        memory: fax.image_memory,
        max_image: fax.max_image,
        at_once: fax.images_at_once,
        wait: WAIT_FOR_IMAGE,
    }
}

/// Where the spool is.
pub fn spool_settings(settings: &Settings) -> SpoolSettings {
    let spool = &settings.spool;
    let default = || settings.server.data_dir.join("spool");
    SpoolSettings {
        group_access: spool.group_access,
        ..SpoolSettings::new(spool.directory.clone().unwrap_or_else(default))
    }
}

/// Which HylaFAX server, if there is one.
pub fn hylafax_settings(settings: &Settings, store: StoreId) -> Option<HylafaxSettings> {
    let hylafax = &settings.hylafax;
    Some(HylafaxSettings {
        server: hylafax.server.clone()?,
        user: hylafax.user.clone(),
        password: hylafax.password.clone(),
        modem: hylafax.modem.clone(),
        connect_timeout: hylafax.connect_timeout,
        command_timeout: hylafax.command_timeout,
        max_connections: hylafax.max_connections,
        poll_interval: hylafax.poll_interval,
        kill_after: hylafax.kill_after,
        jobs_kept: hylafax.jobs_kept,
        hold_postponed: hylafax.hold_postponed,
        scratch: settings.server.data_dir.join("typeset"),
        store: store.0,
    })
}

/// Where faxes of a content store are posted, if they are.
pub fn webhook_settings(settings: &Settings, store: Uuid) -> Option<WebhookSettings> {
    let webhook = &settings.webhook;
    Some(WebhookSettings {
        store,
        url: webhook.url.clone()?,
        secret: webhook.secret.clone()?,
        cancel_url: webhook.cancel_url.clone(),
        allow_private: webhook.allow_private,
        tls_ca: webhook.tls_ca.clone(),
        connect_timeout: webhook.connect_timeout,
        answer_timeout: webhook.answer_timeout,
        // What it is told in docs/WEBHOOK.md.
        keys_kept: settings.fax.give_up_after + settings.fax.outcome_within,
        tolerance: webhook.tolerance,
    })
}
