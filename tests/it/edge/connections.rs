//! One address can have `server.max_connections_per_address` connections; further ones get 503, and a trusted proxy may have as many as it needs.

use crate::support::{eventually::eventually, gateway::Gateway, request::Request, wire::Wire};

#[tokio::test]
async fn an_address_with_all_its_connections_gets_no_more_until_one_ends() {
    let gateway = Gateway::with(|settings| settings.server.max_connections_per_address = 2).await;
    let health = Request::get("/healthz");
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut wire = Wire::connect(gateway.address).await;
        assert_eq!(wire.ask(&health).await.status, 200);
        open.push(wire);
    }
    let told = Wire::connect(gateway.address).await.closed().await;
    assert!(told.starts_with("HTTP/1.1 503 "), "{told}");
    assert!(told.contains("\r\nRetry-After: "), "{told}");
    for wire in &mut open {
        assert_eq!(wire.ask(&health).await.status, 200);
    }
    open.pop();
    eventually("place for another connection", async || {
        let mut wire = Wire::connect(gateway.address).await;
        let last = health.clone().header("Connection", "close");
        wire.offer(&last.bytes()).await;
        wire.closed()
            .await
            .starts_with("HTTP/1.1 200 ")
            .then_some(())
    })
    .await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_trusted_proxy_is_not_counted() {
    let gateway = Gateway::with(|settings| {
        settings.server.max_connections_per_address = 1;
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut wire = Wire::connect(gateway.address).await;
        assert_eq!(wire.ask(&Request::get("/healthz")).await.status, 200);
        open.push(wire);
    }
    gateway.stop().await;
}
