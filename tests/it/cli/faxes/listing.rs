//! The faxes and everything about one.

use std::path::Path;

use super::{drop_documents, fax, send_to, tomorrow};
use crate::{
    fax::support::{gateway, handed_over, send},
    support::gateway::USER,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filtered_and_limited_and_begins_with_the_newest() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    fax(&gateway, &["list"]).ends_with(0).says("no such faxes");
    let first = send(&mut client, "hello").await;
    handed_over(&gateway, first, 1).await;
    let later = send_to(&mut client, "12345;none", &tomorrow()).await;
    let list = |options: &[&str]| {
        let arguments = [&["list", "--json"], options].concat();
        let lines = fax(&gateway, &arguments).ends_with(0).json();
        let ids = lines.iter().map(|line| line["id"].as_i64());
        ids.map(|id| id.expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(list(&[]), [later + 1, later, first]);
    assert_eq!(list(&["--limit", "2"]), [later + 1, later]);
    assert_eq!(list(&["--state", "waiting"]), [later]);
    assert_eq!(list(&["--state", "failed"]), [later + 1]);
    assert_eq!(list(&["--account", &USER.to_uppercase()]).len(), 3);
    fax(&gateway, &["list"])
        .ends_with(0)
        .shows("attempt/retries")
        .shows("the fax number cannot be dialled");
    fax(&gateway, &["list", "--state", "sent"])
        .ends_with(0)
        .says("no such faxes");
    fax(&gateway, &["list", "--account", "nobody"])
        .ends_with(3)
        .says("there is no account nobody");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_of_a_long_list_are_printed() {
    let gateway = gateway().await;
    let numbers = ["12345"; 500].join(";");
    // On one connection: elsewhere it would be the same one again.
    let (mut client, tomorrow) = (gateway.client(), tomorrow());
    for _ in 0..2 {
        send_to(&mut client, &numbers, &tomorrow).await;
    }
    let listed = fax(&gateway, &["list", "--json", "--limit", "900"]);
    assert_eq!(listed.ends_with(0).json().len(), 900);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_about_a_fax_is_shown_and_where_it_lies() {
    let gateway = gateway().await;
    let id = send(&mut gateway.client(), "hello").await;
    let directory = handed_over(&gateway, id, 1).await;
    let id = id.to_string();
    let show = || {
        let shown = fax(&gateway, &["show", &id, "--json"]);
        shown.ends_with(0).json().remove(0)
    };
    crate::support::eventually::until("handed over", async || show()["state"] == "handed_over")
        .await;
    let shown = show();
    // The name is the spool's own: this is what holds the command's to it.
    let spool = shown["spool"].as_str().expect("a path");
    assert_eq!(Path::new(spool), directory);
    assert!(directory.join("fax.json").exists());
    assert_eq!(shown["documents"][0]["type"], "TXT");
    assert_eq!(shown["documents"][0]["length"], 5);
    assert_eq!(shown["documents_kept"], true);
    assert_eq!(shown["queue"]["attempt"], 1);
    assert_eq!(shown["batch"].as_array().map(Vec::len), Some(1));
    fax(&gateway, &["show", &id])
        .ends_with(0)
        .shows("TXT, 5 bytes")
        .shows(spool);
    drop_documents(&gateway.database).await;
    assert_eq!(show()["documents_kept"], false);
    fax(&gateway, &["show", "999"])
        .ends_with(3)
        .says("there is no fax 999");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_wrote_cannot_command_a_terminal() {
    let gateway = gateway().await;
    let id = send_to(&mut gateway.client(), "12345;&#x9b;31m", &tomorrow()).await;
    let listed = fax(&gateway, &["list"]).ends_with(0).stdout;
    let shown = fax(&gateway, &["show", &(id + 1).to_string()]).ends_with(0);
    for text in [listed, shown.stdout] {
        assert!(text.contains("\u{fffd}31m"), "{text:?}");
        assert!(!text.contains('\u{9b}'), "{text:?}");
    }
    gateway.stop().await;
}
