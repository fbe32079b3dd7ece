//! A certificate chain and its private key, from two PEM files.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use rustls::{
    Error, InconsistentKeys,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};
use time::OffsetDateTime;
use tracing::warn;
use x509_cert::{Certificate as X509, der::Decode};
use zeroize::Zeroizing;

use super::{CertificateFiles, TlsError};

/// A chain and its key, ready to serve.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub key: Arc<CertifiedKey>,
    /// When the first certificate of the chain ends.
    pub expires: OffsetDateTime,
}

impl Certificate {
    /// Reads and checks the pair. Blocks.
    pub fn load(files: &CertificateFiles) -> Result<Self, TlsError> {
        let chain = read_chain(&files.certificate)?;
        let expires = chain
            .first()
            .ok_or_else(|| TlsError::NoCertificate(files.certificate.clone()))
            .and_then(|first| expiry(first, &files.certificate))?;
        let key = CertifiedKey::from_der(chain, read_key(&files.key)?, &default_provider())
            .map_err(|error| match error {
                Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::Mismatch,
                other => TlsError::Pair(other),
            })?;
        Ok(Self {
            key: Arc::new(key),
            expires,
        })
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read(path, "tls.certificate")?;
    CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::Certificate {
            path: path.to_owned(),
            reason: error.to_string(),
        })
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let pem = read(path, "tls.key")?;
    warn_if_public(path);
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| TlsError::NoKey(path.to_owned()))
}

fn read(path: &Path, setting: &'static str) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    fs::read(path)
        .map(Zeroizing::new)
        .map_err(|reason| TlsError::Read {
            path: path.to_owned(),
            setting,
            reason,
        })
}

fn warn_if_public(key: &Path) {
    let mode = fs::metadata(key).map_or(0, |data| data.permissions().mode());
    if mode & 0o004 != 0 {
        warn!(path = %key.display(), "every user of this machine can read the private key (tls.key)");
    }
}

fn expiry(certificate: &CertificateDer<'_>, path: &Path) -> Result<OffsetDateTime, TlsError> {
    let unusable = |reason: String| TlsError::Certificate {
        path: path.to_owned(),
        reason,
    };
    let parsed = X509::from_der(certificate).map_err(|error| unusable(error.to_string()))?;
    let end = parsed.tbs_certificate.validity.not_after;
    Ok(OffsetDateTime::UNIX_EPOCH + end.to_unix_duration())
}
