//! The journal's directory: one writer at a time, one identity for ever.

use std::{fs, io::ErrorKind, path::Path, sync::Arc};

use chunkgate::content::{
    ContentError, Store,
    disk::RealDisk,
    journal::{Directory, JournalReader},
};

use super::support::{open_at, small};

fn open(path: &Path) -> Result<Directory, ContentError> {
    Directory::open(Arc::new(RealDisk), path)
}

#[tokio::test]
async fn a_second_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(RealDisk, folder.path(), small());
    let error = open(folder.path()).err().unwrap();
    assert!(
        matches!(&error, ContentError::Io { operation: "lock", source, .. }
            if source.kind() == ErrorKind::WouldBlock),
        "{error}"
    );
    store.close().await;
    drop(store);
    open(folder.path()).unwrap();
}

#[test]
fn a_missing_directory_is_created_with_its_ancestors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/content");
    let id = open(&path).unwrap().id();
    assert_eq!(open(&path).unwrap().id(), id);
    assert_eq!(
        JournalReader::open(Arc::new(RealDisk), &path).unwrap().id(),
        id
    );
}

#[test]
fn two_directories_are_two_stores() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_ne!(
        open(one.path()).unwrap().id(),
        open(other.path()).unwrap().id()
    );
}

#[tokio::test]
async fn segments_without_a_store_id_are_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(RealDisk, folder.path(), small());
    store.probe().await.unwrap();
    store.close().await;
    drop(store);
    fs::remove_file(folder.path().join("store-id")).unwrap();
    let error = open(folder.path()).err().unwrap().to_string();
    assert!(
        error.contains("it is missing, but there are segments"),
        "{error}"
    );
}

#[test]
fn a_store_id_that_is_none_is_refused() {
    for text in ["", "short", "not a uuid but as long as one would be"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("store-id"), text).unwrap();
        let error = open(folder.path()).err().unwrap().to_string();
        assert!(error.starts_with("cannot read the store id in"), "{error}");
    }
}

#[test]
fn a_draft_of_a_store_id_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("store-id.new"), "half of an i").unwrap();
    open(folder.path()).unwrap();
}
