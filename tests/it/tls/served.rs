//! Documents come in over TLS as without it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    cli::support::{program, run_with_input},
    interfax::support::holds,
    support::{
        gateway::{Gateway, PASSWORD, USER},
        request::Request,
        soap::read_answer,
        wire::Wire,
    },
};

use super::support::{Authority, LONG, send};

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_uploaded_beside_plain_clients() {
    let authority = Authority::new(LONG);
    let gateway = Gateway::with(|settings| authority.serve(settings)).await;
    let port = gateway.tls_address.expect("a port").port();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document");
    let document: Vec<u8> = (0..700_000_u32).map(|n| n.to_be_bytes()[2]).collect();
    std::fs::write(&file, &document).unwrap();

    let url = format!("https://localhost:{port}/dfs.asmx");
    let root = authority.root();
    let upload = |trust: &[&str]| {
        let arguments = [
            "upload",
            "--json",
            "--password-stdin",
            "--user",
            USER,
            "--url",
            &url,
        ];
        let mut upload = program(&[&arguments, trust].concat());
        let password = format!("{PASSWORD}\n");
        run_with_input(upload.arg(&file), &password)
    };
    upload(&[]).ends_with(1).says("--ca");
    let sent = upload(&["--ca", root.to_str().unwrap()])
        .ends_with(0)
        .json();
    let session = sent[0]["session_id"].as_str().unwrap();
    assert!(holds(&gateway, session, &document).await);

    let mut plain = gateway.client();
    let session = plain.start().await;
    assert_eq!(plain.chunk(&session, b"plain", true).await, 5);
    gateway.stop().await;
}

#[tokio::test]
async fn the_description_names_the_address_of_tls() {
    let authority = Authority::new(LONG);
    let gateway = Gateway::with(|settings| authority.serve(settings)).await;
    let mut stream = authority
        .connect(gateway.tls_address.expect("a port"))
        .await;
    for (host, expected) in [
        ("fax.example", "https://fax.example/dfs.asmx"),
        ("fax.example:8443", "https://fax.example:8443/dfs.asmx"),
    ] {
        let request = Request::get("/dfs.asmx?wsdl").header("Host", host);
        send(&mut stream, &request.bytes()).await;
        let wsdl = read_answer(&mut stream).await.body;
        assert!(wsdl.contains(&format!("location=\"{expected}\"")), "{host}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_without_tls_is_told_so() {
    let authority = Authority::new(LONG);
    let gateway = Gateway::with(|settings| authority.serve(settings)).await;
    let mut wire = Wire::connect(gateway.tls_address.expect("a port")).await;
    wire.send(&Request::get("/dfs.asmx").bytes()).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("https://"), "{answer:?}");
    wire.finish().await;
    assert_eq!(wire.closed().await, "");

    // The other way round, the client's message says what to do.
    let url = format!("https://{}/dfs.asmx", gateway.address);
    let mut upload = program(&["upload", "--password-stdin", "--user", USER, "--url", &url]);
    upload.arg(std::env::current_exe().unwrap());
    run_with_input(&mut upload, "secret\n")
        .ends_with(1)
        .says("begins with http://");
    gateway.stop().await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let authority = Authority::new(LONG);
    let gateway = Gateway::with(|settings| {
        authority.serve(settings);
        settings.tls.handshake_timeout = Duration::from_millis(200);
    })
    .await;
    let address = gateway.tls_address.expect("a port");
    assert_eq!(Wire::connect(address).await.closed().await, "");
    let mut half = Wire::connect(address).await;
    half.send(b"\x16\x03\x01").await;
    assert_eq!(half.closed().await, "");
    // Nobody is in the way of the next one.
    let mut stream = authority.connect(address).await;
    send(&mut stream, &Request::get("/healthz").bytes()).await;
    assert_eq!(read_answer(&mut stream).await.status, 200);
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    gateway.stop().await;
}
