//! `upload` repeats what was not answered, and nothing else.

mod scripted_server;

use std::{fs, time::Duration};

use chunkgate::cli::upload::{
    CallError, Client, ClientOptions, Fax, SubmitError, TransferCause, TransferError, Transferred,
    transfer,
};

use super::support::{program, program_beside, run_with_input};
use crate::support::gateway::{Gateway, PASSWORD, USER};
use scripted_server::{ScriptedServer, Step};

/// A patient client, but one that does not make the tests wait.
const OPTIONS: ClientOptions = ClientOptions {
    timeout: Duration::from_secs(20),
    retries: 3,
    first_pause: Duration::from_millis(1),
    authorities: Vec::new(),
};

fn upload(server: &ScriptedServer, document: &[u8]) -> Result<Transferred, TransferError> {
    let client = Client::new(&server.url(), OPTIONS).expect("an address");
    transfer(&client, ("user", "password"), document, 4, &mut ())
}

#[test]
fn a_chunk_whose_answer_is_lost_is_sent_again_as_it_was_on_a_new_connection() {
    for loss in [
        Step::HangUp,
        Step::HangUpInTheAnswer,
        Step::Result(-150),
        Step::Status(503),
    ] {
        let server = ScriptedServer::start(&[
            Step::Session("S1"),
            Step::Result(4),
            loss,
            Step::Result(8),
            loss,
            loss,
            Step::Result(9),
        ]);
        let sent = upload(&server, b"abcdefghi").expect("it is repeated");
        assert_eq!(
            (sent.bytes, sent.chunks, sent.repeats),
            (9, 3, 3),
            "{loss:?}"
        );

        let requests = server.requests();
        let bodies: Vec<_> = requests.iter().map(|request| &request.body).collect();
        assert_eq!(bodies[2], bodies[3], "{loss:?}");
        assert!(bodies[4] == bodies[5] && bodies[5] == bodies[6], "{loss:?}");
        assert!(bodies[6].contains("<IsLast>true</IsLast>"));
        assert!(!bodies[3].contains("<IsLast>true</IsLast>"));
        for (lost, again) in [(2, 3), (4, 5), (5, 6)] {
            assert_ne!(
                requests[lost].connection, requests[again].connection,
                "{loss:?}"
            );
        }
    }
}

#[test]
fn an_answer_that_does_not_come_in_time_is_lost() {
    let server = ScriptedServer::start(&[Step::Session("S1"), Step::Silence, Step::Result(3)]);
    let options = ClientOptions {
        timeout: Duration::from_millis(300),
        ..OPTIONS
    };
    let client = Client::new(&server.url(), options).expect("an address");
    let sent = transfer(&client, ("user", "password"), &b"abc"[..], 4, &mut ());
    assert_eq!(sent.expect("it is repeated").repeats, 1);
}

#[test]
fn repetition_is_bounded_and_the_session_is_cancelled() {
    let mut script = vec![Step::Session("S1")];
    script.extend([Step::HangUp; 4]);
    script.push(Step::Result(0));
    let server = ScriptedServer::start(&script);
    let error = upload(&server, b"abc").expect_err("it is given up");
    assert!(
        matches!(
            error.cause,
            TransferCause::Call(CallError::NoAnswer { attempts: 4, .. })
        ),
        "{error}"
    );
    assert!(matches!(error.cancelled, Some(Ok(()))), "{error}");
    let last = server.requests().pop().expect("requests");
    assert!(last.body.contains("<CancelFileUpload "), "{}", last.body);
    assert!(last.body.contains("<SessionID>S1</SessionID>"));
}

