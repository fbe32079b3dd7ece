//! Accounts: who may upload, from where, how much.

use std::{fmt, net::IpAddr, time::Duration};

use ipnet::IpNet;
use time::OffsetDateTime;

use super::{UploadError, session::SessionLimits};

/// The number under which the database knows an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct AccountId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An account as the database holds it.
#[derive(Clone, serde::Serialize)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its name as it was given; compared without regard to case.
    pub name: String,
    /// The argon2id hash of its password, in PHC form.
    #[serde(skip)]
    pub password_hash: String,
    /// Everything an operator sets.
    #[serde(flatten)]
    pub settings: AccountSettings,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What an operator sets for an account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "four independent switches of the original service's accounts"
)]
pub struct AccountSettings {
    /// Whether it may be used at all.
    pub enabled: bool,
    /// Whether it is a primary user.
    pub primary: bool,
    /// Whether it may send faxes.
    pub fax_service: bool,
    /// The switch group it belongs to; must be the gateway's.
    pub switch_group: String,
    /// The networks it may be used from; empty = any.
    pub allowed_networks: Vec<IpNet>,
    /// The delivery of its faxes; none = the gateway's setting holds.
    pub delivery: Option<String>,
    /// Its own limits.
    #[serde(flatten)]
    pub limits: AccountLimits,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            primary: true,
            fax_service: true,
            switch_group: String::new(),
            allowed_networks: Vec::new(),
            delivery: None,
            limits: AccountLimits::default(),
        }
    }
}

/// An account's own limits; none = the gateway's settings hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct AccountLimits {
    /// The largest chunk, in bytes.
    pub max_chunk: Option<u64>,
    /// The largest upload, in bytes.
    pub max_total: Option<u64>,
    /// How many sessions may be open at once.
    pub max_open_sessions: Option<u32>,
    /// How many bytes it may hold in uploads that no fax has used yet.
    pub max_open_bytes: Option<u64>,
    /// How long a session lives after its last chunk, in seconds.
    pub session_timeout: Option<u32>,
}

impl AccountLimits {
    /// The limits of a new session of this account, given the gateway's.
    pub fn session_limits(&self, gateway: SessionLimits) -> SessionLimits {
        SessionLimits {
            max_chunk: self.max_chunk.unwrap_or(gateway.max_chunk),
            max_total: self.max_total.unwrap_or(gateway.max_total),
            timeout: self.session_timeout.map_or(gateway.timeout, |seconds| {
                Duration::from_secs(seconds.into())
            }),
        }
    }
}

impl AccountSettings {
    /// Whether the account may be used from `address`.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allowed_networks.is_empty()
            || self
                .allowed_networks
                .iter()
                .any(|network| network.contains(&address))
    }

    /// What stands in the way of an upload, in the order in which the original service says it,
    /// once the account is known to be enabled. Asked again on every chunk.
    ///
    /// # Errors
    /// The first thing that stands in the way.
    pub fn may_upload(&self, switch_group: &str) -> Result<(), UploadError> {
        if self.switch_group != switch_group {
            return Err(UploadError::OtherSwitchGroup);
        }
        if !self.fax_service {
            return Err(UploadError::NoFaxService);
        }
        if !self.primary {
            return Err(UploadError::NotPrimary);
        }
        Ok(())
    }
}

/// The form in which an account's name is compared.
pub fn name_key(name: &str) -> String {
    name.to_lowercase()
}
