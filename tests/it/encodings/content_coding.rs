//! `Content-Encoding`: gzip is undone, nothing else is.

use crate::{
    edge::support::{closes, received},
    support::{gateway::Gateway, wire::Wire},
};

use super::support::{assert_empty, chunk_envelope, coded, gzip};

#[tokio::test]
async fn gzip_is_undone_however_it_is_spelled() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let body = chunk_envelope(&session, b"chunk").into_bytes();
    let mut wire = Wire::connect(gateway.address).await;
    let mut total = 0;
    for (coding, body) in [
        ("gzip", gzip(&body)),
        ("GZip", gzip(&body)),
        (" x-gzip ", gzip(&body)),
        ("identity, gzip,", gzip(&body)),
        ("identity", body.clone()),
        ("", body.clone()),
    ] {
        total += 5;
        let answer = wire.ask(&coded(coding, body)).await;
        assert_eq!(answer.result("UploadFileChunk"), total, "{coding}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn any_other_coding_is_answered_415() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let body = chunk_envelope(&session, b"chunk").into_bytes();
    let mut wire = Wire::connect(gateway.address).await;
    for coding in [
        "deflate",
        "br",
        "compress",
        "gzip, gzip",
        "gzip, deflate",
        "gzip2",
    ] {
        let answer = wire.ask(&coded(coding, gzip(&gzip(&body)))).await;
        assert_empty(&answer, 415, coding);
        assert!(!closes(&answer), "{coding}: {answer:?}");
        let head = answer.head.to_ascii_lowercase();
        assert!(head.contains("\r\naccept-encoding: gzip\r\n"), "{head}");
    }
    let twice = coded("gzip\r\nContent-Encoding: gzip", gzip(&gzip(&body)));
    assert_empty(&wire.ask(&twice).await, 415, "two headers");
    assert_eq!(received(&gateway, &session).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_coding_that_is_not_named_is_not_guessed() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let body = chunk_envelope(&session, b"chunk").into_bytes();
    let mut wire = Wire::connect(gateway.address).await;
    for (what, coding, body) in [
        ("gzip unnamed", "identity", gzip(&body)),
        ("gzip named and absent", "gzip", body.clone()),
        ("gzip in gzip", "gzip", gzip(&gzip(&body))),
    ] {
        let answer = wire.ask(&coded(coding, body)).await;
        assert_empty(&answer, 400, what);
        assert!(!closes(&answer), "{what}: {answer:?}");
    }
    assert_eq!(received(&gateway, &session).await, 0);
    gateway.stop().await;
}
