//! Documents arrive as they are, texts typeset; other types are refused.

use std::fs;

use bytes::Bytes;
use chunkgate::fax::{
    delivery::{Delivery, Outcome},
    item::FaxDocument,
};

use super::{
    super::support::{attempt, content, fax, fax_of},
    desk::Desk,
    server::is_here,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_text_becomes_pages_between_documents_that_stay_as_they_are() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let text = "Hello, fax.\nGr\u{fc}\u{df}e\n".repeat(100);
    let parts = [b"%PDF-1.4 first".as_slice(), text.as_bytes(), b"%!PS last"];
    let mut fax = fax(attempt(7, 1));
    fax.documents = ["PDF", "TXT", "PS"]
        .iter()
        .zip(&parts)
        .map(|(kind, part)| FaxDocument {
            kind: (*kind).to_owned(),
            length: part.len() as u64,
        })
        .collect();
    fax.content = content(Bytes::from(parts.concat()));
    desk.hylafax().hand_over(&fax).await.expect("taken");
    let job = desk.job(fax.attempt);
    let documents = desk.documents(&job);
    assert_eq!(documents.len(), 3);
    assert_eq!((&documents[0][..], &documents[2][..]), (parts[0], parts[2]));
    let typeset = String::from_utf8_lossy(&documents[1]);
    assert!(typeset.starts_with("%!PS"), "{typeset}");
    assert_eq!(typeset.matches("showpage }").count(), 1);
    let kinds: Vec<&str> = job
        .documents
        .iter()
        .map(|(kind, _)| kind.as_str())
        .collect();
    assert_eq!(kinds, ["pdf", "postscript", "postscript"]);
    let scratch = desk.server.spool.parent().unwrap().join("typeset");
    assert_eq!(
        fs::read_dir(scratch).unwrap().count(),
        0,
        "texts stay behind"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_cannot_print_is_a_dead_letter() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    for (transaction, kind) in (1..).zip(["DOC", "JPG", "HTML", "XLSX"]) {
        let mut fax = fax(attempt(transaction, 1));
        fax.documents[1].kind = kind.to_owned();
        delivery.hand_over(&fax).await.expect("an answer");
        let told = delivery.outcomes(&[fax.attempt]).await.expect("an answer");
        let [(_, Outcome::Refused { text })] = &told[..] else {
            panic!("{told:?}");
        };
        assert!(
            text.contains(kind) && text.contains("fax.file_types"),
            "{text}"
        );
        assert_eq!(desk.server.jobs(fax.attempt).len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_leaves_nothing_on_the_server() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let attempt = attempt(7, 1);
    let mut broken = fax(attempt);
    broken.content = fax_of(attempt, &[700, 20]).content;
    desk.hylafax().hand_over(&broken).await.unwrap_err();
    assert_eq!(desk.server.all_jobs().len(), 0);
    let left = super::server::names(&desk.server.spool.join("docq"));
    let left: Vec<_> = left.iter().filter(|name| name.starts_with("doc")).collect();
    assert!(left.is_empty(), "{left:?}");
}
