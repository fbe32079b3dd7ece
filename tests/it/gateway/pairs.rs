//! Which database and which content store are served together, and what is never reclaimed.
//!
//! Either may be another one than it was: made anew, restored from a backup, mixed up by a setting. In each test a
//! document was acknowledged before that, and its bytes must outlive whatever serves afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use chunkgate::{
    app::{App, AppError},
    backend::Mismatch,
    settings::{Secret, Settings},
};
use tempfile::TempDir;

use crate::{
    cli::support::{Run, program_on, run},
    support::{
        eventually::until,
        gateway::{Gateway, MIGRATED},
        postgres::TestDatabase,
    },
};

const DOCUMENT: &[u8] = b"a document that was acknowledged";

/// A gateway that reclaims almost at once, stopped after it took a document; returns what names that document, too.
async fn stopped_with_document() -> (Settings, TestDatabase, TempDir, String) {
    let gateway = Gateway::with(|settings| {
        settings.content.recycle_after = Duration::from_millis(200);
        settings.session.sweep_interval = Duration::from_millis(100);
    })
    .await;
    let token = upload(&gateway, DOCUMENT).await;
    let (settings, database, directory) = gateway.stop_keeping().await;
    (settings, database, directory, token)
}

/// Uploads a document and returns its `SessionID`.
async fn upload(gateway: &Gateway, document: &[u8]) -> String {
    let mut client = gateway.client();
    let session = client.start().await;
    let length = i64::try_from(document.len()).expect("a length");
    assert_eq!(client.chunk(&session, document, true).await, length);
    session
}

fn on(settings: &Settings, database: &TestDatabase, directory: &Path) -> Settings {
    let mut settings = settings.clone();
    settings.database.url = Some(Secret::new(database.url()));
    directory.clone_into(&mut settings.server.data_dir);
    settings
}

/// Why a gateway does not start.
async fn refused(settings: &Settings) -> Mismatch {
    match Box::pin(App::start(settings)).await.err() {
        Some(AppError::Mismatch(mismatch)) => *mismatch,
        other => panic!("{other:?}"),
    }
}

fn segments(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory.join("content")).expect("a store");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().contains("segment-"))
        .collect();
    paths.sort();
    paths
}

/// Lets a gateway on this pair reclaim a segment of its own, in which it stored something for nothing, and asserts
/// that it takes none that was there before.
async fn reclaims_only_its_own(
    settings: Settings,
    database: TestDatabase,
    directory: TempDir,
) -> (TestDatabase, TempDir) {
    let before = segments(directory.path());
    let settings = on(&settings, &database, directory.path());
    let gateway = Gateway::on(settings, database, directory).await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"for nothing", false).await, 11);
    assert_eq!(client.cancel(&session).await, 0);
    drop(client);
    let own: Vec<_> = segments(gateway.directory.path())
        .into_iter()
        .filter(|segment| !before.contains(segment))
        .collect();
    assert_eq!(own.len(), 1);
    let gateway = gateway.restart().await;
    // The newest segment is never reclaimed.
    upload(&gateway, b"newer").await;
    until("its own segment is reclaimed", async || !own[0].exists()).await;
    let (_, database, directory) = gateway.stop_keeping().await;
    for segment in before {
        assert!(segment.exists(), "{} is reclaimed", segment.display());
    }
    (database, directory)
}

/// The document is there, as the database that acknowledged it knows.
async fn is_whole(settings: &Settings, database: TestDatabase, directory: TempDir, token: &str) {
    let settings = on(settings, &database, directory.path());
    let gateway = Gateway::on(settings, database, directory).await;
    let session = gateway.session(token).await;
    assert_eq!(gateway.content(session).await, DOCUMENT);
    gateway.stop().await;
}

