//! `chunkgate account list` and `show`

use std::fmt::Write;

use crate::{engine::account::Account, settings::Settings};

use super::{
    Failure, find,
    output::{self, when},
    process,
};

/// Accounts fetched and printed at a time.
const PAGE: u32 = 500;

pub(super) fn list(settings: &Settings, json: bool) -> Result<(), Failure> {
    process::with_existing_backend(settings, async |backend| {
        let repository = backend.repository(settings);
        let mut after = String::new();
        loop {
            let page = repository.accounts(&after, PAGE).await?;
            if json {
                page.iter().try_for_each(output::json)?;
            } else if page.is_empty() && after.is_empty() {
                note!("no accounts; `chunkgate account add USER` adds one");
            } else {
                output::print(&table(&page))?;
            }
            match page.last() {
                Some(last) if page.len() == PAGE as usize => after.clone_from(&last.name),
                Some(_) | None => return Ok(()),
            }
        }
    })
}

fn table(page: &[Account]) -> String {
    let head = ["user", "state", "allowed from", "changed"].map(str::to_owned);
    let rows: Vec<_> = page.iter().map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    output::columns(&[vec![head], rows].concat())
}

fn row(account: &Account) -> [String; 4] {
    let state = if account.settings.enabled {
        "enabled"
    } else {
        "disabled"
    };
    [
        account.name.clone(),
        state.to_owned(),
        networks(account),
        when(account.updated_at),
    ]
}

pub(super) fn show(settings: &Settings, user: &str, json: bool) -> Result<(), Failure> {
    let account = process::with_existing_backend(settings, async |backend| {
        find(backend, settings, user).await
    })?;
    if json {
        return output::json(&account);
    }
    output::print(&description(&account, settings))
}

fn description(account: &Account, gateway: &Settings) -> String {
    let yes_no = |value| if value { "yes" } else { "no" }.to_owned();
    let limits = account.settings.limits;
    let lines = [
        ["user", &account.name].map(str::to_owned),
        ["enabled".to_owned(), yes_no(account.settings.enabled)],
        ["primary user".to_owned(), yes_no(account.settings.primary)],
        [
            "fax service".to_owned(),
            yes_no(account.settings.fax_service),
        ],
        [
            "switch group".to_owned(),
            format!("{:?}", account.settings.switch_group),
        ],
        ["allowed from".to_owned(), networks(account)],
        [
            "delivery".to_owned(),
            account
                .settings
                .delivery
                .clone()
                .unwrap_or_else(|| format!("{} (default)", gateway.fax.delivery.as_str())),
        ],
        [
            "largest chunk".to_owned(),
            limit(limits.max_chunk, &gateway.session.max_chunk, "bytes"),
        ],
        [
            "largest upload".to_owned(),
            limit(limits.max_total, &gateway.session.max_total, "bytes"),
        ],
        [
            "open uploads".to_owned(),
            limit(
                limits.max_open_sessions,
                &gateway.session.max_open_per_account,
                "at once",
            ),
        ],
        [
            "unused uploads".to_owned(),
            limit(
                limits.max_open_bytes,
                &gateway.session.max_open_bytes_per_account,
                "bytes",
            ),
        ],
        [
            "time-out".to_owned(),
            limit(
                limits.session_timeout,
                &gateway.session.timeout.as_secs(),
                "s",
            ),
        ],
        ["added".to_owned(), when(account.created_at)],
        ["changed".to_owned(), when(account.updated_at)],
    ];
    output::columns(&lines)
}

fn limit<T: std::fmt::Display>(
    own: Option<T>,
    gateway: &impl std::fmt::Display,
    unit: &str,
) -> String {
    match own {
        Some(own) => format!("{own} {unit}"),
        None => format!("{gateway} {unit} (default)"),
    }
}

fn networks(account: &Account) -> String {
    let mut text = String::new();
    for network in &account.settings.allowed_networks {
        let comma = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{comma}{network}");
    }
    if text.is_empty() {
        text.push_str("anywhere");
    }
    text
}