#[test]
fn a_refusal_is_not_repeated() {
    let server =
        ScriptedServer::start(&[Step::Session("S1"), Step::Result(-1063), Step::Result(0)]);
    let error = upload(&server, b"abc").expect_err("it is refused");
    assert!(
        matches!(
            error.cause,
            TransferCause::Call(CallError::Refused { code: -1063, .. })
        ),
        "{error}"
    );
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_refusal_in_plain_text_is_shown_as_far_as_it_helps() {
    let message = |status, content_type, body| {
        let server = ScriptedServer::start(&[Step::Refusal(status, content_type, body)]);
        let error = upload(&server, b"abc").expect_err("it is refused");
        error.to_string()
    };
    let start = "the server answered with HTTP status";
    assert_eq!(
        message(400, "text/plain; charset=utf-8", "\r\nSpeak\x1b TLS.\nMore"),
        format!("{start} 400: Speak TLS.")
    );
    assert_eq!(message(403, "text/html", "<p>no"), format!("{start} 403"));
    assert_eq!(
        message(404, "text/html", ""),
        format!("{start} 404; the path is /dfs.asmx by default")
    );
    let long: &'static str = "x".repeat(300).leak();
    assert_eq!(
        message(403, "text/plain", long),
        format!("{start} 403: {}", &long[..200])
    );
}

#[test]
fn nobody_there_is_said() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/dfs.asmx", free.local_addr().unwrap());
    drop(free);
    let client = Client::new(&url, OPTIONS).expect("an address");
    let error = transfer(&client, ("user", "password"), &b"abc"[..], 4, &mut ());
    let message = error.expect_err("nobody listens").to_string();
    assert!(message.contains("is a gateway running there?"), "{message}");
}

#[test]
fn a_total_that_does_not_fit_is_an_error_that_says_so() {
    let server = ScriptedServer::start(&[
        Step::Session("S1"),
        Step::Result(4),
        Step::Result(12),
        Step::Result(0),
    ]);
    let error = upload(&server, b"abcdefgh").expect_err("a byte too many");
    let message = error.to_string();
    assert!(message.contains("12") && message.contains('8'), "{message}");
    assert!(message.contains("cancelled"), "{message}");
}

#[test]
fn an_empty_document_starts_no_session() {
    let server = ScriptedServer::start(&[]);
    let error = upload(&server, b"").expect_err("nothing to send");
    assert!(matches!(error.cause, TransferCause::Empty), "{error}");
    assert_eq!(server.requests().len(), 0);
}

/// Uploads `abc` in one chunk and submits it.
fn upload_and_submit(server: &ScriptedServer) -> Result<u64, SubmitError> {
    let client = Client::new(&server.url(), OPTIONS).expect("an address");
    let credentials = ("user", "p<ss");
    let upload = transfer(&client, credentials, &b"abc"[..], 4, &mut ()).expect("it goes well");
    let fax = Fax {
        number: "+1-212-5550100",
        kind: "PDF",
        upload: &upload,
    };
    client.submit(credentials, fax, &mut ())
}

#[test]
fn a_submission_whose_answer_is_lost_is_sent_again_as_it_was() {
    for loss in [Step::HangUp, Step::Result(-150), Step::Status(503)] {
        let server = ScriptedServer::start(&[
            Step::Session("S1"),
            Step::Result(3),
            loss,
            Step::Result(4711),
        ]);
        let submitted = upload_and_submit(&server);
        assert_eq!(submitted.expect("it is repeated"), 4711, "{loss:?}");
        let requests = server.requests();
        assert_eq!(requests[2].body, requests[3].body, "{loss:?}");
        assert_ne!(requests[2].connection, requests[3].connection, "{loss:?}");
        for part in [
            "<SendfaxEx_2 xmlns=",
            "<Password>p&lt;ss</Password>",
            "<FaxNumbers>+1-212-5550100</FaxNumbers>",
            "<FileTypes>PDF</FileTypes>",
            "<FileSizes>3/sessionID=S1</FileSizes>",
        ] {
            assert!(requests[3].body.contains(part), "{}", requests[3].body);
        }
    }
}

