//! The messages on the help page work when they are pasted.

use std::ops::Range;

use base64_simd::STANDARD;
use chunkgate::{engine::Passwords, protocol::interfax::CONTRACT};

use crate::support::{gateway::Gateway, soap::Answer, wire::Wire};

use super::support::{get, header, shown};

/// Sends a sample as it is shown, its line feeds included.
async fn paste(gateway: &Gateway, sample: &str) -> Answer {
    let (head, body) = sample.split_once("\n\n").expect("an end of the head");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    let length = length.map_or(0, |length| length.parse().expect("a number"));
    assert_eq!(length, body.len(), "{sample}");
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(sample.as_bytes()).await;
    wire.answer().await
}

/// Asserts that `answer` is what the page shows, but for the values in it.
fn assert_in_form(answer: &Answer, shown: &str, line_end: &str) {
    let (head, body) = shown.split_once("\n\n").expect("an end of the head");
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("HTTP/1.1 200 OK"));
    assert_eq!(answer.status, 200, "{answer:?}");
    // What is broken for reading comes on one line; lines of a form binding come as they are.
    let lines_of_body = body.lines();
    let body: Vec<&str> = if line_end.is_empty() {
        lines_of_body.map(str::trim_start).collect()
    } else {
        lines_of_body.collect()
    };
    let body = body.join(line_end);
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        if name == "Content-Length" {
            assert_eq!(value, body.len().to_string(), "{shown}");
        } else {
            assert_eq!(header(&answer.head, name), Some(value), "{shown}");
        }
    }
    let [answered, shown] = [&answer.body, &body].map(|document| {
        // Of an array, one item is shown.
        let mut tags = without_values(document);
        while let Some(twice) = repeated(&tags) {
            tags.replace_range(twice, "");
        }
        tags
    });
    assert_eq!(answered, shown);
}

/// Where an `ErrorMessage` stands behind an equal one.
fn repeated(tags: &str) -> Option<Range<usize>> {
    let (open, close) = ("<ErrorMessage>", "</ErrorMessage>");
    let first = tags.find(open)?;
    let end = first + tags[first..].find(close)? + close.len();
    let next = end + tags[end..].find(open)?;
    let blank = &tags[end..next];
    let last = next + tags[next..].find(close)? + close.len();
    (blank.trim().is_empty() && tags[first..end] == tags[next..last]).then_some(end..last)
}

/// The document with its tags, and without the text between them.
fn without_values(document: &str) -> String {
    let mut tags = String::new();
    for piece in document.split_inclusive('>') {
        let (text, tag) = piece.split_at(piece.find('<').unwrap_or(piece.len()));
        // White space between the tags is part of the form.
        tags.push_str(if text.trim().is_empty() { text } else { "" });
        // `<X />` is an empty `<X></X>`.
        match tag.strip_suffix(" />") {
            Some(name) => tags.extend([name, "></", &name[1..], ">"]),
            None => tags.push_str(tag),
        }
    }
    tags
}

/// Makes true what the samples assume: the account in them, and a fax with their number.
async fn prepare(gateway: &Gateway) {
    let passwords = Passwords::new(64, 1).expect("cheap parameters");
    let hash = passwords.hash("secret").await.expect("a hash");
    let account = gateway.repository.account("office").await;
    let account = account.expect("the database answers").expect("an account");
    let changed = gateway
        .repository
        .update_account(account.id, &hash, &account.settings)
        .await;
    assert!(changed.expect("the database answers"));
    let sql = gateway.database.connect().await;
    sql.batch_execute("SELECT setval('fax_transaction_id', 123456, false)")
        .await
        .expect("the next number");
    let parameters = "<Username>office</Username><Password>secret</Password>\
                      <FaxNumber>5550100</FaxNumber><Data>Hello</Data>";
    let answer = gateway.client().call("SendCharFax", parameters).await;
    assert_eq!(answer.result("SendCharFax"), 123_456);
}

/// Pastes the samples of one binding for every operation that has them.
async fn samples_work(gateway: &Gateway, binding: &str, line_end: &str) {
    prepare(gateway).await;
    let mut pasted = 0;
    for operation in CONTRACT.operations {
        let page = get(gateway, &format!("?op={}", operation.name), &[])
            .await
            .body;
        if !page.contains(&format!("<section id=\"{binding}\">")) {
            continue;
        }
        let request = shown(&page, &format!("{binding}-request"));
        let answer = paste(gateway, &request).await;
        assert_in_form(
            &answer,
            &shown(&page, &format!("{binding}-response")),
            line_end,
        );
        pasted += 1;
    }
    assert!(pasted > 0, "{binding} has samples");
}

#[tokio::test]
async fn soap_11_samples_work_when_pasted() {
    let gateway = Gateway::start().await;
    samples_work(&gateway, "soap11", "").await;
    gateway.stop().await;
}

#[tokio::test]
async fn soap_12_samples_work_when_pasted() {
    let gateway = Gateway::start().await;
    samples_work(&gateway, "soap12", "").await;
    gateway.stop().await;
}

#[tokio::test]
async fn http_get_samples_work_when_pasted() {
    let gateway = Gateway::start().await;
    samples_work(&gateway, "get", "\r\n").await;
    gateway.stop().await;
}

#[tokio::test]
async fn http_post_samples_work_when_pasted() {
    let gateway = Gateway::start().await;
    samples_work(&gateway, "post", "\r\n").await;
    gateway.stop().await;
}

#[tokio::test]
async fn the_total_in_a_sample_is_that_of_the_chunk_in_it() {
    let gateway = Gateway::start().await;
    let page = get(&gateway, "?op=UploadFileChunk", &[]).await.body;
    let request = shown(&page, "soap11-request");
    let (_, chunk) = request.split_once("<Chunk>").expect("a chunk");
    let (chunk, _) = chunk.split_once("</Chunk>").expect("its end");
    let total = STANDARD.decode_to_vec(chunk).expect("base64").len();
    for (binding, expected) in [
        ("soap11", format!(">{total}</UploadFileChunkResult>")),
        ("soap12", format!(">{total}</UploadFileChunkResult>")),
        ("get", format!(">{total}</int>")),
        ("post", format!(">{total}</int>")),
    ] {
        let response = shown(&page, &format!("{binding}-response"));
        assert!(response.contains(&expected), "{binding}: {response}");
    }
    gateway.stop().await;
}
