//! An account's life, from `add` to `remove`.

use chunkgate::engine::account::AccountSettings;

use super::support::{program_beside, program_on, run, run_with_input};
use crate::fax::support as fax;
use crate::support::{
    gateway::{Gateway, MIGRATED, USER},
    postgres::TestDatabase,
};

#[tokio::test]
async fn an_account_is_added_shown_changed_and_removed() {
    let database = TestDatabase::new(&MIGRATED).await;
    let folder = tempfile::tempdir().unwrap();
    let account = |arguments: &[&str]| {
        program_on(
            &database,
            folder.path(),
            &[&["account"], arguments].concat(),
        )
    };
    let mut add = account(&["add", "Acme", "--password-stdin", "--allow", "10.0.0.0/8"]);
    run_with_input(&mut add, "hunter2\n")
        .ends_with(0)
        .says("added");
    run_with_input(&mut add, "hunter2\n")
        .ends_with(3)
        .says("account set");

    let show = || run(&mut account(&["show", "ACME", "--json"])).ends_with(0);
    let shown = show().json().remove(0);
    assert_eq!(shown["name"], "Acme");
    assert_eq!(shown["allowed_networks"][0], "10.0.0.0/8");
    assert!(!show().stdout.contains("argon2"), "{shown}");

    let changes = [
        "set",
        "acme",
        "--disable",
        "--allow",
        "any",
        "--max-total",
        "9MiB",
    ];
    run(&mut account(&changes)).ends_with(0).says("changed");
    let shown = show().json().remove(0);
    assert_eq!(shown["enabled"], false);
    assert_eq!(shown["max_total"], 9 << 20);
    assert_eq!(shown["allowed_networks"].as_array().map(Vec::len), Some(0));

    run(&mut account(&["list"]))
        .ends_with(0)
        .shows("Acme")
        .shows("disabled");
    run(&mut account(&["remove", "acme"])).ends_with(0);
    run(&mut account(&["show", "acme"]))
        .ends_with(3)
        .says("no account");
    run(&mut account(&["list"])).ends_with(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_holds_at_the_next_log_in() {
    let gateway = Gateway::start().await;
    let log_in = async |password| {
        let answer = gateway.client().start_as(USER, password).await;
        answer.result("StartFileUpload")
    };
    let mut set = program_beside(&gateway, &["account", "set", USER, "--password-stdin"]);
    run_with_input(&mut set, "new one\r\n").ends_with(0);
    assert_eq!(log_in(crate::support::gateway::PASSWORD).await, -1003);
    assert_eq!(log_in("new one").await, 0);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_living_uploads_is_not_removed() {
    let gateway = Gateway::start().await;
    let other = AccountSettings::default();
    gateway.add_account("other", other).await;
    let session = gateway.client().start().await;
    let remove = || run(&mut program_beside(&gateway, &["account", "remove", USER]));
    remove()
        .ends_with(3)
        .says("session list")
        .says("session cancel");
    assert_eq!(gateway.client().cancel(&session).await, 0);
    remove().ends_with(0);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_faxes_under_way_is_not_removed() {
    let gateway = fax::gateway().await;
    let id = fax::send(&mut gateway.client(), "hello").await.to_string();
    let remove = || run(&mut program_beside(&gateway, &["account", "remove", USER]));
    remove().ends_with(3).says("fax list").says("fax cancel");
    run(&mut program_beside(&gateway, &["fax", "cancel", &id])).ends_with(0);
    remove().ends_with(0);
    // Its faxes are still listed by its name.
    run(&mut program_beside(
        &gateway,
        &["fax", "list", "--account", USER],
    ))
    .ends_with(0)
    .shows("cancelled");
    gateway.stop().await;
}
