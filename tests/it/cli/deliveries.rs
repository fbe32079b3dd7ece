//! `chunkgate delivery`: whether faxes can leave.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, lchown},
    path::Path,
};

use super::support::{Run, program_beside, program_on, run};
use crate::{
    fax::{
        delivery::hylafax::server::{Server, is_here},
        support::{gateway, gateway_with, handed_over, number},
    },
    support::gateway::Gateway,
};

fn delivery(gateway: &Gateway, arguments: &[&str]) -> Run {
    run(&mut program_beside(
        gateway,
        &[&["delivery"], arguments].concat(),
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_listed_with_what_is_wrong() {
    let gateway = gateway().await;
    let rows = delivery(&gateway, &["list", "--json"]).ends_with(0).json();
    let states: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["name"].as_str().unwrap(),
                row["state"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("spool", "works"),
        ("hylafax", "not set up"),
        ("webhook", "not set up"),
    ];
    assert_eq!(states, expected);
    assert_eq!(rows[0]["default"], true);
    delivery(&gateway, &["list"])
        .ends_with(0)
        .shows("set hylafax.server (CHUNKGATE__HYLAFAX__SERVER)");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_by_the_spool_lies_there_and_is_sent_by_whoever_takes_it() {
    let gateway = gateway().await;
    let test = ["test", "spool", "--to", "12", "--wait", "1s"];
    delivery(&gateway, &test).ends_with(2).says("fax numbers");
    let test = [
        "test",
        "spool",
        "--to",
        "+49-30-123456",
        "--wait",
        "1s",
        "--json",
    ];
    let report = delivery(&gateway, &test)
        .ends_with(0)
        .says("has taken fax 1")
        .json()
        .remove(0);
    assert_eq!(report["state"], "handed_over");
    let directory = handed_over(&gateway, 1, 1).await;
    let document = fs::read(directory.join("1.pdf")).unwrap();
    assert!(document.starts_with(b"%PDF"));
    // The gateway hears how it ended, as of any fax.
    fs::write(directory.join("status"), "done\npages 2\n").unwrap();
    let sent = "SELECT count(*) FROM fax_transaction WHERE outcome = 'sent' AND pages_sent = 2";
    crate::support::eventually::until("an end", async || number(&gateway, sent).await == 1).await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_not_set_up_cannot_be_tested() {
    let gateway = gateway().await;
    delivery(&gateway, &["test", "hylafax", "--to", "+49-30-123456"])
        .ends_with(2)
        .says("hylafax.server");
    assert_eq!(
        number(&gateway, "SELECT count(*) FROM fax_transaction").await,
        0
    );
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_by_hylafax_is_dialled() {
    if !is_here().await {
        return;
    }
    let server = Server::with_modems(1, std::time::Duration::ZERO).await;
    let address = server.address.to_string();
    let gateway = Box::pin(gateway_with(|_| {})).await;
    let by = |number: &str| {
        let test = ["delivery", "test", "hylafax", "--to", number];
        let mut program = program_beside(&gateway, &test);
        run(program.env("CHUNKGATE__HYLAFAX__SERVER", &address))
    };
    by("+49-30-123456")
        .ends_with(0)
        .says("hylafax: reached")
        .says("hylafax: has taken fax 1")
        .shows("fax 1 was sent: 3 pages in 55 s");
    by("+49-30-999999")
        .ends_with(1)
        .shows("fax 2 is failed: Busy signal detected (6017)")
        .says("the test by hylafax has failed");
    drop(server);
    by("+49-30-123456").ends_with(1).says("does not work");
    gateway.stop().await;
}

/// `sudo chunkgate delivery ...` beside a gateway that another user runs.
#[tokio::test(flavor = "multi_thread")]
async fn what_root_makes_in_a_data_directory_belongs_to_its_owner() {
    let gateway = gateway().await;
    let (_, database, directory) = gateway.stop_keeping().await;
    // The tests' Postgres admits its own user, so that is the gateway's.
    let config = database.config();
    let [tokio_postgres::config::Host::Unix(sockets)] = config.get_hosts() else {
        panic!("no sockets: {config:?}");
    };
    let user = fs::metadata(sockets).expect("a directory").uid();
    let spool = directory.path().join("spool");
    fs::remove_dir_all(&spool).expect("a spool");
    own(directory.path(), user);
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).expect("its mode");
    run(&mut program_on(
        &database,
        directory.path(),
        &["delivery", "list"],
    ))
    .ends_with(0);
    assert_eq!(fs::metadata(&spool).expect("a spool").uid(), user);
    run(&mut program_on(
        &database,
        directory.path(),
        &["content", "show"],
    ))
    .ends_with(0);
}

/// Gives everything in a directory to a user.
fn own(path: &Path, user: u32) {
    lchown(path, Some(user), None).expect("an owner");
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a directory") {
            own(&entry.expect("an entry").path(), user);
        }
    }
}
