//! The certificate that is served now, and its replacement.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tracing::{info, warn};

use super::{TlsError, certificate::Certificate};
use crate::telemetry::metrics;

/// How long before its end a certificate is complained about.
const SOON: Duration = Duration::from_hours(14 * 24);
/// How often it is complained about.
const REMINDER: Duration = Duration::from_hours(24);

/// Where a certificate lies.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// The chain, the server's own certificate first (`tls.certificate`).
    pub certificate: PathBuf,
    /// Its private key (`tls.key`).
    pub key: PathBuf,
}

/// The certificate that new connections are served with.
#[derive(Debug)]
pub struct Certificates {
    files: CertificateFiles,
    current: RwLock<Certificate>,
    seen: Mutex<Seen>,
}

/// What the last look at the files found.
#[derive(Debug)]
struct Seen {
    stamps: [Stamp; 2],
    reminded: Option<OffsetDateTime>,
}

/// What changes when a file is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Stamp {
    /// A file that cannot be looked at has none.
    fn of(path: &Path) -> Self {
        fs::metadata(path).map_or(
            Self {
                inode: 0,
                length: 0,
                changed: (0, 0),
            },
            |data| Self {
                inode: data.ino(),
                length: data.len(),
                changed: (data.mtime(), data.mtime_nsec()),
            },
        )
    }
}

impl CertificateFiles {
    fn stamps(&self) -> [Stamp; 2] {
        [Stamp::of(&self.certificate), Stamp::of(&self.key)]
    }
}

impl Certificates {
    /// Reads the pair. Blocks.
    ///
    /// # Errors
    /// If it cannot be served.
    pub fn load(files: CertificateFiles) -> Result<Self, TlsError> {
        // Looked at first: what is written meanwhile is then found later.
        let stamps = files.stamps();
        let current = Certificate::load(&files)?;
        let certificates = Self {
            files,
            current: RwLock::new(current),
            seen: Mutex::new(Seen {
                stamps,
                reminded: None,
            }),
        };
        certificates.remind();
        Ok(certificates)
    }

    /// When the certificate that is served now ends.
    pub fn expires(&self) -> OffsetDateTime {
        self.current().expires
    }

    /// Serves what the files hold now, if they have changed since the last look or `anyway`. What
    /// cannot be used is not: the old pair goes on. Blocks.
    pub fn refresh(&self, anyway: bool) {
        let stamps = self.files.stamps();
        let before = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut seen.stamps, stamps)
        };
        if anyway || before != stamps {
            match Certificate::load(&self.files) {
                Ok(renewed) => {
                    info!(
                        expires = shown(renewed.expires),
                        "the certificate was read again"
                    );
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = renewed;
                    metrics::certificate_read(true);
                }
                Err(error) => {
                    warn!(%error, "the changed certificate cannot be used; the old one goes on");
                    metrics::certificate_read(false);
                }
            }
        }
        self.remind();
    }

    /// Tells operators, once a day, that the end is near.
    fn remind(&self) {
        let (now, expires) = (OffsetDateTime::now_utc(), self.expires());
        metrics::certificate_expires(expires);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let due = seen.reminded.is_none_or(|last| now - last >= REMINDER);
        if expires - now < SOON && due {
            seen.reminded = Some(now);
            warn!(
                expires = shown(expires),
                "the certificate (tls.certificate) ends soon, or has ended: renew it"
            );
        }
    }

    fn current(&self) -> Certificate {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A time as people and programs read it.
fn shown(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}

impl ResolvesServerCert for Certificates {
    /// The same one whatever name is asked for: old clients do not say.
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current().key)
    }
}
