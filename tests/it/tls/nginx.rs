//! Clients that are too old for TLS 1.2 come through nginx, with the configuration that we ship.

use std::{
    fs,
    net::SocketAddr,
    process::Stdio,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{
    clients::program::{Program, in_repository},
    interfax::support::holds,
    support::{
        gateway::{Gateway, PASSWORD, USER},
        process::{free_port, signal},
        request::Request,
        soap::{Answer, chunk_parameters, escape},
    },
};

use super::page::{Made, NAME, curl};

/// How long nginx may take to start or stop on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// nginx before a gateway. Dropped, it is killed: it has no other process.
struct Proxied {
    gateway: Gateway,
    made: Made,
    port: u16,
    nginx: Child,
}

impl Proxied {
    /// None if there is no nginx.
    async fn start() -> Option<Self> {
        if !Program("nginx").is_here().await {
            return None;
        }
        let made = Made::new().await;
        let gateway = Gateway::with(|settings| {
            settings.http.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        })
        .await;
        let port = free_port();
        configure(&made, port, gateway.address);
        let path = std::env::var("PATH").unwrap_or_default();
        let mut nginx = Command::new("nginx")
            .env("PATH", format!("{path}:/usr/sbin"))
            .arg("-p")
            .arg(made.folder())
            .args(["-c", "nginx.conf", "-e", "stderr"])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("nginx starts");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "nginx does not listen");
            let ended = nginx.try_wait().expect("its status");
            assert!(ended.is_none(), "nginx: {ended:?}");
            sleep(Duration::from_millis(20)).await;
        }
        Some(Self {
            gateway,
            made,
            port,
            nginx,
        })
    }

    /// What curl gets that speaks one version of TLS only.
    async fn get(&self, version: &str, path: &str, arguments: &[&str]) -> String {
        let only = format!("--tlsv{version}");
        let tls = [
            &only,
            "--tls-max",
            version,
            "--ciphers",
            "DEFAULT:@SECLEVEL=0",
        ];
        curl(&self.made, self.port, path, &[&tls, arguments].concat()).await
    }

    /// Calls an operation in SOAP 1.1.
    async fn call(&self, version: &str, operation: &str, parameters: &str) -> Answer {
        let file = self.made.folder().join("envelope.xml");
        fs::write(&file, Request::soap_11(operation, parameters).body()).expect("the envelope");
        let body = format!("@{}", file.display());
        let action = format!("SOAPAction: \"http://www.interfax.cc/{operation}\"");
        let content_type = "Content-Type: text/xml; charset=utf-8";
        let arguments = [
            "--data-binary",
            &body,
            "-H",
            content_type,
            "-H",
            &action,
            "-w",
            "\n%{http_code}",
        ];
        let printed = self.get(version, "/dfs.asmx", &arguments).await;
        let (body, status) = printed.rsplit_once('\n').expect("a status");
        Answer {
            status: status.parse().expect("a number"),
            head: String::new(),
            body: body.to_owned(),
        }
    }

    async fn start_upload(&self, version: &str) -> String {
        let [user, password] = [USER, PASSWORD].map(escape);
        let parameters = format!("<Username>{user}</Username><Password>{password}</Password>");
        let answer = self.call(version, "StartFileUpload", &parameters).await;
        assert_eq!(answer.result("StartFileUpload"), 0);
        answer.text("SessionID").expect("a session").to_owned()
    }

    async fn stop(self) {
        self.gateway.stop().await;
        quit(self.nginx).await;
    }
}

/// Lets nginx finish what it does, its log included.
async fn quit(mut nginx: Child) {
    let id = nginx.id().expect("it has not been waited for");
    signal(i32::try_from(id).expect("a number"), Signal::SIGQUIT);
    let ended = timeout(PATIENCE, nginx.wait())
        .await
        .expect("it ends in time");
    assert!(ended.expect("its status").success());
}

