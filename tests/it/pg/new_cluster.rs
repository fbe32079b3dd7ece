//! A new cluster is durable, private, checksummed and keeps its data.

use std::os::unix::fs::{FileTypeExt, MetadataExt};

use super::{Place, connect, execute, value};
use crate::support::postgres::host::{Host, Orders};

#[tokio::test]
async fn it_is_durable_by_default_and_checks_its_pages() {
    let place = Place::new();
    let mut host = Host::start(&Orders {
        durable: true,
        ..place.orders()
    });
    let client = connect(&host.ready().await.endpoint).await;
    for (setting, expected) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("listen_addresses", ""),
    ] {
        assert_eq!(
            value(&client, &format!("SHOW {setting}")).await,
            expected,
            "{setting}"
        );
    }
    let collation = "SELECT datcollate::text FROM pg_database WHERE datname = current_database()";
    assert_eq!(value(&client, collation).await, "C");
    host.stop().await;
}

#[tokio::test]
async fn its_socket_lies_in_a_private_directory_that_goes_with_it() {
    let place = Place::new();
    let mut host = place.start();
    let endpoint = host.ready().await.endpoint;
    let socket = endpoint.socket().metadata().expect("the socket");
    assert!(socket.file_type().is_socket());
    let directory = endpoint.socket_dir.metadata().expect("its directory");
    assert_eq!(directory.mode() & 0o777, 0o700);

    host.stop().await;
    assert!(!endpoint.socket_dir.exists());
}

#[tokio::test]
async fn it_keeps_its_data_from_one_start_to_the_next() {
    let place = Place::new();
    let mut host = place.start();
    let client = connect(&host.ready().await.endpoint).await;
    execute(
        &client,
        "CREATE TABLE kept (what text); INSERT INTO kept VALUES ('this')",
    )
    .await;
    host.stop().await;

    let mut host = place.start();
    let client = connect(&host.ready().await.endpoint).await;
    assert_eq!(value(&client, "SELECT what FROM kept").await, "this");
    host.stop().await;
}

/// A socket's path is limited to 107 bytes, so the socket does not lie in the data directory.
#[tokio::test]
async fn the_path_of_the_data_directory_may_be_long() {
    let place = Place::new();
    let directory = place
        .directory()
        .join("x".repeat(100))
        .join("y".repeat(100));
    let mut host = Host::start(&Orders::new(&directory));
    let client = connect(&host.ready().await.endpoint).await;
    assert_eq!(value(&client, "SELECT 'here'").await, "here");
    host.stop().await;
}
