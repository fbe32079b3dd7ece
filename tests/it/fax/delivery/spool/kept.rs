//! The spool keeps the contract.

use chunkgate::fax::delivery::spool::RealSpoolDisk;

use super::consumer::Room;

mod on_the_real_disk {
    use super::*;

    crate::delivery_contract!(Room::real(RealSpoolDisk::default()));
}

/// On a file system that cannot refuse to replace.
mod by_plain_renames {
    use super::*;

    crate::delivery_contract!(Room::real(RealSpoolDisk { plain_rename: true }));
}

mod on_the_disk_in_memory {
    use super::{super::memory_disk::MemoryDisk, *};

    crate::delivery_contract!(Room::in_memory(&MemoryDisk::new()));
}
