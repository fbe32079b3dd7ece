//! The gateway's settings in the words of its parts.

use crate::{
    engine::{
        EngineSettings, ThrottleSettings, accounts::AccountsSettings, session::SessionLimits,
    },
    http::BodyLimits,
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
        switch_group: settings.interfax.switch_group.as_str().into(),
        accounts: AccountsSettings {
            throttle: ThrottleSettings {
                failures: accounts.failures,
                window: accounts.failure_window,
                max_delay: accounts.max_delay,
            },
            remember: accounts.remember,
            hash_memory: u32::try_from(accounts.hash_memory / 1024).unwrap_or(u32::MAX),
            hash_iterations: accounts.hash_iterations,
        },
        unproven_per_address: settings.content.unproven_per_address,
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
