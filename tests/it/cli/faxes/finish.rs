//! An operator says how a fax ended.

use super::{fax, send_to, tomorrow};
use crate::{
    cli::support::{program_on, run},
    fax::support::{gateway, handed_over, has_status, send},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_fax_that_was_sent_is_over_for_its_client_too() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = send(&mut client, "hello").await;
    handed_over(&gateway, id, 1).await;
    has_status(&mut client, id, -3).await;
    let id_text = id.to_string();
    let finish = [
        "finish",
        &id_text,
        "--done",
        "--pages",
        "2",
        "--duration",
        "61",
        "--remote-csid",
        " FAX\u{1b}MACHINE ",
    ];
    fax(&gateway, &finish).ends_with(0).says("is sent");
    has_status(&mut client, id, 0).await;
    let shown = fax(&gateway, &["show", &id_text, "--json"])
        .json()
        .remove(0);
    assert_eq!(shown["pages_sent"], 2);
    assert_eq!(shown["duration"], 61);
    assert_eq!(shown["remote_csid"], "FAX MACHINE");
    fax(&gateway, &finish).ends_with(3).says("is sent already");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fax_that_was_not_sent_is_tried_again_if_it_may_be() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let id = send(&mut client, "hello").await;
        handed_over(&gateway, id, 1).await;
        has_status(&mut client, id, -3).await;
        ids.push(id.to_string());
    }
    let (_settings, database, folder) = gateway.stop_keeping().await;
    let fax = |arguments: &[&str]| {
        let arguments = [&["fax"], arguments].concat();
        run(&mut program_on(&database, folder.path(), &arguments))
    };
    let busy = ["--failed", "6017", "--text", "busy"];
    fax(&[&["finish", &ids[0]], &busy[..]].concat())
        .ends_with(0)
        .says("attempt 1 of fax")
        .says("attempt 2 is due");
    let shown = fax(&["show", &ids[0], "--json"]).json().remove(0);
    assert_eq!(shown["state"], "waiting");
    assert_eq!(shown["queue"]["last_error"], "busy");

    fax(&[&["finish", &ids[1]], &busy[..], &["--no-retry"]].concat())
        .ends_with(0)
        .says("is failed");
    let shown = fax(&["show", &ids[1], "--json"]).json().remove(0);
    assert_eq!(
        (&shown["state"], &shown["status"]),
        (&"failed".into(), &6017.into())
    );
    assert_eq!(shown["status_text"], "busy");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_fax_that_a_delivery_has_can_end_so() {
    let gateway = gateway().await;
    let id = send_to(&mut gateway.client(), "12345", &tomorrow()).await;
    let id = id.to_string();
    let finish = |id: &str| fax(&gateway, &["finish", id, "--done"]).ends_with(3);
    finish(&id).says("no delivery has it").says("fax cancel");
    finish("999").says("there is no fax 999");
    fax(&gateway, &["cancel", &id]).ends_with(0);
    finish(&id).says("is cancelled already").says("fax retry");
    gateway.stop().await;
}