/// Writes the shipped configuration with a test's paths and ports.
fn configure(made: &Made, port: u16, gateway: SocketAddr) {
    let folder = made.folder().display().to_string();
    let shipped = in_repository("config/nginx-old-tls.conf");
    let mut site = fs::read_to_string(shipped).expect("the configuration");
    for (word, replacement) in [
        ("listen 443 ", format!("listen 127.0.0.1:{port} ")),
        ("/etc/chunkgate/", format!("{folder}/")),
        ("/var/log/nginx/", format!("{folder}/")),
        ("127.0.0.1:8080", gateway.to_string()),
    ] {
        assert!(site.contains(word), "{word}");
        site = site.replace(word, &replacement);
    }
    fs::write(made.folder().join("site.conf"), site).expect("the site");
    // Where Debian keeps temporary files, only root may write.
    let main = "daemon off; master_process off; pid nginx.pid; error_log stderr warn; events {}
        http {
            client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi; scgi_temp_path scgi; include site.conf;
        }";
    fs::write(made.folder().join("nginx.conf"), main).expect("the configuration");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_every_tls_version_upload() {
    let Some(proxied) = Proxied::start().await else {
        return;
    };
    // nginx passes bodies on as they come: what it would write down has no place.
    fs::remove_dir(proxied.made.folder().join("body")).expect("it is empty");
    // As large as a chunk may be, so larger than what nginx buffers.
    let chunk: Vec<u8> = (0..3_u32 << 20).map(|n| n.to_be_bytes()[2]).collect();
    for version in ["1.0", "1.1", "1.2"] {
        let session = proxied.start_upload(version).await;
        for (is_last, total) in [(false, 3 << 20), (true, 6 << 20)] {
            let parameters = chunk_parameters(&session, &chunk, is_last);
            let answer = proxied.call(version, "UploadFileChunk", &parameters).await;
            assert_eq!(
                answer.result("UploadFileChunk"),
                total,
                "TLS {version}: {answer:?}"
            );
        }
        let document = [&chunk[..], &chunk].concat();
        assert!(
            holds(&proxied.gateway, &session, &document).await,
            "TLS {version}"
        );
    }
    proxied.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_names_the_address_of_the_proxy() {
    let Some(proxied) = Proxied::start().await else {
        return;
    };
    let location = format!("location=\"https://{NAME}:{}/dfs.asmx\"", proxied.port);
    // What clients themselves say about proxies is not passed on.
    for said in [
        "Accept: */*",
        "X-Forwarded-Prefix: /elsewhere",
        "X-Forwarded-Port: 99",
        "X-Forwarded-Host: elsewhere.example",
        "X-Forwarded-Proto: http",
        "Forwarded: proto=http;host=elsewhere.example",
    ] {
        let wsdl = proxied.get("1.0", "/dfs.asmx?wsdl", &["-H", said]).await;
        assert!(wsdl.contains(&location), "{said}: {wsdl}");
    }
    proxied.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_answered_by_the_gateway() {
    let Some(proxied) = Proxied::start().await else {
        return;
    };
    let parameters = format!("<Chunk>{}</Chunk>", "A".repeat(11 << 20));
    let answer = proxied.call("1.0", "UploadFileChunk", &parameters).await;
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("Maximum request length exceeded."));
    proxied.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_query_string_is_logged() {
    let Some(proxied) = Proxied::start().await else {
        return;
    };
    let path = "/dfs.asmx/CancelFileUpload?SessionID=TOPSECRET";
    proxied.get("1.0", path, &[]).await;
    let logs = proxied.made.folder().to_owned();
    proxied.gateway.stop().await;
    // Without a gateway, nginx has an error to log.
    let status = ["-o", "/dev/null", "-w", "%{http_code}"];
    let answered = curl(&proxied.made, proxied.port, path, &status).await;
    assert_eq!(answered, "502");
    quit(proxied.nginx).await;
    let log = fs::read_to_string(logs.join("chunkgate.log")).expect("a log");
    assert_eq!(log.matches("/dfs.asmx/CancelFileUpload ").count(), 2);
    for file in ["chunkgate.log", "chunkgate-error.log"] {
        let log = fs::read_to_string(logs.join(file)).expect("a log");
        assert!(!log.contains("TOPSECRET"), "{file}: {log}");
    }
}
