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