#[test]
fn a_submission_that_fails_says_whether_the_fax_may_be_on_its_way() {
    let hang_up_always = [Step::HangUp; 4];
    for (script, words) in [
        (
            vec![Step::Result(-112), Step::Result(0)],
            "nothing is faxed",
        ),
        (
            [&hang_up_always[..], &[Step::Result(-1062)]].concat(),
            "may be on its way",
        ),
        (
            [&hang_up_always[..], &[Step::HangUp]].concat(),
            "may be on its way",
        ),
    ] {
        let begin = [Step::Session("S1"), Step::Result(3)];
        let server = ScriptedServer::start(&[&begin[..], &script].concat());
        let message = upload_and_submit(&server)
            .expect_err("it fails")
            .to_string();
        assert!(message.contains(words), "{message}");
        let last = server.requests().pop().expect("requests").body;
        assert!(last.contains("<CancelFileUpload "), "{last}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_uploads_a_file_and_has_it_faxed() {
    let gateway = Gateway::start().await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://{}/dfs.asmx", gateway.address);
    let upload = |name: &str, number: &str, options: &[&str]| {
        let file = folder.path().join(name);
        fs::write(&file, "Hello, fax").unwrap();
        let file = file.to_str().unwrap();
        let arguments = [
            "upload", file, "--url", &url, "--user", USER, "--fax", number,
        ];
        let arguments = [&arguments[..], &["--password-stdin"], options].concat();
        run_with_input(&mut program(&arguments), PASSWORD)
    };
    let line = upload("fax.txt", "12345;67890", &["--json"]);
    let id = line.ends_with(0).json().remove(0)["transaction"].to_string();
    let show = ["fax", "show", &id, "--json"];
    let shown = run_with_input(&mut program_beside(&gateway, &show), "").json();
    assert_eq!(shown[0]["recipient"], "12345");
    assert_eq!(shown[0]["documents"][0]["type"], "TXT");
    assert_eq!(shown[0]["batch"].as_array().map(Vec::len), Some(2));

    upload("fax.txt", "12345", &[])
        .ends_with(0)
        .shows("TransactionID=");
    upload("fax.txt", "none", &[]).ends_with(3).says("-112");
    upload("fax.xyz", "12345", &[])
        .ends_with(3)
        .says("fax.file_types");
    upload("fax", "12345", &[]).ends_with(2).says("scan.pdf");
    let list = ["session", "list", "--state", "complete"];
    run_with_input(&mut program_beside(&gateway, &list), "").says("no such uploads");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_uploads_a_file_to_a_gateway() {
    let gateway = Gateway::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fax.pdf");
    let document = include_bytes!("../../data/sample.pdf");
    fs::write(&file, document).unwrap();
    let url = format!("http://{}/dfs.asmx", gateway.address);
    let upload = |user: &str, chunk: &str| {
        let file = file.to_str().unwrap();
        let arguments = [
            "upload",
            file,
            "--url",
            &url,
            "--user",
            user,
            "--password-stdin",
            "--chunk-size",
            chunk,
            "--json",
        ];
        run_with_input(&mut program(&arguments), PASSWORD)
    };
    let line = upload(USER, "100000").ends_with(0).json().remove(0);
    assert_eq!(line["chunks"], 4);
    let session = line["session_id"].as_str().expect("a SessionID");
    let id = gateway.session(session).await;
    assert!(gateway.content(id).await == document);

    upload("nobody", "100000").ends_with(3).says("-1003");
    upload(USER, "4MiB").ends_with(0);
    let list = ["session", "list", "--state", "complete", "--json"];
    let complete = run_with_input(&mut program_beside(&gateway, &list), "").json();
    assert_eq!(complete.len(), 2);
    gateway.stop().await;
}

#[test]
fn an_address_that_is_none_is_wrong_usage() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    for url in ["ftp://127.0.0.1/dfs.asmx", "127.0.0.1:8080"] {
        let arguments = [
            "upload",
            file,
            "--url",
            url,
            "--user",
            "x",
            "--password-stdin",
        ];
        run_with_input(&mut program(&arguments), "x\n")
            .ends_with(2)
            .says("http://");
    }
}
