//! Python: zeep, suds, and forms posted with the standard library.

use super::{
    fax_story::{FaxStory, number, perform, text_alone},
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

/// The start of a command that leaves no compiled modules among the sources.
fn script(path: &str) -> [String; 2] {
    ["-B".to_owned(), source(path)]
}

async fn zeep_faxes(port: &str) {
    if !Program("zeep").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let arguments = [port.to_owned()].into_iter().chain(story.arguments());
    let script = script("python/fax_zeep.py").into_iter().chain(arguments);
    let printed = perform(&installed("venv/bin/python"), script).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn zeep_faxes_in_soap_11() {
    zeep_faxes("InterFaxSoap").await;
}

#[tokio::test]
async fn zeep_faxes_in_soap_12() {
    zeep_faxes("InterFaxSoap12").await;
}

#[tokio::test]
async fn suds_faxes() {
    if !Program("suds").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let script = script("python/fax_suds.py")
        .into_iter()
        .chain(story.arguments());
    let printed = perform(&installed("venv/bin/python"), script).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn forms_fax() {
    if !Program("python").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let arguments = [story.service()].into_iter().chain(story.task());
    let script = script("python/fax_form.py").into_iter().chain(arguments);
    let printed = perform("python3", script).await;
    let (text, postponed) = (number(&printed, "text "), number(&printed, "postponed "));
    let mut expected = story.catalogue().await;
    expected.extend([
        format!("text {text}"),
        format!("postponed {postponed}"),
        "cancel 0".to_owned(),
        "cancel again -1005".to_owned(),
        "wrong password -1003".to_owned(),
    ]);
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
    story.came_through([text_alone(text)]).await;
    story.stop().await;
}
