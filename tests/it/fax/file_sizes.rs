//! `FileSizes`: positive numbers with `;` between them, and perhaps the name of an upload.

use crate::interfax::support::NO_SESSION;

use super::support::{Call, documents, gateway, handed_over, upload};

#[tokio::test]
async fn sizes_are_numbers_with_semicolons_between_them_and_one_at_the_end() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (sizes, types) in [
        ("10", "TXT"),
        (" 10 ", "TXT"),
        ("10;", "TXT;"),
        ("4;6", "TXT;TXT"),
        ("4 ; 6;", "TXT;TXT"),
        ("04;06", "TXT;TXT"),
    ] {
        let order = Call::order("0123456789");
        let order = order.with("FileSizes", sizes).with("FileTypes", types);
        assert!(order.result(&mut client).await > 0, "{sizes:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn anything_else_is_1007() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = upload(&mut client, b"0123456789").await;
    for sizes in [
        "",
        " ",
        ";",
        "0",
        "-10",
        "+10",
        "10.0",
        "0x0A",
        "ten",
        "10,",
        "4;;6",
        "4;0;6",
        ";10",
        "10;;",
        "1 0",
        "18446744073709551626",
        "10 sessionID=",
    ] {
        let order = Call::order("0123456789").with("FileSizes", sizes);
        assert_eq!(order.result(&mut client).await, -1007, "{sizes:?}");
    }
    for before in ["", "0", "x", "/10"] {
        let sizes = format!("{before}/sessionID={session}");
        let order = Call::order_of(&session, 10).with("FileSizes", &sizes);
        assert_eq!(order.result(&mut client).await, -1007, "{sizes:?}");
    }
    assert!(Call::order_of(&session, 10).result(&mut client).await > 0);
    gateway.stop().await;
}

#[tokio::test]
async fn the_word_before_a_session_may_be_in_any_case_but_not_its_name() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (before, after) in [
        ("10/sessionID=", ""),
        ("10/SESSIONID=", ""),
        ("10/sessionid=", " "),
        ("10;/SessionId= ", ""),
        (" 10 /sessionID=", "\n"),
    ] {
        let session = upload(&mut client, b"0123456789").await;
        let order = Call::order_of(&session, 10);
        let lower = format!("{before}{}{after}", session.to_lowercase());
        let in_lower_case = order.clone().with("FileSizes", &lower);
        assert_eq!(in_lower_case.result(&mut client).await, -1062, "{lower:?}");
        let sizes = format!("{before}{session}{after}");
        let named = order.with("FileSizes", &sizes);
        assert!(named.result(&mut client).await > 0, "{sizes:?}");
    }
    for name in ["", NO_SESSION, "x", "a/sessionID=b"] {
        let order = Call::order("0123456789").with("FileSizes", &format!("10/sessionID={name}"));
        assert_eq!(order.result(&mut client).await, -1062, "{name:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn data_beside_a_session_are_not_looked_at() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for data in ["", "AAAA", "VGhlIHdyb25nIG9uZQ=="] {
        let session = upload(&mut client, b"0123456789").await;
        let order = Call::order_of(&session, 10).with("FilesData", data);
        let id = order.id(&mut client).await;
        let directory = handed_over(&gateway, id, 1).await;
        let expected = ("1.txt".to_owned(), b"0123456789".to_vec());
        assert_eq!(documents(&directory), [expected], "{data:?}");
    }
    gateway.stop().await;
}
