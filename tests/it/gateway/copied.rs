//! Two gateways on copies of one content store would write over each other's rows.

use std::{fs, path::Path};

use chunkgate::app::{App, AppError};

use crate::support::gateway::Gateway;

#[tokio::test]
async fn a_copy_of_a_served_content_store_is_not_served() {
    let gateway = Gateway::start().await;
    let copy = tempfile::tempdir().expect("a folder");
    copy_folder(
        &gateway.directory.path().join("content"),
        &copy.path().join("content"),
    );
    let mut settings = gateway.settings.clone();
    settings.server.data_dir = copy.path().to_owned();
    let second = App::start(&settings).await;
    assert!(
        matches!(second, Err(AppError::Copied(_))),
        "{:?}",
        second.err()
    );
    // When the first one has gone, the copy may be served, since nothing was written meanwhile.
    let (_, _database, _directory) = gateway.stop_keeping().await;
    let second = App::start(&settings).await.expect("nobody else serves");
    second.run_until(async {}).await.expect("it stops in order");
}

#[tokio::test]
async fn a_directory_that_is_served_is_refused_by_its_name() {
    let gateway = Gateway::start().await;
    let second = App::start(&gateway.settings).await;
    assert!(
        matches!(second, Err(AppError::Held(_))),
        "{:?}",
        second.err()
    );
    gateway.stop().await;
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for file in fs::read_dir(from).expect("the journal") {
        let file = file.expect("a file");
        fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
    }
}

/// As one whose connection to the database was cut off while the other one started.
#[tokio::test]
async fn a_gateway_whose_place_was_taken_stores_nothing_more_and_stops() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"chunk", false).await, 5);
    let other = gateway.database.connect().await;
    other
        .batch_execute("DELETE FROM gateway_boot")
        .await
        .expect("it is registered");
    assert_eq!(client.chunk(&session, b"more", true).await, -150);
    let id = gateway.session(&session).await;
    let sql = "SELECT received FROM upload_session WHERE id = $1";
    let row = other.query_one(sql, &[&id.0]).await.expect("a session");
    assert_eq!(row.get::<_, i64>(0), 5);
    let stopped = gateway.stopped_by_itself().await;
    assert!(matches!(stopped, Err(AppError::Copied(_))), "{stopped:?}");
}
