//! Java: proxies that Axis 1.4 and JAX-WS generate from the served description.

use std::{fs, path::Path};

use super::{
    fax_story::{FaxStory, perform},
    program::{Program, run, source},
    stage::Stage,
    story::Story,
};

/// A quick start, and no way out to the network but to this machine.
const JAVA: [&str; 5] = [
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Dhttp.proxyHost=127.0.0.1",
    "-Dhttp.proxyPort=9",
    "-Dhttp.nonProxyHosts=127.0.0.1",
];
const AXIS: [&str; 8] = [
    "axis",
    "axis-jaxrpc",
    "axis-saaj",
    "commons-discovery",
    "commons-logging",
    "wsdl4j",
    "javax.mail",
    "javax.activation",
];
const JAXWS: &str = "/usr/share/jaxws/lib/*";

/// The arguments that run a class, and its own.
fn java(class_path: &str, arguments: impl IntoIterator<Item = String>) -> Vec<String> {
    let head = JAVA.into_iter().chain(["-cp", class_path]);
    head.map(str::to_owned).chain(arguments).collect()
}

/// Compiles all that was generated in `folder`, and the program at `upload`.
async fn compile(class_path: &str, folder: &Path, upload: &str) {
    let classes = folder.join("classes").display().to_string();
    let mut arguments: Vec<String> = ["-nowarn", "-encoding", "UTF-8", "-cp", class_path, "-d"]
        .map(str::to_owned)
        .into();
    arguments.extend([classes, upload.to_owned()]);
    arguments.extend(java_sources(folder));
    run("javac", arguments).await;
}

fn java_sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(java_sources(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "java")
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Generates a proxy of Axis and compiles it with the program at `path`; returns the class path.
async fn axis_proxy(stage: &Stage, path: &str) -> String {
    let class_path = AXIS
        .map(|name| format!("/usr/share/java/{name}.jar"))
        .join(":");
    let generator = "org.apache.axis.wsdl.WSDL2Java";
    let generate = [generator, "-o", &stage.path(""), &stage.wsdl()].map(str::to_owned);
    run("java", java(&class_path, generate)).await;
    compile(&class_path, stage.folder(), &source(path)).await;
    format!("{class_path}:{}", stage.path("classes"))
}

/// The same with a proxy of JAX-WS.
async fn jaxws_proxy(stage: &Stage, path: &str) -> String {
    // The port of SOAP 1.2 is an extension to JAX-WS.
    let options = ["com.sun.tools.ws.WsImport", "-quiet", "-extension"];
    let target = ["-Xnocompile", "-d", &stage.path(""), &stage.wsdl()].map(str::to_owned);
    let generate = options.map(str::to_owned).into_iter().chain(target);
    run("java", java(JAXWS, generate)).await;
    compile(JAXWS, stage.folder(), &source(path)).await;
    format!("{JAXWS}:{}", stage.path("classes"))
}

#[tokio::test]
async fn axis_uploads() {
    if !Program("axis").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let class_path = axis_proxy(&story, "axis/Upload.java").await;
    let program = ["Upload".to_owned(), story.service()];
    let program = java(&class_path, program.into_iter().chain(story.task()));
    let printed = run("java", program).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn axis_faxes() {
    if !Program("axis").is_here().await {
        return;
    }
    // The description lets a list be missing, as it is when nobody is logged in; Axis takes that
    // for a fault.
    let refused = "Didn't find specified return QName {http://www.interfax.cc}FaxStatusResult!";
    let story = FaxStory::with_refused_status(refused).await;
    let class_path = axis_proxy(&story, "axis/Fax.java").await;
    let program = ["Fax".to_owned(), story.service()];
    let program = java(&class_path, program.into_iter().chain(story.task()));
    let printed = perform("java", program).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn jaxws_uploads_in_both_versions() {
    if !Program("jaxws").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let class_path = jaxws_proxy(&story, "jaxws/Upload.java").await;
    // The generated classes take long to make, and serve a second gateway as well.
    let again = Story::begin().await;
    for (version, story) in [("1.1", &story), ("1.2", &again)] {
        let program = ["Upload", version].map(str::to_owned).into_iter();
        let program = java(&class_path, program.chain(story.arguments()));
        story.check(&run("java", program).await).await;
    }
    again.stop().await;
    story.stop().await;
}

#[tokio::test]
async fn jaxws_faxes_in_both_versions() {
    if !Program("jaxws").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let class_path = jaxws_proxy(&story, "jaxws/Fax.java").await;
    let again = FaxStory::begin().await;
    for (version, story) in [("1.1", &story), ("1.2", &again)] {
        let program = ["Fax", version].map(str::to_owned).into_iter();
        let program = java(&class_path, program.chain(story.arguments()));
        story.check(&perform("java", program).await).await;
    }
    again.stop().await;
    story.stop().await;
}
