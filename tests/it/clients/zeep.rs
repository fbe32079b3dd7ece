//! Python's zeep.

use crate::support::gateway::Gateway;

use super::{
    program::{Program, in_repository, run},
    story,
};

async fn tells_the_story(port: &str) {
    if !Program("zeep").is_here().await {
        return;
    }
    let gateway = Gateway::start().await;
    let script = in_repository("tests/it/clients/python/upload.py");
    let mut arguments = vec![script.display().to_string(), port.to_owned()];
    arguments.extend(story::arguments(&gateway));
    let printed = run("python3", arguments).await;
    story::check(&gateway, &printed).await;
    gateway.stop().await;
}

#[tokio::test]
async fn zeep_uploads_in_soap_11() {
    tells_the_story("InterFaxSoap").await;
}

#[tokio::test]
async fn zeep_uploads_in_soap_12() {
    tells_the_story("InterFaxSoap12").await;
}
