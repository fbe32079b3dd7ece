//! What recorded client programs put on the wire, reduced to what differs between them.

use base64_simd::STANDARD;

use super::support::{Call, Served, post};

const CHUNK_ACTION: &str = "http://www.interfax.cc/UploadFileChunk";
const QUOTED_CHUNK_ACTION: &str = "\"http://www.interfax.cc/UploadFileChunk\"";
const SESSION: &str = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

fn document() -> Vec<u8> {
    (0..=255_u8).cycle().take(1000).collect()
}

/// The document in base64, in lines of `width` characters, each ended by `line_end`.
fn lines(width: usize, line_end: &str) -> String {
    STANDARD
        .encode_to_string(document())
        .as_bytes()
        .chunks(width)
        .map(|line| String::from_utf8_lossy(line).into_owned() + line_end)
        .collect()
}

fn assert_uploads(served: Served, is_last: bool) {
    assert_eq!(served.status, 200);
    let expected = Call::Chunk {
        session: Some(SESSION.to_owned()),
        chunk: Some(document()),
        is_last,
    };
    assert_eq!(served.call(), expected);
}

fn start(username: Option<&str>, password: Option<&str>, session: Option<&str>) -> Call {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Call::Start {
        username: owned(username),
        password: owned(password),
        session: owned(session),
    }
}

#[test]
fn ruby_savon() {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:tns="http://www.interfax.cc" xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ins0="http://www.interfax.cc"><env:Body><tns:UploadFileChunk><ins0:Username>u</ins0:Username><ins0:Password>p</ins0:Password><ins0:Chunk>{}</ins0:Chunk><ins0:SessionID>{SESSION}</ins0:SessionID><ins0:IsLast>0</ins0:IsLast></tns:UploadFileChunk></env:Body></env:Envelope>"#,
        lines(60, "\n")
    );
    assert_uploads(
        post(
            Some("text/xml;charset=UTF-8"),
            Some(QUOTED_CHUNK_ACTION),
            body,
        ),
        false,
    );
}

#[test]
fn dotnet_wcf_in_soap_12() {
    let content_type = |operation| {
        format!(
            "application/soap+xml; charset=utf-8; action=\"http://www.interfax.cc/{operation}\""
        )
    };
    let begin = r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">"#;
    let body = format!(
        r#"{begin}<StartFileUpload xmlns="http://www.interfax.cc"><Username>u</Username><Password>p</Password><SessionID/></StartFileUpload></s:Body></s:Envelope>"#
    );
    let served = post(Some(&content_type("StartFileUpload")), None, body);
    assert!(served.body.contains("<SessionID />"));
    assert_eq!(served.call(), start(Some("u"), Some("p"), Some("")));

    let body = format!(
        r#"{begin}<UploadFileChunk xmlns="http://www.interfax.cc"><SessionID>{SESSION}</SessionID><Chunk>{}</Chunk><IsLast>true</IsLast></UploadFileChunk></s:Body></s:Envelope>"#,
        STANDARD.encode_to_string(document())
    );
    assert_uploads(
        post(Some(&content_type("UploadFileChunk")), None, body),
        true,
    );
}

#[test]
fn dotnet_web_reference() {
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body><UploadFileChunk xmlns="http://www.interfax.cc"><SessionID>{SESSION}</SessionID><Chunk>{}</Chunk><IsLast>false</IsLast></UploadFileChunk></soap:Body></soap:Envelope>"#,
        STANDARD.encode_to_string(document())
    );
    assert_uploads(
        post(
            Some("text/xml; charset=utf-8"),
            Some(QUOTED_CHUNK_ACTION),
            body,
        ),
        false,
    );
}

#[test]
fn java_axis_1() {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
   <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
      <soapenv:Body>
         <UploadFileChunk xmlns="http://www.interfax.cc">
            <SessionID xsi:type="xsd:string">{SESSION}</SessionID>
            <Chunk xsi:type="xsd:base64Binary">{}</Chunk>
            <IsLast xsi:type="xsd:boolean">true</IsLast>
         </UploadFileChunk>
      </soapenv:Body>
   </soapenv:Envelope>"#,
        STANDARD.encode_to_string(document())
    );
    assert_uploads(
        post(
            Some("text/xml; charset=utf-8"),
            Some(QUOTED_CHUNK_ACTION),
            body,
        ),
        true,
    );
}

