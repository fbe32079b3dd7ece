//! Python: zeep, suds, and forms posted with the standard library.

use super::{
    program::{Program, installed, run, source},
    story::Story,
};

async fn zeep_uploads(port: &str) {
    if !Program("zeep").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let script = [source("python/upload_zeep.py"), port.to_owned()];
    let python = installed("venv/bin/python");
    let printed = run(&python, script.into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn zeep_uploads_in_soap_11() {
    zeep_uploads("InterFaxSoap").await;
}

#[tokio::test]
async fn zeep_uploads_in_soap_12() {
    zeep_uploads("InterFaxSoap12").await;
}

#[tokio::test]
async fn suds_uploads() {
    if !Program("suds").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let script = [source("python/upload_suds.py")];
    let python = installed("venv/bin/python");
    let printed = run(&python, script.into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn forms_upload() {
    if !Program("python").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let script = [source("python/upload_form.py"), story.service()];
    let printed = run("python3", script.into_iter().chain(story.task())).await;
    story.end(&printed).await;
}
