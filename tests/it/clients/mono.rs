//! A .NET web reference: Mono's `wsdl` generates a proxy from the served description, `mcs`
//! compiles it with a program, `mono` runs it.

use super::{
    program::{Program, run, source},
    story::Story,
};

#[tokio::test]
async fn a_generated_dotnet_proxy_uploads() {
    if !Program("mono").is_here().await {
        return;
    }
    let story = Story::begin().await;
    let (proxy, program) = (story.path("InterFax.cs"), story.path("upload.exe"));

    let out = format!("-out:{proxy}");
    run("wsdl", ["-nologo", &out, &story.wsdl()]).await;
    let upload = source("mono/Upload.cs");
    let out = format!("-out:{program}");
    let library = "-reference:System.Web.Services";
    run("mcs", ["-nologo", library, &out, &upload, &proxy]).await;
    let printed = run("mono", [program].into_iter().chain(story.arguments())).await;
    story.end(&printed).await;
}
