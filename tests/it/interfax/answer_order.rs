//! What UploadFileChunk tells first when several things are wrong: a request that cannot be read,
//! the session (-1062), the account (-1003, -666, -677, -310), the chunk (-1061, then -1063).

use crate::support::{
    gateway::Gateway,
    request::{Request, chunk_element, session_element},
};

use super::support::{NO_SESSION, change_account, chunk_for, fault, upload};

/// Chunks may have 10 bytes, uploads 15.
async fn gateway() -> Gateway {
    let gateway = Gateway::start().await;
    change_account(&gateway, |account| {
        account.limits.max_chunk = Some(10);
        account.limits.max_total = Some(15);
    })
    .await;
    gateway
}

async fn forbid_everything(gateway: &Gateway) {
    change_account(gateway, |account| {
        account.enabled = false;
        account.switch_group = "elsewhere".to_owned();
        account.fax_service = false;
        account.primary = false;
        account.allowed_networks = vec!["192.0.2.0/24".parse().unwrap()];
    })
    .await;
}

#[tokio::test]
async fn a_request_that_cannot_be_read_comes_before_everything() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let unreadable = session_element(NO_SESSION) + "<IsLast>maybe</IsLast>";
    let answer = client.call("UploadFileChunk", &unreadable).await;
    assert!(fault(&answer).contains("Boolean"));
    let malformed = Request::post("http://www.interfax.cc/UploadFileChunk", "<soap:Envelope");
    assert_eq!(client.send(&malformed.bytes()).await.status, 400);
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_session_comes_before_what_is_wrong_with_the_chunk() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for parameters in [
        String::new(),
        chunk_element(b"without a session"),
        session_element(""),
        session_element(NO_SESSION),
        chunk_for(NO_SESSION, b""),
        chunk_for(NO_SESSION, &[0; 11]),
    ] {
        assert_eq!(
            upload(&mut client, &parameters).await,
            -1062,
            "{parameters}"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_closed_session_comes_before_what_is_wrong_with_account_and_chunk() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let (complete, cancelled) = (client.start().await, client.start().await);
    assert_eq!(client.chunk(&complete, b"all", true).await, 3);
    assert_eq!(client.cancel(&cancelled).await, 0);
    forbid_everything(&gateway).await;
    for session in [complete, cancelled] {
        for chunk in [&b""[..], b"more", &[0; 11]] {
            assert_eq!(client.chunk(&session, chunk, false).await, -1062);
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_account_comes_in_order_and_before_the_chunk() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, &[0; 10], false).await, 10);
    forbid_everything(&gateway).await;
    // None, an empty one, one too large, one too many, and one that would be right.
    let nothing = session_element(&session);
    let chunks = [0, 11, 6, 5].map(|length| chunk_for(&session, &vec![1; length]));
    let chunks: Vec<&String> = std::iter::once(&nothing).chain(&chunks).collect();
    for chunk in &chunks {
        assert_eq!(upload(&mut client, chunk).await, -1003);
    }
    // The caller's address is asked for only at the start.
    change_account(&gateway, |account| account.enabled = true).await;
    for chunk in &chunks {
        assert_eq!(upload(&mut client, chunk).await, -666);
    }
    change_account(&gateway, |account| account.switch_group.clear()).await;
    for chunk in &chunks {
        assert_eq!(upload(&mut client, chunk).await, -677);
    }
    change_account(&gateway, |account| account.fax_service = true).await;
    for chunk in &chunks {
        assert_eq!(upload(&mut client, chunk).await, -310);
    }
    change_account(&gateway, |account| account.primary = true).await;
    let mut results = Vec::new();
    for chunk in &chunks {
        results.push(upload(&mut client, chunk).await);
    }
    assert_eq!(results, [-1061, -1061, -1063, -1063, 15]);
    gateway.stop().await;
}
