//! curl, with envelopes written by hand in a shell script.

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
