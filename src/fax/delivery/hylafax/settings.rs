//! What the delivery is told by the gateway's settings.

use std::{path::PathBuf, time::Duration};

use uuid::Uuid;

use crate::settings::Secret;

/// The port of hfaxd.
const PORT: u16 = 4559;

/// Which server, and how patient to be with it.
#[derive(Clone, Debug)]
pub struct HylafaxSettings {
    /// Host, or host and port.
    pub server: String,
    /// Who logs in, and owns the jobs.
    pub user: String,
    /// Their password.
    pub password: Option<Secret>,
    /// The modem, or the class of modems, that sends.
    pub modem: String,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long an answer may take, or the next portion of data.
    pub command_timeout: Duration,
    /// Connections open at once.
    pub max_connections: usize,
    /// How often the queue is listed.
    pub poll_interval: Duration,
    /// How long the server keeps jobs that ended.
    pub jobs_kept: Duration,
    /// How long a job may try.
    pub kill_after: Duration,
    /// Whether postponed faxes wait in the server's queue.
    pub hold_postponed: bool,
    /// Where texts are typeset.
    pub scratch: PathBuf,
    /// The content store, whose faxes the jobs are: another gateway's are never taken for them.
    pub store: Uuid,
}

impl HylafaxSettings {
    /// Host and port.
    pub(super) fn address(&self) -> String {
        let server = &self.server;
        let has_port = match server.rsplit_once(':') {
            Some((host, _)) => !host.contains(':') || host.ends_with(']'),
            None => false,
        };
        if has_port {
            server.clone()
        } else if server.contains(':') && !server.starts_with('[') {
            format!("[{server}]:{PORT}")
        } else {
            format!("{server}:{PORT}")
        }
    }

    /// Whose queue the jobs are in.
    pub(super) fn place(&self) -> String {
        format!("{}@{}", self.user, self.address())
    }
}

#[cfg(test)]
mod tests {
    use std::{path::PathBuf, time::Duration};

    use uuid::Uuid;

    use super::HylafaxSettings;

    #[test]
    fn a_host_without_a_port_has_that_of_hfaxd() {
        let settings = |server: &str| HylafaxSettings {
            server: server.to_owned(),
            user: "chunkgate".to_owned(),
            password: None,
            modem: "any".to_owned(),
            connect_timeout: Duration::ZERO,
            command_timeout: Duration::ZERO,
            max_connections: 1,
            poll_interval: Duration::ZERO,
            jobs_kept: Duration::ZERO,
            kill_after: Duration::ZERO,
            hold_postponed: false,
            scratch: PathBuf::new(),
            store: Uuid::nil(),
        };
        for (server, address) in [
            ("fax.example.com", "fax.example.com:4559"),
            ("fax:4500", "fax:4500"),
            ("192.0.2.7", "192.0.2.7:4559"),
            ("::1", "[::1]:4559"),
            ("[::1]", "[::1]:4559"),
            ("[::1]:4500", "[::1]:4500"),
        ] {
            assert_eq!(settings(server).address(), address);
        }
    }
}
