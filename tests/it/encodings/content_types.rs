//! Content types as clients spell them: quotes, blanks, stray semicolons, any case.

use crate::support::wire::Wire;

use super::support::{gateway_with, latin_1, start_envelope, start_request};

const USER: &str = "Büro";

#[tokio::test]
async fn the_charset_is_found_however_the_content_type_is_written() {
    let gateway = gateway_with(USER).await;
    let mut wire = Wire::connect(gateway.address).await;
    let body = latin_1(&start_envelope("", USER));
    for content_type in [
        "text/xml; charset=iso-8859-1",
        "text/xml;charset=ISO-8859-1",
        "TEXT/XML ; CHARSET = \"iso-8859-1\"",
        "text/xml; charset='iso-8859-1'",
        "  text/xml;;  charset=iso-8859-1 ; ",
        "text/xml; action=\"a;charset=utf-8\"; charset=iso-8859-1",
        "text/xml;\tcharset=\"iso-8859-1\" ;type=\"text/xml\"",
        "text/xml; charset=iso-8859-1; charset=utf-8",
    ] {
        let answer = wire.ask(&start_request(content_type, body.clone())).await;
        assert_eq!(answer.status, 200, "{content_type}");
        assert_eq!(answer.result("StartFileUpload"), 0, "{content_type}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_charset_without_a_value_does_not_count() {
    let gateway = gateway_with(USER).await;
    let mut wire = Wire::connect(gateway.address).await;
    let body = start_envelope("", USER).into_bytes();
    for content_type in [
        "text/xml; charset=",
        "text/xml; charset=\"\"",
        "text/xml; charset",
        "text/xml;",
    ] {
        let answer = wire.ask(&start_request(content_type, body.clone())).await;
        assert_eq!(answer.result("StartFileUpload"), 0, "{content_type}");
    }
    gateway.stop().await;
}
