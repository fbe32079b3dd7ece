//! A document goes up in forms, in both bindings and mixed with SOAP.

use std::fmt::Write as _;

use crate::{
    interfax::support::{document, holds, status},
    support::{gateway::Gateway, wire::Wire},
};

use super::support::{chunk_form, form_request, query_request, result};

#[tokio::test]
async fn a_document_goes_up_in_forms() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let mut wire = Wire::connect(gateway.address).await;
    let document = document(500_000);
    let mut total = 0;
    for chunk in document.chunks(200_000) {
        let form = chunk_form(&session, chunk, false);
        let answer = wire.ask(&form_request("UploadFileChunk", &form)).await;
        total += i64::try_from(chunk.len()).unwrap();
        assert_eq!(result(&answer.body), total);
    }
    let form = format!("SessionID={session}&Chunk=80&Chunk=68&Chunk=70&IsLast=false");
    let answer = wire.ask(&form_request("UploadFileChunk", &form)).await;
    assert_eq!(result(&answer.body), total + 3);
    let form = chunk_form(&session, b"?>?", true);
    let answer = wire.ask(&query_request("UploadFileChunk", &form)).await;
    assert_eq!(result(&answer.body), total + 6);
    assert_eq!(client.chunk(&session, b"more", false).await, -1062);
    let whole = [&document[..], b"PDF?>?"].concat();
    assert!(holds(&gateway, &session, &whole).await);
    gateway.stop().await;
}

#[tokio::test]
async fn a_chunk_of_three_mebibytes_in_base64_and_a_mebibyte_of_fields() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let mut wire = Wire::connect(gateway.address).await;
    let document = document(3 << 20);
    let form = chunk_form(&session, &document, false);
    let answer = wire.ask(&form_request("UploadFileChunk", &form)).await;
    assert_eq!(result(&answer.body), 3 << 20);

    // As much as fits into a body of 10 MiB.
    let mut form = format!("SessionID={session}&IsLast=true");
    for byte in &document[..800_000] {
        let _ = write!(form, "&Chunk={byte}");
    }
    let answer = wire.ask(&form_request("UploadFileChunk", &form)).await;
    assert_eq!(result(&answer.body), (3 << 20) + 800_000);
    let whole = [&document[..], &document[..800_000]].concat();
    assert!(holds(&gateway, &session, &whole).await);
    gateway.stop().await;
}

#[tokio::test]
async fn a_form_that_is_wrong_at_its_end_stores_nothing() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let mut wire = Wire::connect(gateway.address).await;
    let good = chunk_form(&session, b"chunk", false);
    for (form, code) in [
        (good.replace("&IsLast=false", ""), 500),
        (good.replace("IsLast=false", "IsLast=maybe"), 500),
        (good.clone() + "&IsLast=true", 500),
        (good.clone() + "&Chunk=AAAA", 500),
        (good.clone() + &"&x".repeat(300), 400),
    ] {
        let answer = wire.ask(&form_request("UploadFileChunk", &form)).await;
        assert_eq!(answer.status, code, "{form}");
        let answer = wire.ask(&query_request("UploadFileChunk", &form)).await;
        assert_eq!(answer.status, code, "{form}");
    }
    assert_eq!(status(&gateway, &session).await.received, 0);
    let answer = wire.ask(&form_request("UploadFileChunk", &good)).await;
    assert_eq!(result(&answer.body), 5);
    gateway.stop().await;
}
