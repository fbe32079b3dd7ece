//! A renewed certificate is served without a restart, and a broken one is not.

use std::{fs, time::Duration};

use nix::sys::signal::Signal;

use crate::support::{
    eventually::until,
    gateway::Gateway,
    process::{DataDirectory, Process, free_port, signal},
    request::Request,
    soap::{chunk_parameters, read_answer},
};

use super::support::{Authority, LONG, first, send};

#[tokio::test(flavor = "multi_thread")]
async fn changed_files_are_served_and_no_upload_notices() {
    let authority = Authority::new(LONG);
    let gateway = Gateway::with(|settings| authority.serve(settings)).await;
    let address = gateway.tls_address.expect("a port");
    let session = gateway.client().start().await;
    let mut stream = authority.connect(address).await;
    let mut total = 0;
    for _ in 0..3 {
        let (certificate, key) = authority.issue(LONG);
        // One after the other, as certificate clients do it: in between, they do not match.
        fs::write(authority.certificate(), &certificate).unwrap();
        tokio::time::sleep(Duration::from_millis(150)).await;
        fs::write(authority.key(), key).unwrap();
        let renewed = first(&certificate);
        until("the new one is served", async || {
            let parameters = chunk_parameters(&session, b"under load", false);
            let request = Request::soap_11("UploadFileChunk", &parameters);
            send(&mut stream, &request.bytes()).await;
            total += 10;
            let answer = read_answer(&mut stream).await;
            assert_eq!(answer.result("UploadFileChunk"), total);
            authority.served(address).await == renewed
        })
        .await;
    }
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_pair_is_not_served() {
    let authority = Authority::new(LONG);
    let gateway = Gateway::with(|settings| authority.serve(settings)).await;
    let address = gateway.tls_address.expect("a port");
    let before = authority.served(address).await;
    let (other, _) = authority.issue(LONG);
    for broken in ["", "no certificate", &other] {
        fs::write(authority.certificate(), broken).unwrap();
        // It was looked at when the next look has come.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(authority.served(address).await, before);
    }
    fs::remove_file(authority.certificate()).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(authority.served(address).await, before);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_signal_reads_the_files_at_once() {
    let authority = Authority::new(LONG);
    let directory = DataDirectory::new();
    let (certificate, key) = (authority.certificate(), authority.key());
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let gateway = Process::start(
        directory.path(),
        &[
            ("tls.certificate", certificate.to_str().unwrap()),
            ("tls.key", key.to_str().unwrap()),
            ("tls.listen", &listen),
            ("tls.reload_interval", "24h"),
        ],
    )
    .await;
    let address = listen.parse().unwrap();
    let (renewed, its_key) = authority.issue(LONG);
    fs::write(&certificate, &renewed).unwrap();
    fs::write(&key, its_key).unwrap();
    assert_ne!(authority.served(address).await, first(&renewed));
    signal(gateway.process(), Signal::SIGHUP);
    until("the new one is served", async || {
        authority.served(address).await == first(&renewed)
    })
    .await;
    gateway.stop().await;
}
