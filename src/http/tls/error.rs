//! Why a certificate cannot be served.

use std::{io, path::PathBuf};

/// Why a certificate cannot be served. Every message names the setting to mend.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file.
    #[error(
        "cannot read {path} ({setting}): {reason}; the user that chunkgate runs as must be able to read it, also when it is renewed"
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// The setting that names it.
        setting: &'static str,
        /// Why not.
        reason: io::Error,
    },
    /// A file without a certificate.
    #[error("{0} (tls.certificate) holds no certificate in PEM form")]
    NoCertificate(PathBuf),
    /// A certificate that cannot be parsed.
    #[error("{path} (tls.certificate) cannot be understood: {reason}")]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file without a key.
    #[error("{0} (tls.key) holds no private key in PEM form without a passphrase")]
    NoKey(PathBuf),
    /// A key of another certificate.
    #[error("tls.key does not belong to tls.certificate")]
    Mismatch,
    /// A pair that cannot be used.
    #[error("tls.certificate and tls.key cannot be used together: {0}")]
    Pair(rustls::Error),
}
