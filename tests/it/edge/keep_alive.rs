//! After every kind of answer to a request that was read to its end, the connection carries on.

use crate::support::{
    gateway::{Gateway, USER},
    request::{Request, chunk_element, credentials},
    wire::Wire,
};

use super::support::{NO_SESSION, chunk_request, closes};

#[tokio::test]
async fn a_connection_carries_on_after_each_kind_of_answer() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let large = vec![7; 400_000];
    let broken = [b"<soap:Envelope><broken".to_vec(), large.clone()].concat();
    let malformed = Request::post("http://www.interfax.cc/UploadFileChunk", broken);
    let unreadable = chunk_element(&large) + "<IsLast>maybe</IsLast>";
    let call = chunk_request(&session, &large);
    let cases = [
        ("a result", chunk_request(&session, b"x"), 200),
        ("a refusal", chunk_request(NO_SESSION, &large), 200),
        (
            "a refused log-in",
            Request::soap_11("StartFileUpload", &credentials(USER, "wrong")),
            200,
        ),
        (
            "a fault behind the data",
            Request::soap_11("UploadFileChunk", &unreadable),
            500,
        ),
        (
            "a fault before the data",
            call.clone().header("SOAPAction", "\"unheard-of\""),
            500,
        ),
        ("a malformed envelope", malformed, 400),
        (
            "another media type",
            call.clone().header("Content-Type", "application/json"),
            415,
        ),
        ("the description", Request::get("/dfs.asmx?wsdl"), 200),
        ("health", Request::get("/healthz"), 200),
        ("nothing there", Request::get("/elsewhere"), 404),
    ];
    let mut wire = Wire::connect(gateway.address).await;
    for (what, request, status) in cases {
        let answer = wire.ask(&request).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        assert!(!closes(&answer), "{what}: {answer:?}");
    }
    let answer = wire.ask(&chunk_request(&session, b"y")).await;
    assert_eq!(answer.result("UploadFileChunk"), 2);
    gateway.stop().await;
}

#[tokio::test]
async fn requests_sent_at_once_are_answered_one_after_another() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let both = [
        chunk_request(&session, b"one").bytes(),
        chunk_request(&session, b"two").bytes(),
    ];
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&both.concat()).await;
    for total in [3, 6] {
        assert_eq!(wire.answer().await.result("UploadFileChunk"), total);
    }
    gateway.stop().await;
}
