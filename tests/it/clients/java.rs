//! Java: proxies that Axis 1.4 and JAX-WS generate from the served description.

use std::{fs, path::Path};

use super::{
    program::{Program, run, source},
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

async fn java<'a>(class_path: &'a str, arguments: impl IntoIterator<Item = &'a str>) -> String {
    let head = JAVA.into_iter().chain(["-cp", class_path]);
    run("java", head.chain(arguments)).await
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

#[tokio::test]
async fn axis_uploads() {
    if !Program("axis").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let (folder, wsdl) = (story.path(""), story.wsdl());
    let jars = AXIS.map(|name| format!("/usr/share/java/{name}.jar"));
    let class_path = jars.join(":");
    let generate = ["org.apache.axis.wsdl.WSDL2Java", "-o", &folder, &wsdl];
    java(&class_path, generate).await;
    compile(&class_path, story.folder(), &source("axis/Upload.java")).await;

    let class_path = format!("{class_path}:{}", story.path("classes"));
    let (service, task) = (story.service(), story.task());
    let program = ["Upload", &service].into_iter();
    let printed = java(&class_path, program.chain(task.iter().map(String::as_str))).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn jaxws_uploads_in_both_versions() {
    if !Program("jaxws").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let (folder, wsdl) = (story.path(""), story.wsdl());
    // The port of SOAP 1.2 is an extension to JAX-WS.
    let options = ["-quiet", "-extension", "-Xnocompile", "-d", &folder, &wsdl];
    let generate = ["com.sun.tools.ws.WsImport"].into_iter().chain(options);
    java(JAXWS, generate).await;
    compile(JAXWS, story.folder(), &source("jaxws/Upload.java")).await;

    let class_path = format!("{JAXWS}:{}", story.path("classes"));
    // The generated classes take long to make, and serve a second gateway as well.
    let again = Story::begin().await;
    for (version, story) in [("1.1", &story), ("1.2", &again)] {
        let arguments = story.arguments();
        let program = ["Upload", version].into_iter();
        let arguments = program.chain(arguments.iter().map(String::as_str));
        story.check(&java(&class_path, arguments).await).await;
    }
    again.stop().await;
    story.stop().await;
}
