//! The path of the service: without regard to case; a query string does not matter to a call.

use crate::support::{gateway::Gateway, request::Request};

use super::support::good_credentials;

#[tokio::test]
async fn the_path_is_matched_without_regard_to_case_and_a_query_string_is_ignored() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    for target in [
        "/dfs.asmx",
        "/DFS.ASMX",
        "/Dfs.asmx",
        "/dfs.asmx?wsdl",
        "/dfs.asmx?x=1&y",
    ] {
        let request = Request::soap_11("StartFileUpload", &good_credentials())
            .line(&format!("POST {target} HTTP/1.1"));
        let answer = client.send(&request.bytes()).await;
        assert_eq!(answer.result("StartFileUpload"), 0, "{target}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn other_paths_are_not_found_and_other_verbs_not_allowed() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let call = Request::soap_11("StartFileUpload", &good_credentials());
    let elsewhere = call.clone().line("POST /other.asmx HTTP/1.1");
    assert_eq!(client.send(&elsewhere.bytes()).await.status, 404);
    let put = call.line("PUT /dfs.asmx HTTP/1.1");
    assert_eq!(client.send(&put.bytes()).await.status, 405);
    gateway.stop().await;
}
