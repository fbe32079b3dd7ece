//! A .NET web reference: Mono's `wsdl` generates a proxy from the served description, `mcs`
//! compiles it with a program, `mono` runs it.

use super::{
    fax_story::{FaxStory, perform},
    program::{Program, run, source},
    stage::Stage,
    story::Story,
};

/// Compiles the program at `path` with a proxy, and returns where it is.
async fn compiled(stage: &Stage, path: &str) -> String {
    let (proxy, program) = (stage.path("InterFax.cs"), stage.path("program.exe"));
    let out = format!("-out:{proxy}");
    run("wsdl", ["-nologo", &out, &stage.wsdl()]).await;
    let out = format!("-out:{program}");
    let library = "-reference:System.Web.Services";
    run("mcs", ["-nologo", library, &out, &source(path), &proxy]).await;
    program
}

#[tokio::test]
async fn a_generated_dotnet_proxy_uploads() {
    if !Program("mono").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let program = compiled(&story, "mono/Upload.cs").await;
    let printed = run("mono", [program].into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}

#[tokio::test]
async fn a_generated_dotnet_proxy_faxes() {
    if !Program("mono").is_here().await {
        return;
    }
    let story = FaxStory::begin().await;
    let program = compiled(&story, "mono/Fax.cs").await;
    let printed = perform("mono", [program].into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}
