//! Documents reach the spool with the bytes and the types that their client gave them.

use crate::support::soap::escape;

use super::support::{
    Call, NUMBER, call, description, documents, gateway, gateway_with, handed_over, send,
    submissions,
};

/// Three documents, one after another: a text, any byte, a text.
fn three() -> (Vec<u8>, [Vec<u8>; 3]) {
    let parts = [
        b"first\r\n".to_vec(),
        (0..=255).cycle().take(70_000).collect(),
        b"third".to_vec(),
    ];
    (parts.concat(), parts)
}

/// The name of a document, what its bytes are, and the rest of the list.
fn named<const N: usize>(names: [&str; N], bytes: [Vec<u8>; N]) -> Vec<(String, Vec<u8>)> {
    names.map(str::to_owned).into_iter().zip(bytes).collect()
}

#[tokio::test]
async fn an_upload_is_split_where_file_sizes_says() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let (all, parts) = three();
    let session = client.start().await;
    // Chunks end elsewhere.
    for chunk in all.chunks(30_000) {
        assert!(client.chunk(&session, chunk, false).await > 0);
    }
    let order = Call::order_of(&session, 0)
        .with("FileTypes", "TXT;PDF;TIF")
        .with("FileSizes", &format!("7;70000;5/sessionID={session}"));
    let id = order.id(&mut client).await;
    let directory = handed_over(&gateway, id, 1).await;
    let expected = named(["1.txt", "2.pdf", "3.tif"], parts);
    assert_eq!(documents(&directory), expected);
    let described = description(&directory);
    let field = |name: &str| -> Vec<serde_json::Value> {
        let list = described["documents"].as_array().expect("a list");
        list.iter().map(|it| it[name].clone()).collect()
    };
    assert_eq!(field("type"), ["TXT", "PDF", "TIF"]);
    assert_eq!(field("size"), [7, 70_000, 5]);
    gateway.stop().await;
}

#[tokio::test]
async fn data_in_the_call_are_split_in_the_same_way() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let (all, parts) = three();
    for operation in ["SendfaxEx_2", "SendfaxEx"] {
        let order = Call::order(&all)
            .by(operation)
            .with("FileTypes", "TXT;PDF;TIF")
            .with("FileSizes", "7;70000;5");
        let id = order.id(&mut client).await;
        let directory = handed_over(&gateway, id, 1).await;
        let expected = named(["1.txt", "2.pdf", "3.tif"], parts.clone());
        assert_eq!(documents(&directory), expected);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn types_are_taken_in_any_case_and_with_one_of_two_switches() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (kind, name) in [
        ("pdf", "1.pdf"),
        ("Pdf", "1.pdf"),
        (".HTML", "1.html"),
        (" tif ", "1.tif"),
        ("DOC/AB", "1.doc"),
        ("doc/pb", "1.doc"),
    ] {
        let id = Call::order(kind)
            .with("FileTypes", kind)
            .id(&mut client)
            .await;
        let directory = handed_over(&gateway, id, 1).await;
        let expected = named([name], [kind.as_bytes().to_vec()]);
        assert_eq!(documents(&directory), expected, "{kind:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn both_switches_are_1010_and_unknown_types_123() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (kind, code) in [
        ("DOC/AB/PB", -1010),
        ("doc/pb/ab", -1010),
        ("EXE", -123),
        ("PDF2", -123),
        ("../PDF", -123),
        ("/AB", -123),
        (".", -123),
    ] {
        let order = Call::order("text").with("FileTypes", kind);
        assert_eq!(order.result(&mut client).await, code, "{kind:?}");
    }
    // One of several is enough.
    let order = Call::order("text")
        .with("FileTypes", "TXT;EXE")
        .with("FileSizes", "2;2");
    assert_eq!(order.result(&mut client).await, -123);
    assert_eq!(submissions(&gateway).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn more_documents_than_the_setting_says_are_1059() {
    let gateway = gateway_with(|settings| settings.fax.max_documents = 2).await;
    let mut client = gateway.client();
    let order = Call::order("abc")
        .with("FileTypes", "TXT;TXT;TXT")
        .with("FileSizes", "1;1;1");
    assert_eq!(order.result(&mut client).await, -1059);
    let fewer = order.with("FileTypes", "TXT;TXT").with("FileSizes", "1;2");
    assert!(fewer.result(&mut client).await > 0);
    gateway.stop().await;
}

#[tokio::test]
async fn one_document_without_a_type_is_a_text() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (operation, data, text) in [
        ("Sendfax", "FileData", "VGV4dA=="),
        ("SendCharFax", "Data", "Text"),
    ] {
        let untyped = Call::of(operation)
            .with("FaxNumber", NUMBER)
            .with(data, text);
        for call in [
            untyped.clone(),
            untyped.clone().with("FileType", ""),
            untyped.clone().with("FileType", " "),
        ] {
            let id = call.id(&mut client).await;
            let directory = handed_over(&gateway, id, 1).await;
            let expected = named(["1.txt"], [b"Text".to_vec()]);
            assert_eq!(documents(&directory), expected, "{call:?}");
        }
        let typed = untyped.with("FileType", "Html").id(&mut client).await;
        let directory = handed_over(&gateway, typed, 1).await;
        assert_eq!(documents(&directory)[0].0, "1.html");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_data_of_send_char_fax_are_the_text_in_utf_8_with_its_lines_ended_by_line_feeds() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let text = "  Grüße & <Küsse>\r\nzweite Zeile\n\tdritte: € 5 \u{1F4E0}  ";
    let parameters = [("FaxNumber", NUMBER), ("Data", &escape(text))];
    let answer = call(&mut client, "SendCharFax", &parameters).await;
    let directory = handed_over(&gateway, answer.result("SendCharFax"), 1).await;
    let lines = text.replace("\r\n", "\n").into_bytes();
    assert_eq!(documents(&directory), named(["1.txt"], [lines]));
    gateway.stop().await;
}

#[tokio::test]
async fn the_data_of_sendfax_are_any_bytes() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let text = "Grüße\r\nzwei\rdrei\n\0";
    let id = send(&mut client, text).await;
    let directory = handed_over(&gateway, id, 1).await;
    assert_eq!(
        documents(&directory),
        named(["1.txt"], [text.as_bytes().to_vec()])
    );
    gateway.stop().await;
}
