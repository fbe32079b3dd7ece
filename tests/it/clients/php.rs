//! PHP's SoapClient.

use crate::support::gateway::Gateway;

use super::{
    program::{Program, in_repository, run},
    story,
};

async fn tells_the_story(version: &str) {
    if !Program("php").is_here().await {
        return;
    }
    let gateway = Gateway::start().await;
    let script = in_repository("tests/it/clients/php/upload.php");
    let mut arguments = vec![script.display().to_string(), version.to_owned()];
    arguments.extend(story::arguments(&gateway));
    let printed = run("php", arguments).await;
    story::check(&gateway, &printed).await;
    gateway.stop().await;
}

#[tokio::test]
async fn php_soap_client_uploads_in_soap_11() {
    tells_the_story("1.1").await;
}

#[tokio::test]
async fn php_soap_client_uploads_in_soap_12() {
    tells_the_story("1.2").await;
}
