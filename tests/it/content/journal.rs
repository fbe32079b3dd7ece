//! The journal keeps the contract of a store.

use std::{fs::OpenOptions, os::unix::fs::FileExt, path::Path};

use async_trait::async_trait;
use chunkgate::content::{Extent, SharedStore, disk::RealDisk};
use tempfile::TempDir;

use super::{
    contract::Harness,
    support::{self, PATH, segment_path, small},
    test_disk::TestDisk,
};

struct InMemory(TestDisk);

#[async_trait]
impl Harness for InMemory {
    async fn open(&self) -> SharedStore {
        support::open(self.0.clone(), small())
    }

    fn damage(&self, extent: &Extent) {
        self.0.damage(
            &segment_path(Path::new(PATH), extent.segment),
            extent.offset,
        );
    }
}

mod in_memory {
    crate::contract!(super::InMemory(super::TestDisk::new()));
}

struct OnDisk(TempDir);

#[async_trait]
impl Harness for OnDisk {
    async fn open(&self) -> SharedStore {
        support::open_at(RealDisk, self.0.path(), small())
    }

    fn damage(&self, extent: &Extent) {
        let path = segment_path(self.0.path(), extent.segment);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, extent.offset).unwrap();
        file.write_all_at(&[!byte[0]], extent.offset).unwrap();
    }
}

mod on_disk {
    crate::contract!(super::OnDisk(tempfile::tempdir().unwrap()));
}
