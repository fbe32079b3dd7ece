//! Node's `soap` package.

use super::{
    fax_story::{FaxStory, perform},
    program::{Program, installed, run, source},
    story::Story,
};

async fn node_soap_uploads(version: &str) {
    if !Program("node-soap").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let modules = format!("NODE_PATH={}", installed("node_modules"));
    let script = [modules, "node".to_owned(), source("node/upload.js")];
    let arguments = [version.to_owned()].into_iter().chain(story.arguments());
    let printed = run("env", script.into_iter().chain(arguments)).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn node_soap_uploads_in_soap_11() {
    node_soap_uploads("1.1").await;
}

#[tokio::test]
async fn node_soap_uploads_in_soap_12() {
    node_soap_uploads("1.2").await;
}

async fn node_soap_faxes(version: &str) {
    if !Program("node-soap").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let modules = format!("NODE_PATH={}", installed("node_modules"));
    let script = [modules, "node".to_owned(), source("node/fax.js")];
    let arguments = [version.to_owned()].into_iter().chain(story.arguments());
    let printed = perform("env", script.into_iter().chain(arguments)).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn node_soap_faxes_in_soap_11() {
    node_soap_faxes("1.1").await;
}

#[tokio::test]
async fn node_soap_faxes_in_soap_12() {
    node_soap_faxes("1.2").await;
}
