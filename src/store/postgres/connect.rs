//! Opening connections: TLS, time-outs, durability.

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::{runtime::Handle, task::JoinHandle};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::task::AbortOnDropHandle;

use super::PoolSettings;

/// Why a server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No connection.
    #[error("cannot connect to the database at {server}: {reason}")]
    Unreachable {
        /// Host and database, without user or password.
        server: String,
        /// The chain of reasons.
        reason: String,
    },
    /// Certificates cannot be had.
    #[error("cannot read the certificates of {path} (database.tls_ca): {reason}")]
    Certificates {
        /// Where they should be.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

/// How the server is to be recognised over TLS.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// A PEM file of authorities to trust besides the machine's.
    pub ca: Option<PathBuf>,
}

/// Opens connections that are set up alike.
#[derive(Clone)]
pub struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
    session: Arc<str>,
    // Connections live on this runtime, whichever thread asked for them.
    runtime: Handle,
}

impl Connector {
    /// Connections to the server of `config`, living on the present runtime.
    ///
    /// # Errors
    /// [`ConnectError::Certificates`].
    pub fn new(
        mut config: Config,
        tls: &TlsSettings,
        settings: &PoolSettings,
    ) -> Result<Self, ConnectError> {
        config.connect_timeout(settings.connect_timeout);
        config.application_name("chunkgate");
        // A server that vanishes without a word must not keep a request waiting.
        config.keepalives_idle(Duration::from_secs(10));
        config.tcp_user_timeout(settings.statement_timeout);
        let tls = MakeRustlsConnect::new(tls_config(tls)?);
        Ok(Self {
            config,
            tls,
            session: session_settings(settings).into(),
            runtime: Handle::current(),
        })
    }

    /// The same server, with the time-outs of other `settings`.
    pub(super) fn with(&self, settings: &PoolSettings) -> Self {
        let mut connector = self.clone();
        connector.session = session_settings(settings).into();
        connector
    }

    /// Opens one connection; the task moves its bytes and ends with it.
    ///
    /// # Errors
    /// The driver's.
    pub async fn open(&self) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
        let (client, connection) = self.config.connect(self.tls.clone()).await?;
        // Whoever gives up waiting for the settings gives up the connection.
        let driver = AbortOnDropHandle::new(tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the database has ended");
            }
        }));
        client.batch_execute(&self.session).await?;
        Ok((client, driver.detach()))
    }

    /// Opens one connection and says in full why, if it cannot.
    ///
    /// # Errors
    /// [`ConnectError::Unreachable`].
    pub async fn open_or_explain(&self) -> Result<(Client, JoinHandle<()>), ConnectError> {
        self.open()
            .await
            .map_err(|error| ConnectError::Unreachable {
                server: self.server(),
                reason: chain(&error),
            })
    }

    /// The runtime on which connections live.
    pub fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// The server's host and database, for messages.
    pub fn server(&self) -> String {
        use tokio_postgres::config::Host;
        let ports = self.config.get_ports();
        let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .enumerate()
            .map(|(index, host)| match host {
                Host::Tcp(name) => format!("{name}:{}", port(index)),
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        let database = self.config.get_dbname().unwrap_or("(the user's)");
        format!("{}, database {database}", hosts.join(","))
    }
}

impl deadpool_postgres::Connect for Connector {
    fn connect(
        &self,
        _config: &Config,
    ) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), tokio_postgres::Error>> {
        let connector = self.clone();
        let opening = self.runtime.spawn(async move { connector.open().await });
        // The pool stops waiting after `connect_timeout`.
        let opening = AbortOnDropHandle::new(opening);
        Box::pin(async move {
            match opening.await {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic.into_panic()),
            }
        })
    }
}

/// Refuses a server that would lose what it acknowledged. Asked on every connection: a server may
/// come back from a restart with other settings.
const REQUIRE_DURABILITY: &str = "\
    DO $$ BEGIN \
    IF current_setting('fsync') <> 'on' OR current_setting('full_page_writes') <> 'on' THEN \
    RAISE EXCEPTION 'the database server runs with fsync = %, full_page_writes = %, so a power cut would lose documents that were acknowledged: \
switch both on, or set database.allow_unsafe_durability = true (CHUNKGATE__DATABASE__ALLOW_UNSAFE_DURABILITY) if that is wanted', \
    current_setting('fsync'), current_setting('full_page_writes'); \
    END IF; END $$;";

fn session_settings(settings: &PoolSettings) -> String {
    let durability = if settings.require_durability {
        REQUIRE_DURABILITY
    } else {
        ""
    };
    format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; \
         SET idle_in_transaction_session_timeout = {}; SET synchronous_commit = on; SET timezone = 'UTC'; {durability}",
        settings.statement_timeout.as_millis(),
        settings.lock_timeout.as_millis(),
        settings.idle_in_transaction_timeout.as_millis(),
    )
}

fn tls_config(settings: &TlsSettings) -> Result<ClientConfig, ConnectError> {
    let mut roots = RootCertStore::empty();
    // What cannot be parsed among the machine's certificates is no business of ours.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = &settings.ca {
        let explain = |reason: String| ConnectError::Certificates {
            path: path.clone(),
            reason,
        };
        let certificates =
            CertificateDer::pem_file_iter(path).map_err(|e| explain(e.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|e| explain(e.to_string()))?;
            roots.add(certificate).map_err(|e| explain(e.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_root_certificates(roots).with_no_client_auth())
        .map_err(|error| ConnectError::Certificates {
            path: settings.ca.clone().unwrap_or_default(),
            reason: error.to_string(),
        })
}

/// An error with everything it says it comes from.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
