//! TLS on the clients' port: certificates that can be renewed without a restart, and handshakes
//! with a deadline.

mod acceptor;
mod certificate;
mod certificates;
mod error;
mod watch;

pub use acceptor::Acceptor;
pub use certificates::{CertificateFiles, Certificates};
pub use error::TlsError;
pub use watch::watch;
