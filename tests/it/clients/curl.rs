//! curl in shell scripts: with envelopes written by hand, and with what the help page shows.

use super::{
    program::{Program, run, source},
    story::Story,
};

async fn curl_uploads(version: &str) {
    if !Program("curl").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let script = [source("curl/upload.sh"), version.to_owned()];
    let printed = run("sh", script.into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn curl_uploads_in_soap_11() {
    curl_uploads("1.1").await;
}

#[tokio::test]
async fn curl_uploads_in_soap_12() {
    curl_uploads("1.2").await;
}

async fn samples_upload(version: &str) {
    if !Program("curl").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let script = [
        source("curl/samples.sh"),
        version.to_owned(),
        story.service(),
    ];
    let printed = run("sh", script.into_iter().chain(story.task())).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn the_samples_of_the_help_page_upload_in_soap_11() {
    samples_upload("1.1").await;
}

#[tokio::test]
async fn the_samples_of_the_help_page_upload_in_soap_12() {
    samples_upload("1.2").await;
}
