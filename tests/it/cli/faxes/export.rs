//! The documents, and their checksums.

use std::fs;

use super::{drop_documents, fax};
use crate::{
    cli::{
        support::{program_on, run},
        verify::damage,
    },
    fax::support::{NUMBER, gateway, result, upload},
    support::{gateway::Gateway, soap::Client},
};

const DOCUMENT: &[u8] = include_bytes!("../../../data/sample.pdf");

/// Two documents of the same upload as a fax.
async fn submit(client: &mut Client) -> i64 {
    let session = upload(client, &[b"Hello", DOCUMENT].concat()).await;
    let sizes = format!("5;{}/sessionID={session}", DOCUMENT.len());
    let parameters = [
        ("FaxNumbers", NUMBER),
        ("FileTypes", "TXT;PDF"),
        ("FileSizes", &sizes),
    ];
    result(client, "SendfaxEx_2", &parameters).await
}

async fn with_fax() -> (Gateway, String) {
    let gateway = gateway().await;
    let id = submit(&mut gateway.client()).await;
    (gateway, id.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_document_is_a_file() {
    let (gateway, id) = with_fax().await;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("fax");
    let path = target.to_str().unwrap();
    let export = |options: &[&str]| {
        let arguments = [&["export", &id, path], options].concat();
        fax(&gateway, &arguments)
    };
    export(&[])
        .ends_with(0)
        .shows("1.txt")
        .says("2 documents of fax");
    assert_eq!(fs::read(target.join("1.txt")).unwrap(), b"Hello");
    assert!(fs::read(target.join("2.pdf")).unwrap() == DOCUMENT);
    // Nothing else is left in the folder.
    assert_eq!(fs::read_dir(&target).unwrap().count(), 2);

    // The second one is there: not even the first is written.
    fs::remove_file(target.join("1.txt")).unwrap();
    fs::write(target.join("2.pdf"), "precious").unwrap();
    export(&[]).ends_with(3).says("--force");
    assert_eq!(fs::read(target.join("2.pdf")).unwrap(), b"precious");
    assert!(!target.join("1.txt").exists());
    export(&["--force"]).ends_with(0);
    assert!(fs::read(target.join("2.pdf")).unwrap() == DOCUMENT);

    fs::remove_dir_all(&target).unwrap();
    drop_documents(&gateway.database).await;
    export(&[]).ends_with(3).says("fax.keep_documents");
    assert!(!target.exists());
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_documents_are_not_exported() {
    let (gateway, id) = with_fax().await;
    let (_settings, database, journal) = gateway.stop_keeping().await;
    damage(journal.path(), DOCUMENT);
    let folder = tempfile::tempdir().unwrap();
    let export = ["fax", "export", &id, folder.path().to_str().unwrap()];
    run(&mut program_on(&database, journal.path(), &export))
        .ends_with(4)
        .says("checksum");
    assert!(!folder.path().join("2.pdf").exists());
}
