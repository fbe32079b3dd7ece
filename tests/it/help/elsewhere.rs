//! Who does not know the service's path is told.

use crate::support::{gateway::Gateway, request::Request, wire::Wire};

use super::support::header;

#[tokio::test]
async fn other_paths_are_not_found_and_say_where_the_service_is() {
    for path in ["/dfs.asmx", "/legacy/fax.asmx"] {
        let gateway = Gateway::with(|settings| settings.interfax.path = path.to_owned()).await;
        let mut wire = Wire::connect(gateway.address).await;
        for request in [
            Request::get("/"),
            Request::get("/favicon.ico"),
            Request::soap_11("StartFileUpload", "").line("POST /other HTTP/1.1"),
        ] {
            let answer = wire.ask(&request).await;
            assert_eq!(answer.status, 404);
            assert_eq!(
                header(&answer.head, "content-type"),
                Some("text/plain; charset=utf-8")
            );
            let expected = format!("chunkgate: the service is at {path}\n");
            assert_eq!(answer.body, expected);
        }
        gateway.stop().await;
    }
}