#[test]
fn php_soap_client() {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:ns1=\"http://www.interfax.cc\"><SOAP-ENV:Body><ns1:UploadFileChunk><ns1:SessionID>{SESSION}</ns1:SessionID><ns1:Chunk>{}</ns1:Chunk><ns1:IsLast>true</ns1:IsLast></ns1:UploadFileChunk></SOAP-ENV:Body></SOAP-ENV:Envelope>\n",
        STANDARD.encode_to_string(document())
    );
    assert_uploads(
        post(
            Some("text/xml; charset=utf-8"),
            Some(QUOTED_CHUNK_ACTION),
            body,
        ),
        true,
    );
}

#[test]
fn php_nusoap() {
    let body = format!(
        r#"<?xml version="1.0" encoding="ISO-8859-1"?><SOAP-ENV:Envelope SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/" xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"><SOAP-ENV:Body><UploadFileChunk xmlns="http://www.interfax.cc"><SessionID>{SESSION}</SessionID><Chunk>{}</Chunk><IsLast>false</IsLast></UploadFileChunk></SOAP-ENV:Body></SOAP-ENV:Envelope>"#,
        STANDARD.encode_to_string(document())
    );
    assert_uploads(
        post(
            Some("text/xml; charset=ISO-8859-1"),
            Some(QUOTED_CHUNK_ACTION),
            body,
        ),
        false,
    );
}

#[test]
fn php_raw_xml() {
    let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\">\n\t<SOAP-ENV:Body>\n\t\t<StartFileUpload xmlns=\"http://www.interfax.cc\">\n\t\t\t<Password>p</Password>\n\t\t\t<Username>u</Username>\n\t\t</StartFileUpload>\n\t</SOAP-ENV:Body>\n</SOAP-ENV:Envelope>\n";
    let served = post(
        Some("text/xml"),
        Some("\"http://www.interfax.cc/StartFileUpload\""),
        body,
    );
    assert!(served.body.contains("<soap:Body>"));
    assert!(!served.body.contains("SessionID"));
    assert_eq!(served.call(), start(Some("u"), Some("p"), None));
}

#[test]
fn credentials_as_attributes_are_not_seen() {
    let body = r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><StartFileUpload xmlns="http://www.interfax.cc" Username="u" Password="p"/></s:Body></s:Envelope>"#;
    let served = post(
        Some("text/xml"),
        Some("\"http://www.interfax.cc/StartFileUpload\""),
        body,
    );
    assert_eq!(served.call(), start(None, None, None));
}

#[test]
fn python_suds() {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:ns0="http://www.interfax.cc" xmlns:ns1="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><ns1:Body><ns0:UploadFileChunk><ns0:SessionID>{SESSION}</ns0:SessionID><ns0:Chunk>{}</ns0:Chunk><ns0:IsLast>true</ns0:IsLast></ns0:UploadFileChunk></ns1:Body></SOAP-ENV:Envelope>"#,
        lines(76, "\n")
    );
    assert_uploads(
        post(
            Some("text/xml; charset=utf-8"),
            Some(QUOTED_CHUNK_ACTION),
            body,
        ),
        true,
    );
}

#[test]
fn perl_soap_lite() {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><soap:Envelope soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/" xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body><UploadFileChunk xmlns="http://www.interfax.cc"><SessionID xsi:type="xsd:string">{SESSION}</SessionID><Chunk xsi:type="xsd:base64Binary">{}</Chunk><IsLast xsi:type="xsd:boolean">1</IsLast></UploadFileChunk></soap:Body></soap:Envelope>"#,
        lines(76, "&#xD;\n")
    );
    assert_uploads(
        post(
            Some("text/xml; charset=utf-8"),
            Some(QUOTED_CHUNK_ACTION),
            body,
        ),
        true,
    );
}

#[test]
fn hand_written_node() {
    let body = format!(
        r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><UploadFileChunk xmlns="http://www.interfax.cc"><SessionID>{SESSION}</SessionID><Chunk>{}</Chunk><IsLast>false</IsLast></UploadFileChunk></soap:Body></soap:Envelope>"#,
        STANDARD.encode_to_string(document())
    );
    assert_uploads(post(Some("text/xml"), Some(CHUNK_ACTION), body), false);
}
