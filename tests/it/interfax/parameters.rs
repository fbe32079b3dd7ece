//! The parameters of a chunk: any order, extra elements ignored; what cannot be read stores nothing.

use crate::support::{
    gateway::Gateway,
    request::{Request, chunk_element, session_element},
};

use super::support::{chunk_for, fault, good_credentials, holds, status, upload};

#[tokio::test]
async fn parameters_come_in_any_order() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let [name, last] = [session_element(&session), "<IsLast>0</IsLast>".to_owned()];
    for (index, byte) in (*b"abcdef").into_iter().enumerate() {
        let chunk = chunk_element(&[byte]);
        let orders = [
            [&name, &chunk, &last],
            [&name, &last, &chunk],
            [&chunk, &name, &last],
            [&chunk, &last, &name],
            [&last, &name, &chunk],
            [&last, &chunk, &name],
        ];
        let parameters = orders[index].map(String::as_str).concat();
        let total = i64::try_from(index + 1).unwrap();
        assert_eq!(upload(&mut client, &parameters).await, total);
    }
    assert!(holds(&gateway, &session, b"abcdef").await);
    gateway.stop().await;
}

#[tokio::test]
async fn credentials_are_ignored_where_a_session_is_named() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let wrong = "<Username>nobody</Username><Password>wrong</Password>";
    for credentials in [wrong, &good_credentials()] {
        let parameters = format!("{credentials}{}", chunk_for(&session, b"x"));
        assert!(upload(&mut client, &parameters).await > 0);
    }
    let parameters = format!("{wrong}{}", session_element(&session));
    let cancelled = client.call("CancelFileUpload", &parameters).await;
    assert_eq!(cancelled.result("CancelFileUpload"), 0);
    gateway.stop().await;
}

#[tokio::test]
async fn of_a_repeated_element_the_first_counts() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let (first, second) = (client.start().await, client.start().await);
    let parameters = [
        session_element(&first),
        chunk_element(b"first"),
        chunk_element(b"second chunk"),
        session_element(&second),
    ];
    assert_eq!(upload(&mut client, &parameters.concat()).await, 5);
    assert!(holds(&gateway, &first, b"first").await);
    assert_eq!(status(&gateway, &second).await.received, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn without_is_last_the_session_stays_open() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(upload(&mut client, &chunk_for(&session, b"a")).await, 1);
    assert_eq!(client.chunk(&session, b"b", true).await, 2);
    gateway.stop().await;
}

#[tokio::test]
async fn an_is_last_that_is_no_boolean_is_a_fault_and_stores_nothing() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    for (value, shown) in [("yes", "yes"), ("", ""), ("True", "True")] {
        let parameters = chunk_for(&session, b"a") + &format!("<IsLast>{value}</IsLast>");
        let answer = client.call("UploadFileChunk", &parameters).await;
        let text = fault(&answer);
        let inner = format!("The string '{shown}' is not a valid Boolean value.");
        assert!(text.ends_with(&inner), "{text}");
    }
    assert_eq!(status(&gateway, &session).await.received, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn an_envelope_that_is_malformed_at_its_end_stores_nothing() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let good = crate::support::soap::envelope("UploadFileChunk", &chunk_for(&session, b"a"));
    for (broken, why) in [
        (good.replace("</soap:Envelope>", ""), "cut short"),
        (
            good.replace("</soap:Body>", "</soap:body>"),
            "a wrong end tag",
        ),
        (good.clone() + "<more/>", "something behind the end"),
        (good.replace("</Chunk>", "*</Chunk>"), "no base64"),
        (good.replace("<soap:E", "<!DOCTYPE x><soap:E"), "a DTD"),
    ] {
        let request = Request::post("http://www.interfax.cc/UploadFileChunk", broken);
        let answer = client.send(&request.bytes()).await;
        assert_eq!((answer.status, answer.body.as_str()), (400, ""), "{why}");
    }
    assert_eq!(status(&gateway, &session).await.received, 0);
    assert_eq!(upload(&mut client, &chunk_for(&session, b"a")).await, 1);
    gateway.stop().await;
}
