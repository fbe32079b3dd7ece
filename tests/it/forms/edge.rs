//! The limits of the edge hold for forms as for envelopes.

use crate::{
    edge::support::{closes, is_busy, metric, received},
    encodings::support::gzip,
    interfax::support::{NO_SESSION, document, status},
    support::{
        alone::has_process_of_its_own, eventually::eventually, gateway::Gateway, log::Log,
        wire::Wire,
    },
};

use super::support::{chunk_form, form_request, query_request, result};

#[tokio::test]
async fn a_form_that_is_too_long_is_told_so_and_stores_nothing() {
    let gateway = Gateway::with(|settings| settings.http.max_body = 64 << 10).await;
    let session = gateway.client().start().await;
    let form = chunk_form(&session, &document(60_000), false);
    let declared = form_request("UploadFileChunk", &form);
    let chunked = declared
        .clone()
        .without("Content-Length")
        .header("Transfer-Encoding", "chunked");
    let body = format!("{:x}\r\n{form}\r\n0\r\n\r\n", form.len());
    let chunked = [chunked.head(), body.into_bytes()].concat();
    for bytes in [declared.bytes(), chunked] {
        let mut wire = Wire::connect(gateway.address).await;
        wire.send(&bytes).await;
        let answer = wire.answer().await;
        assert_eq!(
            (answer.status, &answer.body[..]),
            (500, "Maximum request length exceeded.")
        );
        assert!(closes(&answer), "{}", answer.head);
    }
    assert_eq!(status(&gateway, &session).await.received, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_form_that_is_cut_short_stores_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let request = form_request("UploadFileChunk", &chunk_form(&session, b"chunk", false));
    let bytes = request.bytes();
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&bytes[..bytes.len() - 1]).await;
    wire.finish().await;
    let rest = wire.closed().await;
    assert!(!rest.contains(" 200 "), "{rest}");
    assert_eq!(status(&gateway, &session).await.received, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_form_too_many_is_503() {
    let gateway = Gateway::with(|settings| settings.http.max_in_flight = 1).await;
    let held = form_request("UploadFileChunk", &chunk_form(NO_SESSION, b"chunk", true)).bytes();
    let (begin, end) = held.split_at(held.len() - 1);
    let cancel = format!("SessionID={NO_SESSION}");
    for request in [query_request, form_request] {
        let request = request("CancelFileUpload", &cancel);
        let mut second = Wire::connect(gateway.address).await;
        let mut first = eventually("form that keeps another one out", async || {
            let mut first = Wire::connect(gateway.address).await;
            first.send(begin).await;
            for _ in 0..20 {
                if is_busy(&second.ask(&request).await) {
                    return Some(first);
                }
            }
            // It was the first that came one too many, while the second was served.
            None
        })
        .await;
        first.send(end).await;
        assert_eq!(result(&first.answer().await.body), -1062);
        assert_eq!(result(&second.ask(&request).await.body), -1062);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn forms_are_counted_as_calls() {
    if !has_process_of_its_own("forms::edge::forms_are_counted_as_calls") {
        return;
    }
    let gateway = Gateway::start().await;
    let mut wire = Wire::connect(gateway.address).await;
    for (form, status) in [
        (format!("SessionID={NO_SESSION}"), 200),
        (String::new(), 500),
    ] {
        for request in [query_request, form_request] {
            let answer = wire.ask(&request("CancelFileUpload", &form)).await;
            assert_eq!(answer.status, status);
        }
    }
    for code in ["-1062", "500"] {
        let name = format!(
            "chunkgate_operations_total{{protocol=\"interfax\",operation=\"CancelFileUpload\",code=\"{code}\"}}"
        );
        assert_eq!(metric(&gateway, &name).await, Some(2.0), "{name}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn log_lines_hold_nothing_of_a_form() {
    if !has_process_of_its_own("forms::edge::log_lines_hold_nothing_of_a_form") {
        return;
    }
    let kept = Log::keep();
    let gateway = Gateway::start().await;
    let mut wire = Wire::connect(gateway.address).await;
    for request in [query_request, form_request] {
        for (operation, form) in [
            ("CancelFileUpload", "SessionID=a-secret"),
            ("CancelFileUpload", "Password=a-secret"),
            ("StartFileUpload", "Username=u&Password=a-secret&SessionID="),
            (
                "UploadFileChunk",
                "SessionID=a-secret&Chunk=&IsLast=a-secret",
            ),
            (
                "UploadFileChunk",
                "SessionID=1&Chunk=1&Chunk=a-secret&IsLast=true",
            ),
            ("UploadFileChunk", "SessionID=1&Chunk=a-secret*&IsLast=true"),
            ("UploadFileChunk", "SessionID=a-secret&SessionID=a-secret"),
        ] {
            wire.ask(&request(operation, form)).await;
        }
    }
    gateway.stop().await;
    let log = kept.text();
    assert_eq!(log.matches("CancelFileUpload").count(), 4, "{log}");
    assert!(!log.contains("a-secret"), "{log}");
}

#[tokio::test]
async fn a_gzip_form_is_read_and_a_damaged_one_stores_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let form = form_request("UploadFileChunk", &chunk_form(&session, b"chunk", false));
    let packed = gzip(form.body());
    let mut damaged = packed.clone();
    // The checksum, which comes last but for the length.
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    let mut wire = Wire::connect(gateway.address).await;
    for (body, status, stored) in [(&damaged, 400, 0), (&packed, 200, 5)] {
        let head = form
            .clone()
            .header("Content-Encoding", "gzip")
            .header("Content-Length", &body.len().to_string());
        wire.send(&[&head.head()[..], body].concat()).await;
        assert_eq!(wire.answer().await.status, status);
        assert_eq!(received(&gateway, &session).await, stored);
    }
    gateway.stop().await;
}
