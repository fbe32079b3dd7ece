//! The help page in a real browser: an upload from the list of operations to the stored bytes,
//! without JavaScript.

use base64_simd::STANDARD;
use chunkgate::protocol::interfax::CONTRACT;

use crate::{
    clients::program::Program,
    support::gateway::{Gateway, PASSWORD, USER},
};

use super::webdriver::Browser;

async fn browser() -> Option<Browser> {
    if !Program("chromium").is_here().await {
        return None;
    }
    Some(Browser::start().await)
}

/// Logs in from the list of operations; afterwards the page shows the session.
async fn log_in(browser: &Browser, gateway: &Gateway) -> String {
    browser
        .open(&format!("http://{}/dfs.asmx", gateway.address))
        .await;
    browser.click_on("ul.operations a", "StartFileUpload").await;
    browser.write("#test [name=Username]", USER).await;
    browser.write("#test [name=Password]", PASSWORD).await;
    browser.click("#test button").await;
    assert_eq!(browser.text("#value").await, "0");
    browser.text("#ref-SessionID").await
}

async fn send_chunk(browser: &Browser, bytes: &[u8], is_last: bool) -> (String, String) {
    let data = STANDARD.encode_to_string(bytes);
    browser.write("#test [name=Chunk]", &data).await;
    browser
        .write("#test [name=IsLast]", &is_last.to_string())
        .await;
    browser.click("#test button").await;
    (browser.text("#value").await, browser.text("#meaning").await)
}

#[tokio::test]
async fn a_document_is_uploaded_through_the_forms() {
    let Some(browser) = browser().await else {
        return;
    };
    let gateway = Gateway::start().await;
    let document: Vec<u8> = (0..250_u32)
        .flat_map(|n| (n * 40_503).to_le_bytes())
        .take(1_000)
        .collect();

    browser
        .open(&format!("http://{}/dfs.asmx", gateway.address))
        .await;
    let names: Vec<&str> = CONTRACT.operations.iter().map(|it| it.name).collect();
    assert_eq!(browser.texts("ul.operations a").await, names);

    let session = log_in(&browser, &gateway).await;
    assert_eq!(session.len(), 64);
    assert!(
        !browser.source().await.contains("s3cret"),
        "the password is shown"
    );
    browser
        .click_on("#result button", "UploadFileChunk →")
        .await;

    let mut total = 0;
    let mut chunks = document.chunks(300).peekable();
    while let Some(chunk) = chunks.next() {
        assert_eq!(browser.value("#test [name=SessionID]").await, session);
        assert!(
            !browser.url().await.contains(&session),
            "the session is in the address"
        );
        total += chunk.len();
        let (value, meaning) = send_chunk(&browser, chunk, chunks.peek().is_none()).await;
        assert_eq!(value, total.to_string());
        assert_eq!(meaning, format!("{total} bytes received so far"));
        assert!(
            browser.source().await.contains("UploadFileChunkResult"),
            "the reply is shown"
        );
    }

    let (value, meaning) = send_chunk(&browser, b"more", true).await;
    assert_eq!(value, "-1062");
    assert_eq!(
        meaning,
        "session unknown, expired, cancelled, closed or used"
    );

    let stored = gateway.content(gateway.session(&session).await).await;
    assert!(stored == document, "{} bytes stored", stored.len());
    drop(browser);
    gateway.stop().await;
}

#[tokio::test]
async fn start_chunk_chunk_and_cancel_are_clicked_through_without_typing_the_session() {
    let Some(browser) = browser().await else {
        return;
    };
    let gateway = Gateway::start().await;

    browser
        .open(&format!(
            "http://{}/dfs.asmx?op=StartFileUpload",
            gateway.address
        ))
        .await;
    browser.write("#test [name=Username]", USER).await;
    browser.write("#test [name=Password]", "wrong").await;
    browser.click("#test button").await;
    assert_eq!(browser.text("#value").await, "-1003");
    assert!(
        browser
            .text("#meaning")
            .await
            .starts_with("wrong user or password")
    );
    assert_eq!(browser.value("#test [name=Username]").await, USER);
    assert_eq!(browser.value("#test [name=Password]").await, "");

    browser.write("#test [name=Password]", PASSWORD).await;
    browser.click("#test button").await;
    let session = browser.text("#ref-SessionID").await;
    browser
        .click_on("#result button", "UploadFileChunk →")
        .await;
    assert_eq!(send_chunk(&browser, b"one", false).await.0, "3");
    assert_eq!(send_chunk(&browser, b"two", false).await.0, "6");
    browser
        .click_on("#result button", "CancelFileUpload →")
        .await;
    assert_eq!(browser.value("#test [name=SessionID]").await, session);
    browser.click("#test button").await;
    assert_eq!(browser.text("#value").await, "0");
    browser.click("#test button").await;
    assert_eq!(browser.text("#value").await, "-1062");
    drop(browser);
    gateway.stop().await;
}
