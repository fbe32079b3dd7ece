//! Every document names the address under which its client has reached the service.

use chunkgate::settings::Settings;

use crate::support::{gateway::Gateway, request::Request, wire::Wire};

use super::support::{get, shown, unescape};

/// Everything that names the address, got with these headers.
async fn assert_named(gateway: &Gateway, headers: &[(&'static str, &str)], address: &str) {
    let wsdl = get(gateway, "?wsdl", headers).await.body;
    let location = format!("location=\"{address}\"");
    assert_eq!(wsdl.matches(&location).count(), 4, "{headers:?}: {wsdl}");

    let disco = get(gateway, "?disco", headers).await.body;
    assert_eq!(
        disco.matches(&format!("address=\"{address}\"")).count(),
        2,
        "{headers:?}: {disco}"
    );
    assert!(
        disco.contains(&format!("ref=\"{address}?wsdl\"")),
        "{headers:?}: {disco}"
    );
    assert!(
        disco.contains(&format!("docRef=\"{address}\"")),
        "{headers:?}: {disco}"
    );

    let index = get(gateway, "", headers).await.body;
    for document in ["", "?wsdl", "?disco"] {
        assert!(
            index.contains(&format!("<code>{address}{document}</code>")),
            "{headers:?}: {index}"
        );
    }

    let page = get(gateway, "?op=UploadFileChunk", headers).await.body;
    let (_, rest) = address.split_once("://").unwrap();
    let (authority, path) = rest.split_at(rest.find('/').unwrap());
    for (sample, method, target) in [
        ("soap11-request", "POST", path.to_owned()),
        ("soap12-request", "POST", path.to_owned()),
        ("get-request", "GET", format!("{path}/UploadFileChunk?")),
        ("post-request", "POST", format!("{path}/UploadFileChunk")),
    ] {
        let text = shown(&page, sample);
        assert!(
            text.starts_with(&format!("{method} {target}")),
            "{headers:?}: {text}"
        );
        assert!(
            text.contains(&format!("\nHost: {authority}\n")),
            "{headers:?}: {text}"
        );
    }
    let page = unescape(&page.replace(['<', '>'], ""));
    assert!(page.contains(&format!("'{address}'")), "{headers:?}");
    assert!(
        page.contains(&format!("'{address}/UploadFileChunk'")),
        "{headers:?}"
    );
}

fn behind_a_proxy(settings: &mut Settings) {
    settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
}

#[tokio::test]
async fn it_is_the_one_that_a_client_without_a_proxy_used() {
    let gateway = Gateway::start().await;
    for host in [
        "fax.example",
        "fax.example:8080",
        "192.0.2.1:80",
        "[2001:db8::1]:8080",
    ] {
        let address = format!("http://{host}/dfs.asmx");
        assert_named(&gateway, &[("Host", host)], &address).await;
    }
    // Nobody asked this stranger.
    let headers = [
        ("Host", "fax.example"),
        ("X-Forwarded-Host", "evil.example"),
    ];
    assert_named(&gateway, &headers, "http://fax.example/dfs.asmx").await;
    gateway.stop().await;
}

#[tokio::test]
async fn behind_trusted_proxies_it_is_the_first_proxys() {
    let gateway = Gateway::with(behind_a_proxy).await;
    let inner = ("Host", "inner:8080");
    for (headers, address) in [
        (
            vec![(
                "Forwarded",
                "for=192.0.2.7;host=fax.example;proto=https, for=10.0.0.3;host=middle:81;proto=http",
            )],
            "https://fax.example/dfs.asmx",
        ),
        (
            vec![(
                "Forwarded",
                "for=192.0.2.7; proto=https; host=\"[2001:db8::1]:8443\"",
            )],
            "https://[2001:db8::1]:8443/dfs.asmx",
        ),
        (
            vec![
                ("X-Forwarded-Proto", "https, http"),
                ("X-Forwarded-Host", "fax.example, middle"),
            ],
            "https://fax.example/dfs.asmx",
        ),
        (
            vec![
                ("X-Forwarded-Host", "[2001:db8::1]"),
                ("X-Forwarded-Port", "8080"),
            ],
            "http://[2001:db8::1]:8080/dfs.asmx",
        ),
        (
            vec![
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "fax.example"),
                ("X-Forwarded-Port", "443"),
                ("X-Forwarded-Prefix", "/legacy/"),
            ],
            "https://fax.example/legacy/dfs.asmx",
        ),
    ] {
        let headers = [vec![inner], headers].concat();
        assert_named(&gateway, &headers, address).await;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_fixed_one_counts_before_everything() {
    let gateway = Gateway::with(|settings| {
        behind_a_proxy(settings);
        settings.server.public_url = Some("https://public.example:8443".to_owned());
    })
    .await;
    let headers = [
        ("Host", "fax.example"),
        ("X-Forwarded-Host", "proxy.example"),
    ];
    assert_named(&gateway, &headers, "https://public.example:8443/dfs.asmx").await;
    gateway.stop().await;
}

/// HTTP/1.0 need not say how it calls us; the connection knows where it has come to.
#[tokio::test]
async fn without_a_host_it_is_the_address_of_the_connection() {
    let gateway = Gateway::start().await;
    let request = Request::get("/dfs.asmx?wsdl")
        .line("GET /dfs.asmx?wsdl HTTP/1.0")
        .without("Host");
    let wsdl = Wire::connect(gateway.address)
        .await
        .ask(&request)
        .await
        .body;
    let location = format!("location=\"http://{}/dfs.asmx\"", gateway.address);
    assert_eq!(wsdl.matches(&location).count(), 4, "{wsdl}");
    gateway.stop().await;
}
