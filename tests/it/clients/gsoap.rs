//! C++ with gSOAP: `wsdl2h` and `soapcpp2` generate a proxy from the served description, `g++`
//! compiles it with a program.

use super::{
    fax_story::{FaxStory, perform},
    program::{Program, run, source},
    stage::Stage,
    story::Story,
};

/// Compiles the program at `path` with a proxy, and returns where it is. `protocol` is what
/// `soapcpp2` is told of the SOAP version.
async fn compiled(stage: &Stage, protocol: &str, path: &str) -> String {
    let (interface, program) = (stage.path("service.h"), stage.path("program"));
    let folder = stage.folder().display().to_string();

    run("wsdl2h", ["-P", "-o", &interface, &stage.wsdl()]).await;
    let options = ["-C", "-j", "-L", "-x", protocol, "-d", &folder, &interface];
    run("soapcpp2", options).await;
    let generated = ["soapC.cpp", "soapInterFaxSoapProxy.cpp"].map(|name| stage.path(name));
    let [serializers, proxy] = &generated;
    let sources = ["-I", &folder, &source(path), serializers, proxy];
    let target = ["-lgsoap++", "-o", &program];
    run("g++", sources.into_iter().chain(target)).await;
    program
}

async fn gsoap_uploads(protocol: &str) {
    if !Program("gsoap").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let program = compiled(&story, protocol, "gsoap/upload.cpp").await;
    let printed = run(&program, story.task()).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn gsoap_uploads_in_soap_11() {
    gsoap_uploads("-1").await;
}

#[tokio::test]
async fn gsoap_uploads_in_soap_12() {
    gsoap_uploads("-2").await;
}

async fn gsoap_faxes(protocol: &str) {
    if !Program("gsoap").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let program = compiled(&story, protocol, "gsoap/fax.cpp").await;
    let printed = perform(&program, story.task()).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn gsoap_faxes_in_soap_11() {
    gsoap_faxes("-1").await;
}

#[tokio::test]
async fn gsoap_faxes_in_soap_12() {
    gsoap_faxes("-2").await;
}
