//! C++ with gSOAP: `wsdl2h` and `soapcpp2` generate a proxy from the served description, `g++`
//! compiles it with a program.

use super::{
    program::{Program, run, source},
    story::Story,
};

/// `protocol` is what `soapcpp2` is told of the SOAP version.
async fn gsoap_uploads(protocol: &str) {
    if !Program("gsoap").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let (interface, program) = (story.path("service.h"), story.path("upload"));
    let folder = story.folder().display().to_string();

    run("wsdl2h", ["-P", "-o", &interface, &story.wsdl()]).await;
    let options = ["-C", "-j", "-L", "-x", protocol, "-d", &folder, &interface];
    run("soapcpp2", options).await;
    let generated = ["soapC.cpp", "soapInterFaxSoapProxy.cpp"].map(|name| story.path(name));
    let upload = source("gsoap/upload.cpp");
    let [serializers, proxy] = &generated;
    let sources = ["-I", &folder, &upload, serializers, proxy];
    let target = ["-lgsoap++", "-o", &program];
    run("g++", sources.into_iter().chain(target)).await;
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
