//! A document from its first chunk to a fax that was sent.

use std::fs;

use super::support::{
    NUMBER, call, gateway, handed_over, has_status, result, say, status, submit, upload,
};

#[tokio::test]
async fn an_upload_becomes_a_fax_that_is_sent() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = upload(&mut client, b"Hello, fax").await;
    let id = submit(&mut client, &session, 10).await;
    assert!(id > 0, "{id}");
    let directory = handed_over(&gateway, id, 1).await;
    assert_eq!(
        fs::read(directory.join("1.txt")).expect("the document"),
        b"Hello, fax"
    );
    let fax: serde_json::Value =
        serde_json::from_slice(&fs::read(directory.join("fax.json")).expect("fax.json"))
            .expect("JSON");
    assert_eq!(fax["transaction"], id);
    assert_eq!(fax["recipient"], NUMBER);
    has_status(&mut client, id, -3).await;
    fs::create_dir(directory.join("taken")).expect("nobody has it");
    say(
        &directory,
        "done\npages 2\nduration 61\nremote-csid FAX MACHINE\n",
    );
    has_status(&mut client, id, 0).await;
    let answer = call(
        &mut client,
        "FaxQuery",
        &[
            ("Verb", "EQ"),
            ("VerbData", &id.to_string()),
            ("MaxItems", "5"),
        ],
    )
    .await;
    assert_eq!(answer.text("PagesSent"), Some("2"));
    assert_eq!(answer.text("Duration"), Some("61"));
    assert_eq!(answer.text("RemoteCSID"), Some("FAX MACHINE"));
    assert_eq!(answer.text("TrialsPerformed"), Some("1"));
    crate::support::eventually::until("the spool is empty", async || !directory.exists()).await;
    assert_eq!(status(&mut client, id).await, 0);
    let cancelled = result(
        &mut client,
        "CancelFax",
        &[("TransactionID", &id.to_string())],
    )
    .await;
    assert_eq!(cancelled, -1005);
    gateway.stop().await;
}
