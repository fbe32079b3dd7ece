//! Uploads are listed, shown, exported and cancelled.

use std::{fs, time::Duration};

use super::support::{program_beside, program_on, run};
use crate::{
    fax::support::Call,
    support::{eventually::until, gateway::Gateway},
};

const DOCUMENT: &[u8] = include_bytes!("../../data/sample.pdf");

/// A gateway with the document in a complete session, and its `SessionID`.
async fn with_document() -> (Gateway, String) {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let mut chunks = DOCUMENT.chunks(100_000).peekable();
    while let Some(chunk) = chunks.next() {
        let is_last = chunks.peek().is_none();
        assert!(client.chunk(&session, chunk, is_last).await > 0);
    }
    (gateway, session)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_found_by_its_number_and_by_its_session_id() {
    let (gateway, session) = with_document().await;
    let number = gateway.session(&session).await.to_string();
    for name in [number, session.clone(), session.to_lowercase()] {
        let show = ["session", "show", &name, "--extents", "--json"];
        let shown = run(&mut program_beside(&gateway, &show))
            .ends_with(0)
            .json();
        assert_eq!(shown[0]["state"], "complete", "{name}");
        assert_eq!(shown[0]["received"], DOCUMENT.len());
        let extents = shown[0]["extents"].as_array().expect("extents");
        let lengths = extents
            .iter()
            .filter_map(|extent| extent["length"].as_u64());
        assert_eq!(lengths.sum::<u64>(), DOCUMENT.len() as u64);
    }
    for unknown in ["999999", &"AB".repeat(32)] {
        run(&mut program_beside(&gateway, &["session", "show", unknown])).ends_with(3);
    }
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filtered_and_limited() {
    let (gateway, _complete) = with_document().await;
    let open = gateway.client().start().await;
    let open = gateway.session(&open).await;
    let list = |options: &[&str]| {
        let arguments = [&["session", "list", "--json"], options].concat();
        run(&mut program_beside(&gateway, &arguments))
            .ends_with(0)
            .json()
    };
    assert_eq!(list(&[]).len(), 2);
    assert_eq!(list(&["--limit", "1"])[0]["id"], open.0);
    assert_eq!(
        list(&["--state", "complete"])[0]["received"],
        DOCUMENT.len()
    );
    assert_eq!(list(&["--state", "expired"]).len(), 0);
    run(&mut program_beside(
        &gateway,
        &["session", "list", "--state", "expired"],
    ))
    .ends_with(0)
    .says("no such uploads");
    run(&mut program_beside(
        &gateway,
        &["session", "list", "--account", "nobody"],
    ))
    .ends_with(3)
    .says("there is no account nobody");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_the_document_beside_a_running_gateway_and_after_it() {
    let (gateway, session) = with_document().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fax.pdf");
    let path = file.to_str().unwrap();
    let export = ["session", "export", &session, path];
    run(&mut program_beside(&gateway, &export)).ends_with(0);
    assert!(fs::read(&file).unwrap() == DOCUMENT);
    // Nothing else is left in the folder.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    fs::write(&file, "precious").unwrap();
    run(&mut program_beside(&gateway, &export))
        .ends_with(3)
        .says("--force");
    assert_eq!(fs::read(&file).unwrap(), b"precious");

    let forced = [&export[..], &["--force"]].concat();
    let mut forced = program_beside(&gateway, &forced);
    let mut to_stdout = program_beside(&gateway, &["session", "export", &session, "-"]);
    let database_and_journal = gateway.stop_keeping().await;
    run(&mut forced).ends_with(0);
    assert!(fs::read(&file).unwrap() == DOCUMENT);
    let output = to_stdout.output().expect("the program runs");
    assert!(output.status.success() && output.stdout == DOCUMENT);
    drop(database_and_journal);
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_in_doubt_are_named_until_a_submission_has_decided() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, &[0; 1000], true).await, 1000);
    let id = gateway.session(&session).await;
    let sql = gateway.database.connect().await;
    let left_out = format!(
        "INSERT INTO upload_doubt (session_id, position, length, stored) VALUES ({id}, 1000, 1000, false)"
    );
    sql.batch_execute(&left_out).await.expect("a doubt");
    let command = |arguments: &[&str]| run(&mut program_beside(&gateway, arguments)).ends_with(0);
    command(&["session", "list"]).shows("1 (1 in doubt)");
    command(&["session", "show", &session]).shows("1 chunk equal to the one before");
    let json = command(&["session", "show", &session, "--json"]).json();
    assert_eq!(json[0]["doubtful_chunks"], 1);
    let export = ["session", "export", &session, "-"];
    command(&export).says("1 chunk of it may be wrong");

    // It is put back: two extents name the same bytes.
    let order = Call::order_of(&session, 2000);
    order.id(&mut client).await;
    let list = command(&["session", "list", "--json"]).json();
    assert_eq!(
        (&list[0]["received"], &list[0]["doubtful_chunks"]),
        (&2000.into(), &0.into())
    );
    let mut export = program_beside(&gateway, &export);
    let output = export.output().expect("the program runs");
    assert!(output.status.success() && output.stdout == [0; 2000]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("may be wrong"));
    command(&["verify"]).shows("1 session, 2 extents, 2,000 bytes: all whole");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_bytes_are_not_exported() {
    let (gateway, session) = with_document().await;
    let (_settings, database, journal) = gateway.stop_keeping().await;
    super::verify::damage(journal.path(), DOCUMENT);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fax.pdf");
    let export = ["session", "export", &session, file.to_str().unwrap()];
    run(&mut program_on(&database, journal.path(), &export))
        .ends_with(4)
        .says("checksum");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_upload_takes_no_chunk_and_soon_gives_no_bytes() {
    let gateway = Gateway::with(|settings| {
        settings.session.undelete = Duration::ZERO;
        settings.session.sweep_interval = Duration::from_millis(50);
    })
    .await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"%PDF", false).await, 4);
    let cancel = ["session", "cancel", &session];
    run(&mut program_beside(&gateway, &cancel)).ends_with(0);
    assert_eq!(client.chunk(&session, b"more", true).await, -1062);
    run(&mut program_beside(&gateway, &cancel))
        .ends_with(3)
        .says("is cancelled already");
    let id = gateway.session(&session).await;
    until("its bytes are dropped", async || {
        gateway.repository.extents(id).await.unwrap().is_empty()
    })
    .await;
    let export = ["session", "export", &session, "-"];
    run(&mut program_beside(&gateway, &export))
        .ends_with(3)
        .says("cancelled");
    gateway.stop().await;
}
