//! Nothing that a client chose becomes a path.

use std::{fs, os::unix::fs::symlink, path::Path};

use chunkgate::fax::{
    delivery::{Delivery, Withdrawal, spool::RealSpoolDisk},
    item::{FaxDocument, PageSize},
};
use serde_json::json;

use super::{
    super::support::{attempt, content, fax},
    consumer::Room,
};

const NASTY: &str = "../../x\0\n\r\"'\\ $(reboot) `id` %s \u{1b}[2J \u{202e} \u{1f4e0}";

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn texts_of_clients_are_only_text() {
    let room = Room::real(RealSpoolDisk::default());
    let spool = room.spool();
    let attempt = attempt(42, 1);
    let mut fax = fax(attempt);
    let item = &mut fax.item;
    let options = &mut item.options;
    for text in [
        &mut item.user,
        &mut item.recipient,
        &mut item.contact,
        &mut options.subject,
        &mut options.reply_address,
        &mut options.sender_csid,
        &mut options.page_header,
        &mut options.job_id,
    ] {
        NASTY.clone_into(text);
    }
    options.page_size = PageSize::Letter;
    options.landscape = true;
    spool.hand_over(&fax).await.unwrap();

    let directory = room.directory(attempt);
    assert_eq!(names(&directory), ["1.pdf", "2.tif", "fax.json"]);
    assert_eq!(names(directory.parent().unwrap()), ["000000042.1"]);
    let (mut described, _) = room.look(attempt).unwrap();
    let documents = described["documents"].take();
    assert_eq!(documents.as_array().unwrap().len(), 2);
    assert_eq!(documents[1]["type"], "TIF");
    let expected = json!({
        "version": 1,
        "transaction": 42,
        "parent": 42,
        "submission": 7,
        "attempt": 1,
        "retries": 3,
        "user": NASTY,
        "recipient": NASTY,
        "contact": NASTY,
        "submitted": "1970-01-01T00:00:00Z",
        "options": {
            "subject": NASTY,
            "reply_address": NASTY,
            "sender_csid": NASTY,
            "page_header": NASTY,
            "job_id": NASTY,
            "page_size": "Letter",
            "orientation": "landscape",
            "resolution": "fine",
            "rendering": "black_and_white",
        },
        "documents": null,
    });
    assert_eq!(described, expected);
}

#[tokio::test]
async fn types_of_documents_are_not_paths() {
    let kinds = [
        "PDF",
        "../..",
        "/etc/x",
        "",
        ".",
        "A\0B",
        "TOOLONGTYPE",
        "\u{c4}",
        "tar.gz",
        "Tif",
    ];
    let room = Room::real(RealSpoolDisk::default());
    let spool = room.spool();
    let attempt = attempt(42, 1);
    let mut fax = fax(attempt);
    let document = |kind: &&str| FaxDocument {
        kind: (*kind).to_owned(),
        length: 3,
    };
    fax.documents = kinds.iter().map(document).collect();
    fax.content = content("abc".repeat(kinds.len()).into());
    spool.hand_over(&fax).await.unwrap();
    let expected = [
        "1.pdf", "10.tif", "2.bin", "3.bin", "4.bin", "5.bin", "6.bin", "7.bin", "8.bin", "9.bin",
        "fax.json",
    ];
    assert_eq!(names(&room.directory(attempt)), expected);
    let (described, _) = room.look(attempt).unwrap();
    assert_eq!(described["documents"][1]["type"], "../..");
}

#[tokio::test]
async fn numbers_that_have_no_name_are_refused() {
    let room = Room::real(RealSpoolDisk::default());
    let spool = room.spool();
    for (transaction, number) in [(0, 1), (-1, 1), (1_000_000_000, 1), (i32::MIN, 1), (1, 0)] {
        let attempt = attempt(transaction, number);
        spool.hand_over(&fax(attempt)).await.unwrap_err();
        spool.withdraw(attempt).await.unwrap_err();
        spool.forget(attempt).await.unwrap_err();
    }
    assert_eq!(spool.kept(None, 9).await.unwrap(), []);
}

#[tokio::test]
async fn what_others_put_there_is_left_alone() {
    let room = Room::real(RealSpoolDisk::default());
    let spool = room.spool();
    let new = room.directory(attempt(1, 1)).parent().unwrap().to_owned();
    for name in [
        "42.1",
        "000000042",
        "000000042.01",
        "000000042.0",
        "0000000042.1",
        "000000000.1",
        "00000004x.1",
        "000000042.1.bak",
        "+00000042.1",
        "lost+found",
        ".hidden",
    ] {
        fs::create_dir(new.join(name)).unwrap();
    }
    assert_eq!(spool.kept(None, 100).await.unwrap(), []);

    // Neither replaced nor taken for the fax.
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(new.join("000000001.1"), "a file").unwrap();
    fs::create_dir(new.join("000000002.1")).unwrap();
    symlink(elsewhere.path(), new.join("000000003.1")).unwrap();
    symlink("/nowhere", new.join("000000004.1")).unwrap();
    for transaction in 1..=4 {
        let attempt = attempt(transaction, 1);
        let error = spool.hand_over(&fax(attempt)).await.unwrap_err();
        assert!(error.to_string().contains("move it elsewhere"), "{error}");
    }
    assert_eq!(
        fs::read_to_string(new.join("000000001.1")).unwrap(),
        "a file"
    );
    assert_eq!(names(elsewhere.path()), [""; 0]);
    fs::remove_file(new.join("000000001.1")).unwrap();
    spool.hand_over(&fax(attempt(1, 1))).await.unwrap();
    assert_eq!(
        spool.withdraw(attempt(1, 1)).await.unwrap(),
        Withdrawal::Withdrawn
    );
}
