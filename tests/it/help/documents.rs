//! Which query asks for which document.

use crate::support::{gateway::Gateway, request::Request, wire::Wire};

use super::support::{get, header};

/// The kind of document, told by its beginning.
async fn kind(gateway: &Gateway, query: &str) -> &'static str {
    let answer = get(gateway, query, &[]).await;
    assert_eq!(answer.status, 200, "{query}");
    let kinds = [
        ("<wsdl:definitions ", "wsdl", "text/xml; charset=utf-8"),
        ("<discovery ", "disco", "text/xml; charset=utf-8"),
        ("<!DOCTYPE html>", "help", "text/html; charset=utf-8"),
    ];
    let begins = |root: &str| answer.body.find(root).is_some_and(|at| at < 400);
    let (_, kind, content_type) = kinds
        .into_iter()
        .find(|(root, _, _)| begins(root))
        .expect("a document that is known");
    assert_eq!(
        header(&answer.head, "content-type"),
        Some(content_type),
        "{query}"
    );
    kind
}

#[tokio::test]
async fn a_name_without_a_value_asks_for_a_document_in_any_case() {
    let gateway = Gateway::start().await;
    for (query, expected) in [
        ("?wsdl", "wsdl"),
        ("?WSDL", "wsdl"),
        ("?Wsdl", "wsdl"),
        ("?wsdl=", "wsdl"),
        ("?x=1&wsdl", "wsdl"),
        ("?disco", "disco"),
        ("?DISCO", "disco"),
        ("", "help"),
        ("?", "help"),
        ("?op=UploadFileChunk", "help"),
        ("?wsdl=1", "help"),
        ("?wsdlx", "help"),
        ("?%ff%zz&&=", "help"),
    ] {
        assert_eq!(kind(&gateway, query).await, expected, "{query}");
    }
    gateway.stop().await;
}

/// Deviation: the original service answers HEAD with 405.
#[tokio::test]
async fn head_is_answered_with_the_length_and_without_the_body() {
    let gateway = Gateway::start().await;
    for target in [
        "/dfs.asmx",
        "/dfs.asmx?wsdl",
        "/dfs.asmx?disco",
        "/dfs.asmx?op=CancelFileUpload",
        "/dfs.asmx?op=Nothing",
    ] {
        let get = Request::get(target);
        let whole = Wire::connect(gateway.address).await.ask(&get).await;
        let mut wire = Wire::connect(gateway.address).await;
        let head = get
            .line(&format!("HEAD {target} HTTP/1.1"))
            .header("Connection", "close");
        wire.send(&head.bytes()).await;
        let answer = wire.closed().await;
        let (head, body) = answer.split_once("\r\n\r\n").expect("the end of the head");
        assert_eq!(body, "", "{target}");
        let length = whole.body.len().to_string();
        assert_eq!(header(head, "content-length"), Some(&*length), "{target}");
        assert_eq!(
            about_the_document(head),
            about_the_document(&whole.head),
            "{target}"
        );
    }
    gateway.stop().await;
}

/// The lines of a head but for its date and the connection's, in a fixed order.
fn about_the_document(head: &str) -> Vec<String> {
    let lines = head.trim_end().lines().map(str::to_ascii_lowercase);
    let other = |line: &String| line.starts_with("date:") || line.starts_with("connection:");
    let mut lines: Vec<String> = lines.filter(|line| !other(line)).collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn the_discovery_document_names_the_description_and_each_soap_binding() {
    let gateway = Gateway::start().await;
    let answer = get(&gateway, "?disco", &[("Host", "fax.example")]).await;
    let document = roxmltree::Document::parse(&answer.body).expect("well-formed XML");
    let root = document.root_element();
    assert!(root.has_tag_name(("http://schemas.xmlsoap.org/disco/", "discovery")));
    let [contract, soap_11, soap_12] = root.children().collect::<Vec<_>>()[..] else {
        panic!("three elements: {}", answer.body);
    };
    assert!(contract.has_tag_name(("http://schemas.xmlsoap.org/disco/scl/", "contractRef")));
    assert_eq!(
        contract.attribute("ref"),
        Some("http://fax.example/dfs.asmx?wsdl")
    );
    assert_eq!(
        contract.attribute("docRef"),
        Some("http://fax.example/dfs.asmx")
    );
    for (soap, binding) in [(soap_11, "InterFaxSoap"), (soap_12, "InterFaxSoap12")] {
        assert!(soap.has_tag_name(("http://schemas.xmlsoap.org/disco/soap/", "soap")));
        assert_eq!(
            soap.attribute("address"),
            Some("http://fax.example/dfs.asmx")
        );
        let (prefix, name) = soap.attribute("binding").unwrap().split_once(':').unwrap();
        assert_eq!(
            soap.lookup_namespace_uri(Some(prefix)),
            Some("http://www.interfax.cc")
        );
        assert_eq!(name, binding);
    }
    gateway.stop().await;
}
