//! The commands of `docs/UNCHANGED-CLIENTS.md` make a certificate that can be served.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    clients::program::{Program, in_repository, run},
    support::gateway::Gateway,
};

/// The name that the page's certificate is for.
pub const NAME: &str = "ws.interfax.net";

/// What the page's commands have written.
pub struct Made(TempDir);

impl Made {
    /// Runs the commands as the page prints them.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let page = fs::read_to_string(in_repository("docs/UNCHANGED-CLIENTS.md")).expect("a page");
        let commands = page
            .split("```sh\n")
            .skip(1)
            .filter_map(|rest| rest.split_once("```"))
            .map(|(block, _)| block)
            .find(|block| block.contains("openssl req"))
            .expect("the page makes a certificate");
        let script = format!("cd '{}'\n{commands}", folder.path().display());
        run("sh", ["-e", "-c", &script]).await;
        Self(folder)
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn chain(&self) -> PathBuf {
        self.0.path().join("chain.pem")
    }

    pub fn key(&self) -> PathBuf {
        self.0.path().join("server.key")
    }
}

/// Runs curl, which trusts the page's authority and finds the page's name on this machine.
pub async fn curl(made: &Made, port: u16, path: &str, arguments: &[&str]) -> String {
    let resolve = format!("{NAME}:{port}:127.0.0.1");
    let authority = made.folder().join("ca.pem").display().to_string();
    let url = format!("https://{NAME}:{port}{path}");
    let common = ["-sS", "--noproxy", "*", "--resolve", &resolve, "--cacert"];
    run(
        "curl",
        [&common[..], &[&authority], arguments, &[&url]].concat(),
    )
    .await
}

#[tokio::test]
async fn the_pages_certificate_is_served() {
    if !Program("nginx").is_here().await {
        return;
    }
    let made = Made::new().await;
    let gateway = Gateway::with(|settings| {
        settings.tls.certificate = Some(made.chain());
        settings.tls.key = Some(made.key());
        settings.tls.listen = ([127, 0, 0, 1], 0).into();
    })
    .await;
    let port = gateway.tls_address.expect("a port").port();
    let wsdl = curl(&made, port, "/dfs.asmx?wsdl", &[]).await;
    let location = format!("location=\"https://{NAME}:{port}/dfs.asmx\"");
    assert!(wsdl.contains(&location), "{wsdl}");
    gateway.stop().await;
}
