//! The order in which a submission is told what is wrong with it: `FileSizes` before anything
//! else, then -1003, -2003, -666, -677, -310, -112, -1004, -1002, -1062, -123, -1008, -114.
//!
//! Everything is wrong at first, and mended from the front. Nothing is recorded meanwhile.

use chunkgate::engine::{account::AccountSettings, session::SessionState};
use time::Duration as Span;

use crate::{
    interfax::support::{NO_SESSION, change_account, status},
    support::{
        gateway::{Gateway, PASSWORD},
        soap::Client,
    },
};

use super::support::{Call, NUMBER, ahead, gateway, submissions, upload};

/// An account that nobody may use for anything.
fn forbid_everything(account: &mut AccountSettings) {
    account.enabled = false;
    account.allowed_networks = vec!["192.0.2.0/24".parse().unwrap()];
    account.switch_group = "elsewhere".into();
    account.fax_service = false;
    account.primary = false;
}

/// Takes one thing back.
type Mend = fn(&mut AccountSettings);

/// What is wrong with the account, from the front, and how it is mended.
const ACCOUNT: [(i64, Mend); 5] = [
    (-1003, |account| account.enabled = true),
    (-2003, |account| account.allowed_networks.clear()),
    (-666, |account| account.switch_group.clear()),
    (-677, |account| account.fax_service = true),
    (-310, |account| account.primary = true),
];

/// A call that is refused, and leaves no trace.
async fn refused(gateway: &Gateway, client: &mut Client, call: &Call, code: i64) {
    assert_eq!(call.result(client).await, code, "{call:?}");
    assert_eq!(submissions(gateway).await, 0, "{call:?}");
}

/// The call is refused for what is wrong with the log-in; returns it with the right one.
async fn log_in_first(gateway: &Gateway, client: &mut Client, call: &Call) -> Call {
    change_account(gateway, forbid_everything).await;
    refused(gateway, client, &call.clone().with("Password", "?"), -1003).await;
    let call = call.clone().with("Password", PASSWORD);
    for (code, mend) in ACCOUNT {
        refused(gateway, client, &call, code).await;
        change_account(gateway, mend).await;
    }
    call
}

/// All of it for an upload of ten bytes.
async fn with_an_upload(operation: &'static str) {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = upload(&mut client, b"0123456789").await;
    let mut call = Call::of(operation)
        .with("FaxNumbers", "nobody")
        .with("FileTypes", "XYZ;;XYZ")
        .with("FileSizes", &format!("0/sessionID={NO_SESSION}"))
        .with("Postpone", &ahead(Span::days(31)));
    change_account(&gateway, forbid_everything).await;
    refused(&gateway, &mut client, &call, -1007).await;
    call = call.with("FileSizes", &format!("11/sessionID={NO_SESSION}"));
    call = log_in_first(&gateway, &mut client, &call).await;
    let too_many = format!("11/sessionID={session}");
    let right = format!("10/sessionID={session}");
    for (code, mended, value) in [
        (-112, "FaxNumbers", NUMBER),
        (-1004, "FileTypes", "XYZ;XYZ"),
        (-1002, "FileTypes", "XYZ"),
        (-1062, "FileSizes", &*too_many),
        (-123, "FileTypes", "TXT"),
        (-1008, "FileSizes", &*right),
        (-114, "Postpone", "2000-01-01"),
    ] {
        refused(&gateway, &mut client, &call, code).await;
        call = call.with(mended, value);
    }
    let untouched = status(&gateway, &session).await;
    assert_eq!(untouched.state, SessionState::Complete);
    assert_eq!(untouched.received, 10);
    assert!(call.id(&mut client).await > 0);
    gateway.stop().await;
}

/// The same for data in the call, which can be missing.
async fn with_data(operation: &'static str) {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let mut call = Call::of(operation)
        .with("FaxNumbers", ";")
        .with("FileTypes", ";TXT")
        .with("FileSizes", "5;-6")
        .with("Postpone", &ahead(Span::days(31)));
    change_account(&gateway, forbid_everything).await;
    refused(&gateway, &mut client, &call, -1007).await;
    call = call.with("FileSizes", "5;6;7");
    call = log_in_first(&gateway, &mut client, &call).await;
    for (code, mended, value) in [
        (-112, "FaxNumbers", NUMBER),
        (-1004, "FileTypes", "TXT;TXT"),
        (-1002, "FileSizes", "5;6"),
        (-123, "FilesData", "MDEyMzQ1Njc4OQ=="),
        (-1008, "FileSizes", "5;5"),
        (-114, "Postpone", "2000-01-01"),
    ] {
        refused(&gateway, &mut client, &call, code).await;
        call = call.with(mended, value);
    }
    assert!(call.id(&mut client).await > 0);
    gateway.stop().await;
}

#[tokio::test]
async fn of_sendfax_ex_2_with_an_upload() {
    with_an_upload("SendfaxEx_2").await;
}

#[tokio::test]
async fn of_sendfax_ex_with_an_upload() {
    with_an_upload("SendfaxEx").await;
}

#[tokio::test]
async fn of_sendfax_ex_2_with_data() {
    with_data("SendfaxEx_2").await;
}

#[tokio::test]
async fn of_sendfax_ex_with_data() {
    with_data("SendfaxEx").await;
}

/// For one document, whose size nobody tells.
async fn with_one_document(operation: &'static str, data: &'static str) {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let mut call = Call::of(operation)
        .with("FaxNumber", "nobody")
        .with("FileType", "XYZ");
    call = log_in_first(&gateway, &mut client, &call).await;
    for (code, mended, value) in [
        (-112, "FaxNumber", NUMBER),
        (-123, "FileType", "TXT"),
        (-123, data, "MDEyMzQ1Njc4OQ=="),
    ] {
        refused(&gateway, &mut client, &call, code).await;
        call = call.with(mended, value);
    }
    refused(
        &gateway,
        &mut client,
        &call.clone().with("FileType", "XYZ"),
        -123,
    )
    .await;
    assert!(call.id(&mut client).await > 0);
    gateway.stop().await;
}

#[tokio::test]
async fn of_sendfax() {
    with_one_document("Sendfax", "FileData").await;
}

#[tokio::test]
async fn of_send_char_fax() {
    with_one_document("SendCharFax", "Data").await;
}

#[tokio::test]
async fn nothing_but_a_log_in_is_1007_even_if_it_is_wrong() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for operation in ["SendfaxEx_2", "SendfaxEx"] {
        for password in [PASSWORD, "wrong"] {
            let call = Call::of(operation).with("Password", password);
            refused(&gateway, &mut client, &call, -1007).await;
        }
        let nothing = Call::of(operation).without("Username").without("Password");
        refused(&gateway, &mut client, &nothing, -1007).await;
    }
    for operation in ["Sendfax", "SendCharFax"] {
        let nothing = Call::of(operation).without("Username").without("Password");
        refused(&gateway, &mut client, &nothing, -1003).await;
    }
    gateway.stop().await;
}
