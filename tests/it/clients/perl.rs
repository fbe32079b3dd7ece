//! Perl's `SOAP::Lite`.

use super::{
    fax_story::{FaxStory, perform},
    program::{Program, run, source},
    story::Story,
};

async fn soap_lite_uploads(version: &str) {
    if !Program("soap-lite").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let script = [source("perl/upload.pl"), version.to_owned()];
    let printed = run("perl", script.into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn soap_lite_uploads_in_soap_11() {
    soap_lite_uploads("1.1").await;
}

#[tokio::test]
async fn soap_lite_uploads_in_soap_12() {
    soap_lite_uploads("1.2").await;
}

async fn soap_lite_faxes(version: &str) {
    if !Program("soap-lite").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let script = [source("perl/fax.pl"), version.to_owned()];
    let printed = perform("perl", script.into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn soap_lite_faxes_in_soap_11() {
    soap_lite_faxes("1.1").await;
}

#[tokio::test]
async fn soap_lite_faxes_in_soap_12() {
    soap_lite_faxes("1.2").await;
}
