//! Gzip bodies: members, damage, and the limit of what they decode to.

use flate2::{Compression, GzBuilder};
use std::io::Write as _;

use crate::{
    edge::support::{closes, received},
    support::{
        gateway::{Gateway, USER},
        soap::Answer,
        wire::Wire,
    },
};

use super::support::{assert_empty, chunk_envelope, coded, gzip};

#[tokio::test]
async fn members_are_read_one_after_another_and_headers_passed_over() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let body = chunk_envelope(&session, b"chunk").into_bytes();
    let members: Vec<u8> = body.chunks(50).flat_map(gzip).collect();
    let mut named = GzBuilder::new()
        .filename("envelope.xml")
        .comment("a comment")
        .extra(vec![7; 300])
        .mtime(1)
        .write(Vec::new(), Compression::best());
    named.write_all(&body).expect("memory");
    let stored = {
        let mut stored = GzBuilder::new().write(Vec::new(), Compression::none());
        stored.write_all(&body).expect("memory");
        stored.finish().expect("memory")
    };
    let empty_between = [gzip(b""), gzip(&body), gzip(b"")].concat();
    let mut wire = Wire::connect(gateway.address).await;
    let mut total = 0;
    for (what, body) in [
        ("members", members),
        ("a header with everything", named.finish().expect("memory")),
        ("stored", stored),
        ("empty members", empty_between),
    ] {
        total += 5;
        let answer = wire.ask(&coded("gzip", body)).await;
        assert_eq!(answer.result("UploadFileChunk"), total, "{what}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_body_that_ends_anywhere_but_behind_a_member_stores_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let body = gzip(chunk_envelope(&session, b"chunk").as_bytes());
    let mut wire = Wire::connect(gateway.address).await;
    for length in 0..body.len() {
        let answer = wire.ask(&coded("gzip", body[..length].to_vec())).await;
        assert_empty(&answer, 400, &format!("{length} of {} bytes", body.len()));
    }
    assert_eq!(received(&gateway, &session).await, 0);
    let answer = wire.ask(&coded("gzip", body)).await;
    assert_eq!(answer.result("UploadFileChunk"), 5);
    gateway.stop().await;
}

#[tokio::test]
async fn damage_and_what_follows_the_members_are_refused() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let whole = gzip(chunk_envelope(&session, b"chunk").as_bytes());
    let changed = |index: usize, by: u8| {
        let mut body = whole.clone();
        body[index] ^= by;
        body
    };
    let end = whole.len();
    let followed = |by: &[u8]| [&whole[..], by].concat();
    let mut wire = Wire::connect(gateway.address).await;
    for (what, body) in [
        ("another magic", changed(0, 1)),
        ("another method", changed(2, 1)),
        ("reserved flags", changed(3, 0x80)),
        ("a damaged tree", changed(12, 0xFF)),
        ("another checksum", changed(end - 8, 1)),
        ("another length", changed(end - 1, 1)),
        ("a zero behind", followed(b"\0")),
        ("rubbish behind", followed(b"<more/>")),
        ("half a member behind", followed(&whole[..20])),
        ("nothing at all", Vec::new()),
    ] {
        let answer = wire.ask(&coded("gzip", body)).await;
        assert_empty(&answer, 400, what);
        assert!(!closes(&answer), "{what}: {answer:?}");
    }
    assert_eq!(received(&gateway, &session).await, 0);
    gateway.stop().await;
}

/// What the damage makes of the envelope may be found wrong before the checksum is.
#[tokio::test]
async fn damage_anywhere_in_the_data_stores_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let whole = gzip(chunk_envelope(&session, &[7; 100]).as_bytes());
    let mut wire = Wire::connect(gateway.address).await;
    // The last byte of the data has bits that mean nothing.
    let data_end = whole.len() - 9;
    for index in (10..data_end).chain(data_end + 1..whole.len()) {
        let mut body = whole.clone();
        body[index] ^= 0x10;
        let answer = wire.ask(&coded("gzip", body)).await;
        assert_ne!(answer.status, 200, "byte {index}");
    }
    assert_eq!(received(&gateway, &session).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn the_limit_counts_what_a_body_decodes_to() {
    const LIMIT: usize = 64 * 1024;
    let gateway = Gateway::with(|settings| settings.http.max_body = LIMIT).await;
    let session = gateway.client().start().await;
    let padded = |length: usize| {
        let mut body = chunk_envelope(&session, b"chunk");
        body += &" ".repeat(length - body.len());
        coded("gzip", gzip(body.as_bytes()))
    };
    let mut wire = Wire::connect(gateway.address).await;
    let answer = wire.ask(&padded(LIMIT)).await;
    assert_eq!(answer.result("UploadFileChunk"), 5);
    let told = wire.ask(&padded(LIMIT + 1)).await;
    assert_too_long(&told);
    wire.closed().await;
    assert_eq!(received(&gateway, &session).await, 5);
    gateway.stop().await;
}

#[tokio::test]
async fn a_body_cut_by_the_connection_stores_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let request = coded("gzip", gzip(chunk_envelope(&session, b"chunk").as_bytes()));
    let bytes = request.bytes();
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&bytes[..bytes.len() - 3]).await;
    wire.finish().await;
    wire.closed().await;
    assert_eq!(received(&gateway, &session).await, 0);
    let answer = gateway.client().start_as(USER, "wrong").await;
    assert_eq!(answer.result("StartFileUpload"), -1003);
    gateway.stop().await;
}

pub fn assert_too_long(answer: &Answer) {
    assert_eq!(answer.status, 500, "{answer:?}");
    let text = "Maximum request length exceeded.";
    assert!(answer.body.contains(text), "{answer:?}");
    assert!(closes(answer), "{answer:?}");
}
