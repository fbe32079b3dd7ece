//! `/healthz`: the process serves. `/readyz`: what requests depend on works.

use crate::support::{
    eventually::eventually, gateway::Gateway, outage::Outage, request::Request, wire::Wire,
};

use super::support::ask_operator;

#[tokio::test]
async fn readiness_goes_red_with_the_database_and_green_again_by_itself() {
    let gateway = Gateway::start().await;
    let ready = ask_operator(&gateway, "/readyz").await;
    assert_eq!(ready.status, 200, "{ready:?}");

    let outage = Outage::of(&gateway.database).await;
    let red = eventually("red readiness", async || {
        let answer = ask_operator(&gateway, "/readyz").await;
        (answer.status == 503).then_some(answer)
    })
    .await;
    let findings: serde_json::Value = serde_json::from_str(&red.body).unwrap();
    assert_eq!(findings["ready"], false);
    assert!(findings["database"]["failed"].is_string(), "{findings}");
    assert_eq!(findings["content"], "ok");
    // The process itself lives on.
    assert_eq!(ask_operator(&gateway, "/healthz").await.status, 200);
    outage.end().await;

    eventually("green readiness", async || {
        let answer = ask_operator(&gateway, "/readyz").await;
        (answer.status == 200).then_some(())
    })
    .await;
    gateway.stop().await;
}

#[tokio::test]
async fn clients_see_that_the_process_serves_and_nothing_of_the_operators() {
    let gateway = Gateway::start().await;
    let mut wire = Wire::connect(gateway.address).await;
    for (target, status) in [("/healthz", 200), ("/readyz", 404), ("/metrics", 404)] {
        let answer = wire.ask(&Request::get(target)).await;
        assert_eq!(answer.status, status, "{target}");
    }
    gateway.stop().await;
}

/// A web page whose name leads here makes a browser ask, and names its own host.
#[tokio::test]
async fn operators_ask_by_address_or_by_a_name_that_is_listed() {
    let gateway = Gateway::with(|settings| {
        settings.admin.hosts = vec!["gateway.example.com".to_owned()];
    })
    .await;
    for (host, is_answered) in [
        ("127.0.0.1:8081", true),
        ("localhost", true),
        ("gateway.example.com:8081", true),
        ("evil.example", false),
    ] {
        for target in ["/healthz", "/readyz", "/metrics", "/webhook/status"] {
            let mut wire = Wire::connect(gateway.admin_address).await;
            let answer = wire.ask(&Request::get(target).header("Host", host)).await;
            assert_eq!(
                answer.status == 421,
                !is_answered,
                "{host} {target}: {answer:?}"
            );
            if !is_answered {
                assert!(answer.body.contains("admin.hosts"), "{answer:?}");
            }
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn monitors_may_ask_with_head() {
    let gateway = Gateway::start().await;
    for (address, target) in [
        (gateway.address, "/healthz"),
        (gateway.admin_address, "/healthz"),
        (gateway.admin_address, "/readyz"),
        (gateway.admin_address, "/metrics"),
    ] {
        let mut wire = Wire::connect(address).await;
        let head =
            format!("HEAD {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        wire.send(head.as_bytes()).await;
        let answer = wire.closed().await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{target}: {answer}");
        assert!(answer.ends_with("\r\n\r\n"), "no body: {answer}");
    }
    gateway.stop().await;
}
