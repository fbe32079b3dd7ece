//! PHP: its own `SoapClient`, and `NuSOAP`.

use super::{
    fax_story::{FaxStory, perform},
    program::{Program, run, source},
    story::Story,
};

async fn soap_client_uploads(version: &str) {
    if !Program("php").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let script = [source("php/soap_client.php"), version.to_owned()];
    let printed = run("php", script.into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn soap_client_uploads_in_soap_11() {
    soap_client_uploads("1.1").await;
}

#[tokio::test]
async fn soap_client_uploads_in_soap_12() {
    soap_client_uploads("1.2").await;
}

#[tokio::test]
async fn nusoap_uploads() {
    if !Program("nusoap").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let script = [source("php/nusoap.php")];
    let printed = run("php", script.into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}

async fn soap_client_faxes(version: &str) {
    if !Program("php").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let script = [source("php/fax.php"), version.to_owned()];
    let printed = perform("php", script.into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn soap_client_faxes_in_soap_11() {
    soap_client_faxes("1.1").await;
}

#[tokio::test]
async fn soap_client_faxes_in_soap_12() {
    soap_client_faxes("1.2").await;
}

#[tokio::test]
async fn nusoap_faxes() {
    if !Program("nusoap").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let script = [source("php/fax_nusoap.php")];
    let printed = perform("php", script.into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}
