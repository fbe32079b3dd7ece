//! No log line holds what was entered into a form, however much is logged.

use crate::support::{
    alone::has_process_of_its_own,
    gateway::{Gateway, PASSWORD, USER},
    log::Log,
    wire::Wire,
};

use super::support::post;

#[tokio::test]
async fn log_lines_hold_nothing_that_was_entered() {
    if !has_process_of_its_own("help::secrets::log_lines_hold_nothing_that_was_entered") {
        return;
    }
    let kept = Log::keep();

    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let mut wire = Wire::connect(gateway.address).await;
    let log_in = |password| {
        [
            ("Username", USER),
            ("Password", password),
            ("SessionID", ""),
        ]
    };
    for request in [
        post("?op=StartFileUpload", &log_in(PASSWORD)),
        post("?op=StartFileUpload", &log_in("wrong-password")),
        post(
            "?op=StartFileUpload&x=in-the-query",
            &log_in("wrong-password"),
        ),
        post("?op=StartFileUpload", &log_in("wrong-password")[..2]),
        post("?show&op=UploadFileChunk", &[("SessionID", &session)]),
        post(
            "?op=UploadFileChunk",
            &[("SessionID", "x"), ("Chunk", ""), ("IsLast", &session)],
        ),
        post(
            "?op=UploadFileChunk",
            &[("SessionID", "x"), ("Chunk", &session), ("IsLast", "true")],
        ),
        post("?op=CancelFileUpload", &[("SessionID", &session)]),
    ] {
        wire.ask(&request).await;
    }
    gateway.stop().await;

    let log = kept.text();
    for line in ["StartFileUpload", "UploadFileChunk", "CancelFileUpload"] {
        assert!(log.contains(line), "{line} was not logged:\n{log}");
    }
    for secret in ["s3cret", "wrong-password", "in-the-query", &session] {
        assert!(!log.contains(secret), "{secret} was logged:\n{log}");
    }
}
