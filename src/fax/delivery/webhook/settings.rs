//! What the delivery is told.

use std::{path::PathBuf, time::Duration};

use uuid::Uuid;

use crate::settings::Secret;

/// Where faxes are posted, and how.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// The content store, whose name makes keys of attempts unique.
    pub store: Uuid,
    /// Where faxes are posted.
    pub url: String,
    /// Signs what is said, both ways.
    pub secret: Secret,
    /// Where wishes to take a fax back are posted.
    pub cancel_url: Option<String>,
    /// Whether these may lie in private networks, and then be asked without TLS.
    pub allow_private: bool,
    /// File of certificate authorities; none: the machine's.
    pub tls_ca: Option<PathBuf>,
    /// How long a connection, TLS included, may take.
    pub connect_timeout: Duration,
    /// How long nothing may move on it.
    pub answer_timeout: Duration,
    /// How long the service keeps keys: what may have been posted longer ago is not posted again.
    pub keys_kept: Duration,
    /// How far the service's clock may be from ours.
    pub tolerance: Duration,
}