fn chunkgate(database: &TestDatabase, directory: &TempDir, arguments: &[&str]) -> Run {
    run(&mut program_on(database, directory.path(), arguments))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_documents_and_a_database_that_does_not_know_it_are_refused() {
    let (settings, database, directory, token) = stopped_with_document().await;
    let empty = TestDatabase::new(&MIGRATED).await;
    let mismatch = refused(&on(&settings, &empty, directory.path())).await;
    let Mismatch::Unknown {
        store, segments: 1, ..
    } = mismatch
    else {
        panic!("{mismatch:?}");
    };
    let message = mismatch.to_string();
    let content = directory.path().join("content").display().to_string();
    for part in [
        &store.to_string(),
        &content,
        "test_",
        "CHUNKGATE__DATABASE__URL",
        "content adopt",
    ] {
        assert!(message.contains(part), "no {part} in {message}");
    }
    chunkgate(&empty, &directory, &["verify"])
        .ends_with(4)
        .says("does not know the content store")
        .shows("NOT ALL");
    // Nothing was changed by that.
    chunkgate(&empty, &directory, &["content", "show"]).ends_with(2);
    is_whole(&settings, database, directory, &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_adopted_store_held_is_not_reclaimed_until_it_is_released() {
    let (settings, database, directory, token) = stopped_with_document().await;
    let empty = TestDatabase::new(&MIGRATED).await;
    chunkgate(&empty, &directory, &["content", "adopt"])
        .ends_with(3)
        .says("--documents-may-be-lost");
    refused(&on(&settings, &empty, directory.path())).await;
    chunkgate(
        &empty,
        &directory,
        &["content", "adopt", "--documents-may-be-lost"],
    )
    .ends_with(0);
    chunkgate(&empty, &directory, &["content", "show"])
        .ends_with(0)
        .shows("kept for lack of rows  1,");
    let (empty, directory) =
        Box::pin(reclaims_only_its_own(settings.clone(), empty, directory)).await;

    // The right database comes back: it is the older one now, and has all it ever named.
    let copy = database.backup().await;
    is_whole(&settings, copy, directory_copy(&directory), &token).await;

    let first = segments(directory.path()).remove(0);
    chunkgate(&empty, &directory, &["content", "release"]).ends_with(3);
    chunkgate(
        &empty,
        &directory,
        &["content", "release", "--delete-what-no-row-names"],
    )
    .ends_with(0);
    let settings = on(&settings, &empty, directory.path());
    let gateway = Gateway::on(settings, empty, directory).await;
    until("what was released is reclaimed", async || !first.exists()).await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_never_written_to_is_registered_without_a_word() {
    let gateway = Gateway::start().await;
    // A question whether it is ready writes a record.
    let ready = format!("http://{}/readyz", gateway.admin_address);
    let asked = tokio::task::spawn_blocking(move || ureq::get(ready).call()).await;
    asked.expect("an answer").expect("it is ready");
    let (settings, _, directory) = gateway.stop_keeping().await;
    assert!(!segments(directory.path()).is_empty());
    let empty = TestDatabase::new(&MIGRATED).await;
    let settings = on(&settings, &empty, directory.path());
    Gateway::on(settings, empty, directory).await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_database_does_not_know_is_not_reclaimed() {
    let (settings, database, directory, _) = stopped_with_document().await;
    let backup = database.backup().await;
    let gateway = Gateway::on(settings.clone(), database, directory).await;
    let token = upload(&gateway, DOCUMENT).await;
    let (_, database, directory) = gateway.stop_keeping().await;

    chunkgate(&backup, &directory, &["verify"])
        .ends_with(4)
        .says("is older than the content store");
    let (backup, directory) =
        Box::pin(reclaims_only_its_own(settings.clone(), backup, directory)).await;
    // Its rows are whole, and what is kept can be seen.
    chunkgate(&backup, &directory, &["verify"]).ends_with(0);
    chunkgate(&backup, &directory, &["content", "show"])
        .ends_with(0)
        .shows("kept for lack of rows  2,");
    is_whole(&settings, database, directory, &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_of_the_store_is_refused_until_it_is_adopted() {
    let (settings, database, directory, token) = stopped_with_document().await;
    let old = directory_copy(&directory);
    let gateway = Gateway::on(settings.clone(), database, directory).await;
    let lost = upload(&gateway, b"missing in the copy").await;
    let lost = gateway.session(&lost).await;
    let (_, database, directory) = gateway.stop_keeping().await;

    // A second mark: with one, the copy could be the store of a gateway that died between the two.
    let gateway = Gateway::on(settings.clone(), database, directory).await;
    upload(&gateway, b"missing, too").await;
    let (_, database, _directory) = gateway.stop_keeping().await;

    let mismatch = refused(&on(&settings, &database, old.path())).await;
    assert!(
        matches!(
            mismatch,
            Mismatch::OldStore {
                found: 1,
                known: 3,
                ..
            }
        ),
        "{mismatch:?}"
    );
    chunkgate(&database, &old, &["verify"])
        .ends_with(4)
        .says("is older than the database");
    chunkgate(
        &database,
        &old,
        &["content", "adopt", "--documents-may-be-lost"],
    )
    .ends_with(0);
    // What is missing is accepted, and still told.
    chunkgate(&database, &old, &["verify"])
        .ends_with(4)
        .shows(&format!("session {lost}: "));
    is_whole(&settings, database, old, &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_that_are_gone_are_missed_at_the_start() {
    let (settings, database, directory, _) = stopped_with_document().await;
    fs::remove_file(&segments(directory.path())[0]).expect("a segment");
    let mismatch = refused(&settings).await;
    let length = DOCUMENT.len() as u64;
    assert!(
        matches!(mismatch, Mismatch::Missing { count: 1, sessions: 1, bytes, .. } if bytes == length),
        "{mismatch:?}"
    );
    chunkgate(
        &database,
        &directory,
        &["content", "adopt", "--documents-may-be-lost"],
    )
    .ends_with(0);
    let gateway = Gateway::on(settings, database, directory).await;
    upload(&gateway, b"goes on").await;
    gateway.restart().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_that_went_on_by_themselves_are_refused() {
    let (settings, database, directory, _) = stopped_with_document().await;
    let (other, copy) = (database.backup().await, directory_copy(&directory));
    let mut sides = Vec::new();
    for (database, directory) in [(database, directory), (other, copy)] {
        let settings = on(&settings, &database, directory.path());
        let gateway = Gateway::on(settings, database, directory).await;
        upload(&gateway, b"on one side").await;
        let (_, database, directory) = gateway.stop_keeping().await;
        sides.push((database, directory));
    }
    let mismatch = refused(&on(&settings, &sides[1].0, sides[0].1.path())).await;
    assert!(
        matches!(mismatch, Mismatch::Diverged { .. }),
        "{mismatch:?}"
    );
    refused(&on(&settings, &sides[0].0, sides[1].1.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_died_between_the_two_marks_is_followed_by_the_next() {
    let (settings, database, directory, token) = stopped_with_document().await;
    let sql = database.connect().await;
    sql.batch_execute(
        "UPDATE content_store SET mark_before = mark, mark = gen_random_uuid(), generation = generation + 1",
    )
    .await
    .expect("a row");
    let gateway = Gateway::on(settings.clone(), database, directory).await;
    upload(&gateway, b"next").await;
    let (_, database, directory) = gateway.stop_keeping().await;
    let row = sql
        .query_one("SELECT mark::text, generation FROM content_store", &[])
        .await
        .expect("a row");
    let mark = fs::read_to_string(directory.path().join("content/mark")).expect("a mark");
    let (id, generation): (&str, i64) = (row.get(0), row.get(1));
    assert_eq!(mark, format!("{generation:0>20} {id}\n"));
    drop(sql);
    is_whole(&settings, database, directory, &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_store_can_take_the_place_of_one_that_is_gone() {
    let (settings, database, _directory, _) = stopped_with_document().await;
    let fresh = tempfile::tempdir().expect("a folder");
    let settings = on(&settings, &database, fresh.path());
    let mismatch = refused(&settings).await;
    assert!(matches!(mismatch, Mismatch::Other { .. }), "{mismatch:?}");
    chunkgate(&database, &fresh, &["verify"]).ends_with(4);
    chunkgate(
        &database,
        &fresh,
        &["content", "adopt", "--documents-may-be-lost"],
    )
    .ends_with(0);
    let gateway = Gateway::on(settings, database, fresh).await;
    upload(&gateway, b"goes on").await;
    gateway.restart().await.stop().await;
}

/// A copy of a data directory that nobody serves.
fn directory_copy(directory: &TempDir) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    super::copied::copy_folder(
        &directory.path().join("content"),
        &copy.path().join("content"),
    );
    copy
}
