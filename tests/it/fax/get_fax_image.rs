//! `GetFaxImage`: the documents of a fax as one TIFF.

use std::{fs, path::PathBuf};

use base64_simd::STANDARD;

use crate::{
    clients::program::{Program, in_repository},
    support::soap::{Answer, Client},
};

use super::{
    image::tiff,
    support::{
        Call, drop_documents_at_once, ended, gateway, gateway_with, other_account, upload, waiting,
        with_dropped_documents,
    },
};

const GHOSTSCRIPT: Program = Program("ghostscript");

fn image(id: i64) -> Call {
    Call::of("GetFaxImage").with("TransactionID", &id.to_string())
}

/// The image in an answer.
fn decoded(answer: &Answer) -> Vec<u8> {
    assert_eq!(answer.result("GetFaxImage"), 0, "{}", answer.head);
    let head = answer.head.to_ascii_lowercase();
    let length = format!("content-length: {}\r\n", answer.body.len());
    assert!(head.contains(&length), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
    let data = answer.text("Image").expect("an image");
    STANDARD.decode_to_vec(data).expect("base64")
}

/// There is no image; an empty one that was sent comes back, and no other.
async fn is_refused(client: &mut Client, call: &Call, code: i64) {
    for (sent, comes_back) in [(None, false), (Some(""), true), (Some("AAAA"), true)] {
        let call = sent.map_or_else(|| call.clone(), |image| call.clone().with("Image", image));
        let answer = call.answer(client).await;
        assert_eq!(answer.result("GetFaxImage"), code, "{call:?}");
        assert_eq!(answer.body.contains("<Image />"), comes_back, "{answer:?}");
        assert_eq!(answer.body.contains("<Image"), comes_back, "{answer:?}");
    }
}

#[tokio::test]
async fn an_upload_becomes_a_tiff_of_its_pages() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let gateway = gateway().await;
    let mut client = gateway.client();
    let sample = fs::read(in_repository("tests/data/sample.pdf")).expect("the sample");
    let session = upload(&mut client, &sample).await;
    let order = Call::order_of(&session, sample.len())
        .with("FileTypes", "PDF")
        .with("Postpone", &super::support::ahead(time::Duration::HOUR))
        .with("IsHighResolution", "true");
    let id = order.id(&mut client).await;
    for call in [image(id), image(id).with("Image", "")] {
        let pages = tiff::pages(&decoded(&call.answer(&mut client).await));
        assert_eq!(pages.len(), 6);
        for page in pages {
            assert_eq!((page.width, page.height, page.dots.1), (1728, 2292, 196));
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn several_documents_are_one_image_as_they_were_ordered() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("one\x0ctwo\nthree")
        .with("FileTypes", "TXT;TXT")
        .with("FileSizes", "8;5")
        .with("PageSize", "B4");
    let id = order.id(&mut client).await;
    ended(&gateway, &mut client, id, "done\n").await;
    let pages = tiff::pages(&decoded(&image(id).answer(&mut client).await));
    assert_eq!(pages.len(), 3);
    assert!(
        pages
            .iter()
            .all(|page| (page.width, page.dots.1) == (2048, 98))
    );
    let left = fs::read_dir(gateway.directory.path()).expect("the data directory");
    let left = left.flatten().map(|entry| entry.file_name());
    assert_eq!(
        left.filter(|name| name.to_string_lossy().starts_with("image-"))
            .count(),
        0
    );
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_fax_is_1005_and_somebody_elses_311() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let theirs = as_other(Call::order("text")).id(&mut client).await;
    for id in [
        0,
        -1,
        theirs + 1,
        i64::from(i32::MAX) + 1 + theirs,
        i64::MAX,
    ] {
        is_refused(&mut client, &image(id), -1005).await;
    }
    is_refused(&mut client, &image(theirs), -311).await;
    is_refused(&mut client, &image(theirs).with("Password", "wrong"), -1003).await;
    gateway.stop().await;
}

#[tokio::test]
async fn documents_of_which_no_image_can_be_made_are_1009() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for types in ["DOC;TXT", "TXT;XLS", "TXT;PDF"] {
        let order = Call::order("onetwo")
            .with("FileTypes", types)
            .with("FileSizes", "3;3");
        let id = order.id(&mut client).await;
        is_refused(&mut client, &image(id), -1009).await;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn without_ghostscript_there_is_no_image() {
    let gateway = gateway_with(|settings| {
        settings.fax.ghostscript = Some(PathBuf::from("/nowhere/gs"));
    })
    .await;
    let mut client = gateway.client();
    let id = waiting(&mut client, "text").await;
    is_refused(&mut client, &image(id), -1009).await;
    gateway.stop().await;
}

#[tokio::test]
async fn of_dropped_documents_there_is_no_image() {
    let gateway = gateway_with(drop_documents_at_once).await;
    let mut client = gateway.client();
    let id = with_dropped_documents(&gateway, &mut client).await;
    is_refused(&mut client, &image(id), -1009).await;
    gateway.stop().await;
}
