//! How parameters are read.

use chunkgate::soap::Version::V11;

use crate::{
    interfax::support::holds,
    support::{
        gateway::Gateway,
        request::{Request, envelope, session_element},
    },
};

use super::support::{NO_SESSION, ask, result};

/// Uploads with these parameters, in which `SESSION` stands for a new session's name; what
/// was stored, and whether the session takes no more.
async fn upload(gateway: &Gateway, parameters: &str, code: i64) -> (String, Vec<u8>) {
    let session = gateway.client().start().await;
    let parameters = parameters.replace("SESSION", &session);
    let request = Request::soap_11("UploadFileChunk", &parameters);
    let expected = result(V11, "UploadFileChunk", code);
    assert_eq!(ask(gateway, &request).await, expected, "{parameters}");
    let id = gateway.session(&session).await;
    (session, gateway.content(id).await)
}

#[tokio::test]
async fn any_order_unknown_elements_attributes_comments() {
    let gateway = Gateway::start().await;
    let name = "<SessionID>SESSION</SessionID>";
    for parameters in [
        format!("{name}<Chunk>QUJD</Chunk><IsLast>0</IsLast>"),
        format!("<IsLast>false</IsLast><Chunk>QUJD</Chunk>{name}"),
        format!("<Username>u</Username>{name}<Password>p</Password><Chunk>QUJD</Chunk>"),
        format!(
            "{name}<Chunk a='b' xmlns:x='urn:x' x:type='y'>QUJD</Chunk><IsLast x='1'>0</IsLast>"
        ),
        format!("<!-- c --><?p i?>{name}<x><Chunk>QUFBQQ==</Chunk></x>text<Chunk>QUJD</Chunk>"),
    ] {
        assert_eq!(upload(&gateway, &parameters, 3).await.1, b"ABC");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn of_a_repeated_element_the_first_wins() {
    let gateway = Gateway::start().await;
    let parameters = format!(
        "<SessionID>SESSION</SessionID>{}<Chunk>QUJD</Chunk><Chunk>QUFBQQ==</Chunk><IsLast>0</IsLast><IsLast>?</IsLast>",
        session_element(NO_SESSION)
    );
    assert_eq!(upload(&gateway, &parameters, 3).await.1, b"ABC");
    gateway.stop().await;
}

#[tokio::test]
async fn booleans() {
    let gateway = Gateway::start().await;
    for (text, is_last) in [
        ("true", true),
        ("1", true),
        (" \r\n\ttrue ", true),
        ("<![CDATA[1]]>", true),
        ("&#49;", true),
        ("false", false),
        ("0", false),
    ] {
        let parameters =
            format!("<SessionID>SESSION</SessionID><Chunk>QUJD</Chunk><IsLast>{text}</IsLast>");
        let (session, _) = upload(&gateway, &parameters, 3).await;
        let more = if is_last { -1062 } else { 7 };
        let mut client = gateway.client();
        assert_eq!(client.chunk(&session, b"more", false).await, more, "{text}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_string_is_not_trimmed() {
    let gateway = Gateway::start().await;
    for name in [" SESSION", "SESSION ", "SESSION\r\n", "&#x20;SESSION"] {
        let parameters = format!("<SessionID>{name}</SessionID><Chunk>QUJD</Chunk>");
        assert_eq!(upload(&gateway, &parameters, -1062).await.1, b"");
    }
    for name in ["<![CDATA[SESSION]]>", "<!-- c -->SESSION"] {
        let parameters = format!("<SessionID>{name}</SessionID><Chunk>QUJD</Chunk>");
        assert_eq!(upload(&gateway, &parameters, 3).await.1, b"ABC");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn base64() {
    let gateway = Gateway::start().await;
    for (text, bytes) in [
        (" Q U\tJ\r\nD ", &b"ABC"[..]),
        ("QU&#xD;&#10;JD", b"ABC"),
        ("<![CDATA[QUJD]]>", b"ABC"),
        ("QU<!-- c -->J<![CDATA[D]]>", b"ABC"),
        ("QUJDRA==", b"ABCD"),
        ("QUJDRA=", b"ABCD"),
        ("QUJDRA", b"ABCD"),
        ("QUJDRA==\r\n== ", b"ABCD"),
        ("+/+/", &[0xFB, 0xFF, 0xBF]),
    ] {
        let parameters = format!("<SessionID>SESSION</SessionID><Chunk>{text}</Chunk>");
        let length = i64::try_from(bytes.len()).unwrap();
        assert_eq!(
            upload(&gateway, &parameters, length).await.1,
            bytes,
            "{text}"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn empty_and_missing() {
    let gateway = Gateway::start().await;
    let nil = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'";
    for (parameters, code) in [
        ("<SessionID>SESSION</SessionID>".to_owned(), -1061),
        ("<SessionID>SESSION</SessionID><Chunk/>".to_owned(), -1061),
        (
            format!("<SessionID>SESSION</SessionID><Chunk {nil}/>"),
            -1061,
        ),
        (
            format!("<SessionID>SESSION</SessionID><Chunk {nil}>QUJD</Chunk>"),
            3,
        ),
        ("<Chunk>QUJD</Chunk>".to_owned(), -1062),
        ("<SessionID/><Chunk>QUJD</Chunk>".to_owned(), -1062),
        (String::new(), -1062),
    ] {
        upload(&gateway, &parameters, code).await;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn header_blocks_comments_and_instructions_anywhere() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let parameters = session_element(&session) + "<Chunk>QUJD</Chunk>";
    let plain = envelope(V11, "UploadFileChunk", &parameters);
    let mut total = 0;
    for header in [
        "<soap:Header/>",
        "<soap:Header></soap:Header>",
        "<soap:Header><a:b xmlns:a='urn:a'><c/></a:b></soap:Header>",
        "<soap:Header><b soap:mustUnderstand='0'/></soap:Header>",
        "<!-- c --><?p i?>",
    ] {
        let body = plain.replace("<soap:Body>", &format!("{header}<soap:Body>"));
        let body = body.replace("?><", "?><?p i?><!-- c -->\n<") + "\r\n<!-- c -->";
        let request = Request::post("http://www.interfax.cc/UploadFileChunk", body);
        total += 3;
        let expected = result(V11, "UploadFileChunk", total);
        assert_eq!(ask(&gateway, &request).await, expected, "{header}");
    }
    assert!(holds(&gateway, &session, &b"ABC".repeat(5)).await);
    gateway.stop().await;
}
