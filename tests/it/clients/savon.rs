//! Ruby's Savon, as recorded: two prefixes for one namespace, `Chunk` before `SessionID`, base64
//! in lines of 60 characters, `IsLast` as 0 or 1, credentials on every call, a connection for each.

use base64_simd::STANDARD;

use crate::support::{
    gateway::{Gateway, PASSWORD, USER},
    request::Request,
    soap::Answer,
    wire::Wire,
};

const ENVELOPE: &str = r#"<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:tns="http://www.interfax.cc" xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ins0="http://www.interfax.cc">"#;

async fn call(gateway: &Gateway, operation: &str, parameters: &str) -> Answer {
    let password = PASSWORD
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let body = format!(
        "{ENVELOPE}<env:Body><tns:{operation}><ins0:Username>{USER}</ins0:Username>\
         <ins0:Password>{password}</ins0:Password>{parameters}</tns:{operation}></env:Body></env:Envelope>"
    );
    let request = Request::post(&format!("http://www.interfax.cc/{operation}"), body)
        .header("Content-Type", "text/xml;charset=UTF-8")
        .header("Accept-Encoding", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3")
        .header("Accept", "*/*")
        .header("User-Agent", "Ruby")
        .header("Connection", "close");
    let mut wire = Wire::connect(gateway.address).await;
    let answer = wire.ask(&request).await;
    wire.closed().await;
    answer
}

/// Base64 as Ruby's `Base64.encode64` writes it.
fn encode64(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode_to_string(bytes);
    let mut lines = String::new();
    for (index, character) in encoded.chars().enumerate() {
        if index > 0 && index % 60 == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines + "\n"
}

#[tokio::test]
async fn savon_uploads() {
    let gateway = Gateway::start().await;
    let document = include_bytes!("../../data/sample.pdf");
    let started = call(&gateway, "StartFileUpload", "").await;
    assert_eq!(started.result("StartFileUpload"), 0);
    let session = started.text("SessionID").unwrap();
    let name = format!("<ins0:SessionID>{session}</ins0:SessionID>");

    let mut sent = 0;
    // Large enough that a chunk is stored in several blocks before its session is known.
    for chunk in document.chunks(300_000) {
        sent += chunk.len();
        let is_last = u8::from(sent == document.len());
        let parameters = format!(
            "<ins0:Chunk>{}</ins0:Chunk>{name}<ins0:IsLast>{is_last}</ins0:IsLast>",
            encode64(chunk)
        );
        let answer = call(&gateway, "UploadFileChunk", &parameters).await;
        let total = i64::try_from(sent).unwrap();
        assert_eq!(answer.result("UploadFileChunk"), total);
    }
    let id = gateway.session(session).await;
    assert!(gateway.content(id).await == document);

    for result in [0, -1062] {
        let answer = call(&gateway, "CancelFileUpload", &name).await;
        assert_eq!(answer.result("CancelFileUpload"), result);
    }
    gateway.stop().await;
}
