//! Bytes that arrive before their session is named: how many there may be, and where they wait.
//!
//! They wait in a file without a name beside the content store, never in it: a stranger's bytes are
//! gone with the stranger's request, and cannot fill segments that documents keep alive.

use std::{
    collections::HashMap,
    io::{self, SeekFrom},
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use moka::sync::Cache;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
    task::spawn_blocking,
};

use crate::content::{ContentError, MAX_BLOCK};

use super::UploadError;

/// Addresses of which it is remembered that their bytes belonged to a session; the least recently
/// used is forgotten first.
const KNOWN_ADDRESSES: u64 = 100_000;
/// For how long.
const KNOWN_FOR: Duration = Duration::from_hours(1);
/// The part of the room that is kept for known addresses, so that strangers cannot take all of it:
/// one in so many bytes.
const KEPT_FOR_KNOWN: u64 = 4;

/// How many bytes may wait for the name of their session.
#[derive(Clone, Copy, Debug)]
pub struct UnprovenLimits {
    /// Of one address.
    pub per_address: u64,
    /// Of all addresses together.
    pub total: u64,
}

/// Counts, by address, the bytes whose session is not known yet.
///
/// Bounded by the requests in flight: an address is forgotten with its last reservation.
#[derive(Clone)]
pub struct UnprovenBytes {
    limits: UnprovenLimits,
    used: Arc<Mutex<Used>>,
    known: Cache<IpAddr, ()>,
}

#[derive(Default)]
struct Used {
    by_address: HashMap<IpAddr, u64>,
    total: u64,
}

impl UnprovenBytes {
    /// With these limits, and nothing counted yet.
    pub fn new(limits: UnprovenLimits) -> Self {
        Self {
            limits,
            used: Arc::default(),
            known: Cache::builder()
                .max_capacity(KNOWN_ADDRESSES)
                .time_to_idle(KNOWN_FOR)
                .build(),
        }
    }

    /// An empty reservation for `address`.
    pub fn reservation(&self, address: IpAddr) -> Reservation {
        Reservation {
            unproven: self.clone(),
            address: super::address_group(address),
            bytes: 0,
        }
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that all addresses together may have when one of this address is the last of them.
    fn room(&self, address: IpAddr) -> u64 {
        let total = self.limits.total;
        if self.known.contains_key(&address) {
            total
        } else {
            total - total / KEPT_FOR_KNOWN
        }
    }
}

/// Bytes of one request.
pub struct Reservation {
    unproven: UnprovenBytes,
    address: IpAddr,
    bytes: u64,
}

impl Reservation {
    /// Reserves `more` bytes.
    ///
    /// # Errors
    /// [`UploadError::TooManyUnprovenBytes`] when the address, or all together, have as many as
    /// they may.
    pub fn grow(&mut self, more: u64) -> Result<(), UploadError> {
        let room = self.unproven.room(self.address);
        let mut used = self.unproven.used();
        let of_address = used.by_address.get(&self.address).copied().unwrap_or(0);
        if of_address + more > self.unproven.limits.per_address || used.total + more > room {
            return Err(UploadError::TooManyUnprovenBytes);
        }
        used.by_address.insert(self.address, of_address + more);
        used.total += more;
        self.bytes += more;
        Ok(())
    }

    /// The bytes belong to an open session.
    pub fn proven(self) {
        self.unproven.known.insert(self.address, ());
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut used = self.unproven.used();
        used.total -= self.bytes;
        if let Some(of_address) = used.by_address.get_mut(&self.address) {
            *of_address -= self.bytes;
            if *of_address == 0 {
                used.by_address.remove(&self.address);
            }
        }
    }
}

/// A file without a name, in which the blocks of one request wait.
pub struct Staged {
    file: File,
    directory: PathBuf,
    left: u64,
}

impl Staged {
    /// An empty one in `directory`, which is made if it is not there.
    pub async fn create(directory: &Path) -> Result<Self, ContentError> {
        let place = directory.to_owned();
        let create = spawn_blocking(move || {
            std::fs::create_dir_all(&place)?;
            tempfile::tempfile_in(&place)
        });
        let created = create.await.unwrap_or_else(|panic| Err(panic.into()));
        let file = created.map_err(ContentError::io("create a file in", directory))?;
        Ok(Self {
            file: File::from_std(file),
            directory: directory.to_owned(),
            left: 0,
        })
    }

    /// Adds a block.
    pub async fn write(&mut self, block: &[u8]) -> Result<(), ContentError> {
        self.left += block.len() as u64;
        let written = self.file.write_all(block).await;
        written.map_err(ContentError::io("write a file in", &self.directory))
    }

    /// Goes back to the first byte, after the last was written.
    pub async fn rewind(&mut self) -> Result<(), ContentError> {
        let rewind = async {
            self.file.flush().await?;
            self.file.seek(SeekFrom::Start(0)).await
        };
        let rewound = rewind.await.map(drop);
        rewound.map_err(ContentError::io("read a file in", &self.directory))
    }

    /// The next block, of at most [`MAX_BLOCK`] bytes; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ContentError> {
        let length = usize::try_from(self.left).map_or(MAX_BLOCK, |left| left.min(MAX_BLOCK));
        if length == 0 {
            return Ok(None);
        }
        let mut block = BytesMut::zeroed(length);
        let read: io::Result<usize> = self.file.read_exact(&mut block).await;
        read.map_err(ContentError::io("read a file in", &self.directory))?;
        self.left -= length as u64;
        Ok(Some(block.freeze()))
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{UnprovenBytes, UnprovenLimits};

    const LIMITS: UnprovenLimits = UnprovenLimits {
        per_address: 100,
        total: 400,
    };

    fn address(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    #[test]
    fn an_address_gets_back_what_its_requests_give_up() {
        let unproven = UnprovenBytes::new(LIMITS);
        let mut first = unproven.reservation(address(1));
        first.grow(60).unwrap();
        let mut second = unproven.reservation(address(1));
        assert!(second.grow(41).is_err());
        second.grow(40).unwrap();
        let mut elsewhere = unproven.reservation(address(2));
        elsewhere.grow(100).unwrap();
        first.proven();
        second.grow(60).unwrap();
        second.proven();
        drop(elsewhere);
        let used = unproven.used();
        assert!(used.by_address.is_empty());
        assert_eq!(used.total, 0);
    }

    #[test]
    fn many_addresses_together_have_a_limit_and_leave_room_for_known_ones() {
        let unproven = UnprovenBytes::new(LIMITS);
        let mut proven = unproven.reservation(address(100));
        proven.grow(100).unwrap();
        proven.proven();
        let mut strangers = Vec::new();
        for last in 1..=3 {
            let mut stranger = unproven.reservation(address(last));
            stranger.grow(100).unwrap();
            strangers.push(stranger);
        }
        let mut one_more = unproven.reservation(address(4));
        assert!(one_more.grow(1).is_err());
        let mut known = unproven.reservation(address(100));
        known.grow(100).unwrap();
        assert!(unproven.reservation(address(100)).grow(1).is_err());
        strangers.clear();
        one_more.grow(100).unwrap();
    }
}
