//! What client programs do with HTTP, where that differs; their envelopes are in `soap::clients`.

use base64_simd::STANDARD;
use chunkgate::soap::Version::V11;

use crate::{
    interfax::support::{document, holds},
    support::{
        gateway::Gateway,
        request::{Request, envelope},
        soap::chunk_parameters,
        wire::Wire,
    },
};

use super::support::{form_result, raw, result};

const CHUNK: &str = "UploadFileChunk";

/// The envelope of a chunk of 30,000 bytes, as large as those of the .NET programs.
async fn chunk(gateway: &Gateway) -> (String, Vec<u8>, Vec<u8>) {
    let session = gateway.client().start().await;
    let document = document(30_000);
    let body = envelope(V11, CHUNK, &chunk_parameters(&session, &document, false));
    (session, document, body.into_bytes())
}

#[tokio::test]
async fn dotnet_web_reference_and_wcf_wait_for_100_continue() {
    let gateway = Gateway::start().await;
    let (session, document, body) = chunk(&gateway).await;
    let head = format!(
        "POST /dfs.asmx HTTP/1.1\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 2.0.50727.1433)\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"http://www.interfax.cc/UploadFileChunk\"\r\nHost: localhost\r\nContent-Length: {}\r\nExpect: 100-continue\r\nConnection: Keep-Alive\r\n\r\n",
        body.len()
    );
    let mut wire = Wire::connect(gateway.address).await;
    for total in [30_000, 60_000] {
        wire.send(head.as_bytes()).await;
        wire.expect("HTTP/1.1 100 Continue\r\n\r\n").await;
        wire.send(&body).await;
        assert_eq!(raw(&wire.answer().await), result(V11, CHUNK, total));
    }
    assert!(holds(&gateway, &session, &document.repeat(2)).await);
    gateway.stop().await;
}

#[tokio::test]
async fn java_axis_1_speaks_http_1_0() {
    let gateway = Gateway::start().await;
    let (session, document, body) = chunk(&gateway).await;
    let head = format!(
        "POST /dfs.asmx HTTP/1.0\r\nContent-Type: text/xml; charset=utf-8\r\nAccept: application/soap+xml, application/dime, multipart/related, text/*\r\nUser-Agent: Axis/1.4\r\nHost: localhost:80\r\nCache-Control: no-cache\r\nPragma: no-cache\r\nSOAPAction: \"http://www.interfax.cc/UploadFileChunk\"\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&[head.as_bytes(), &body].concat()).await;
    let expected = result(V11, CHUNK, 30_000).replacen("HTTP/1.1", "HTTP/1.0", 1);
    assert_eq!(raw(&wire.answer().await), expected);
    assert_eq!(wire.closed().await, "");
    assert!(holds(&gateway, &session, &document).await);
    gateway.stop().await;
}

#[tokio::test]
async fn java_axis_2_and_jax_ws_send_in_chunks() {
    let gateway = Gateway::start().await;
    let (session, document, body) = chunk(&gateway).await;
    let head = "POST /dfs.asmx HTTP/1.1\r\nContent-Type: text/xml; charset=UTF-8\r\nSOAPAction: \"http://www.interfax.cc/UploadFileChunk\"\r\nUser-Agent: Axis2\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut wire = Wire::connect(gateway.address).await;
    for total in [30_000, 60_000] {
        wire.send(head.as_bytes()).await;
        for piece in body.chunks(4096) {
            wire.send(format!("{:x}\r\n", piece.len()).as_bytes()).await;
            wire.send(&[piece, b"\r\n"].concat()).await;
        }
        wire.send(b"0\r\n\r\n").await;
        assert_eq!(raw(&wire.answer().await), result(V11, CHUNK, total));
    }
    assert!(holds(&gateway, &session, &document.repeat(2)).await);
    gateway.stop().await;
}

#[tokio::test]
async fn hand_written_node_posts_to_the_description() {
    let gateway = Gateway::start().await;
    let (session, document, body) = chunk(&gateway).await;
    let text = String::from_utf8(body).expect("UTF-8");
    let (_, body) = text.split_once("?>").expect("a declaration");
    let request = Request::post("", body)
        .line("POST /dfs.asmx?wsdl HTTP/1.1")
        .header("Content-Type", "text/xml")
        .header("SOAPAction", "http://www.interfax.cc/UploadFileChunk");
    let answer = super::support::ask(&gateway, &request).await;
    assert_eq!(answer, result(V11, CHUNK, 30_000));
    assert!(holds(&gateway, &session, &document).await);
    gateway.stop().await;
}

#[tokio::test]
async fn python_posts_a_form() {
    let gateway = Gateway::start().await;
    let (session, document, _) = chunk(&gateway).await;
    let base64 = STANDARD.encode_to_string(&document);
    let escaped = base64
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let form = format!("SessionID={session}&Chunk={escaped}&IsLast=False");
    let request = format!(
        "POST /dfs.asmx/UploadFileChunk HTTP/1.1\r\nHost: localhost\r\nUser-Agent: python-requests/2.32.3\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\nContent-Length: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
        form.len()
    );
    let answer = super::support::ask_bytes(&gateway, request.as_bytes()).await;
    assert_eq!(answer, form_result(30_000));
    assert!(holds(&gateway, &session, &document).await);
    gateway.stop().await;
}
