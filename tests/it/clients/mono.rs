//! A .NET web reference: Mono's `wsdl` generates a proxy from the served description, `mcs`
//! compiles it with a program, `mono` runs it.

use crate::support::gateway::Gateway;

use super::{
    program::{Program, in_repository, run},
    story,
};

#[tokio::test]
async fn a_generated_dotnet_proxy_uploads() {
    if !Program("mono").is_here().await {
        return;
    }
    let gateway = Gateway::start().await;
    let directory = tempfile::tempdir().expect("a folder");
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (proxy, program) = (path("InterFax.cs"), path("upload.exe"));
    let arguments = story::arguments(&gateway);

    let out = format!("-out:{proxy}");
    run("wsdl", ["-nologo", &out, &arguments[0]]).await;
    let source = in_repository("tests/it/clients/mono/Upload.cs");
    let source = source.display().to_string();
    let out = format!("-out:{program}");
    let library = "-reference:System.Web.Services";
    run("mcs", ["-nologo", library, &out, &source, &proxy]).await;
    let printed = run("mono", [program].iter().chain(&arguments)).await;
    story::check(&gateway, &printed).await;
    gateway.stop().await;
}
