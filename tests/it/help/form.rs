//! Trying operations: who may, what is shown again, and whose page may ask for it.

use chunkgate::settings::{Settings, TestFormAccess};

use crate::support::{
    gateway::{Gateway, PASSWORD, USER},
    request::Request,
    soap::Answer,
    wire::Wire,
};

use super::support::{get, header, post, unescape};

async fn ask(gateway: &Gateway, request: &Request) -> Answer {
    Wire::connect(gateway.address).await.ask(request).await
}

const CHUNK: [(&str, &str); 3] = [
    ("SessionID", "none"),
    ("Chunk", "SGVsbG8="),
    ("IsLast", "true"),
];

/// The text of the element with this id.
fn element<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) = page
        .split_once(&format!("id=\"{id}\">"))
        .unwrap_or_else(|| panic!("no {id}: {page}"));
    rest.split('<').next().expect("text")
}

#[tokio::test]
async fn every_operation_can_be_tried_and_says_what_its_result_means() {
    let gateway = Gateway::start().await;
    let start = [
        ("Username", USER),
        ("Password", PASSWORD),
        ("SessionID", ""),
    ];
    let page = ask(&gateway, &post("?op=StartFileUpload", &start)).await;
    assert_eq!(page.status, 200);
    assert_eq!(header(&page.head, "cache-control"), Some("no-store"));
    let policy = header(&page.head, "content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert_eq!(element(&page.body, "value"), "0");
    let session = element(&page.body, "ref-SessionID").to_owned();
    assert_eq!(session.len(), 64);

    let chunk = [
        ("SessionID", session.as_str()),
        CHUNK[1],
        ("IsLast", "false"),
    ];
    let page = ask(&gateway, &post("?op=UploadFileChunk", &chunk))
        .await
        .body;
    assert_eq!(element(&page, "value"), "5");
    assert_eq!(element(&page, "meaning"), "5 bytes received so far");
    let reply = unescape(element(&page, "reply"));
    assert!(
        reply.contains("<UploadFileChunkResult>5</UploadFileChunkResult>"),
        "{reply}"
    );

    let page = ask(&gateway, &post("?op=CancelFileUpload", &chunk[..1]))
        .await
        .body;
    assert_eq!(element(&page, "value"), "0");
    let page = ask(&gateway, &post("?op=UploadFileChunk", &chunk))
        .await
        .body;
    assert_eq!(element(&page, "value"), "-1062");
    assert_eq!(
        element(&page, "meaning"),
        "session unknown, expired, cancelled, closed or used"
    );
    gateway.stop().await;
}

#[tokio::test]
async fn what_was_entered_is_shown_again_but_for_passwords_and_long_data() {
    let gateway = Gateway::start().await;
    let fields = [
        ("Username", "<b>\"&"),
        ("Password", "never-again"),
        ("SessionID", "x"),
    ];
    let page = ask(&gateway, &post("?op=StartFileUpload", &fields))
        .await
        .body;
    assert!(page.contains("value=\"&lt;b&gt;&quot;&amp;\""), "{page}");
    assert!(!page.contains("<b>"), "{page}");
    assert!(!page.contains("never-again"), "{page}");

    let long = "A".repeat(100_000);
    let chunk = [
        ("Chunk", long.as_str()),
        ("SessionID", "x"),
        ("IsLast", "true"),
    ];
    let page = ask(&gateway, &post("?op=UploadFileChunk", &chunk))
        .await
        .body;
    assert!(page.contains("<option value=\"true\" selected>"), "{page}");
    assert!(!page.contains("AAAAA"), "the chunk is shown again");

    let page = ask(&gateway, &post("?op=UploadFileChunk", &chunk[1..])).await;
    assert_eq!(page.status, 400);
    assert!(
        page.body.contains("Missing parameter: Chunk."),
        "{}",
        page.body
    );
    gateway.stop().await;
}

/// What the form's text area for the chunk holds.
fn chunk_shown(page: &str) -> &str {
    let (_, field) = page.split_once("<textarea").expect("a text area");
    let (_, rest) = field.split_once('>').expect("the end of its tag");
    rest.split_once("</textarea>").expect("its end").0
}

#[tokio::test]
async fn a_chunk_is_shown_again_when_it_was_refused() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let long = "A".repeat(60_000);
    for (session, chunk, shown) in [
        ("none", "SGVsbG8=", "SGVsbG8="),
        ("none", long.as_str(), long.as_str()),
        (session.as_str(), "no base64: <", "no base64: &lt;"),
        (session.as_str(), "SGVsbG8=", ""),
        (session.as_str(), long.as_str(), ""),
    ] {
        let fields = [
            ("SessionID", session),
            ("Chunk", chunk),
            ("IsLast", "false"),
        ];
        let page = ask(&gateway, &post("?op=UploadFileChunk", &fields)).await;
        assert_eq!(chunk_shown(&page.body), shown, "{chunk}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn what_a_browser_does_by_itself_is_not_asked_for() {
    let gateway = Gateway::start().await;
    let fields = [("SessionID", "x"), ("Chunk", "?"), ("IsLast", "true")];
    let page = ask(&gateway, &post("?op=UploadFileChunk", &fields)).await;
    assert_eq!(page.status, 400);
    assert!(page.body.contains("Chunk is not base64."), "{}", page.body);
    assert!(!page.body.contains("%2B"), "{}", page.body);
    gateway.stop().await;
}

/// The operations to which a page offers to go on.
fn offered(page: &str) -> Vec<&str> {
    let forms = page.split("action=\"?show&amp;op=").skip(1);
    forms.filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn the_operations_that_may_follow_are_offered_after_success_only() {
    let gateway = Gateway::start().await;
    let start = |password| {
        [
            ("Username", USER),
            ("Password", password),
            ("SessionID", ""),
        ]
    };
    let page = ask(&gateway, &post("?op=StartFileUpload", &start("wrong"))).await;
    assert_eq!(offered(&page.body), [""; 0]);
    let page = ask(&gateway, &post("?op=StartFileUpload", &start(PASSWORD))).await;
    assert_eq!(offered(&page.body), ["UploadFileChunk", "CancelFileUpload"]);
    let session = element(&page.body, "ref-SessionID").to_owned();

    let chunk = [("SessionID", session.as_str()), CHUNK[1], CHUNK[2]];
    let upload = post("?op=UploadFileChunk", &chunk);
    let page = ask(&gateway, &upload).await.body;
    assert_eq!(offered(&page), ["CancelFileUpload"]);
    // The same one again would be answered again: a complete upload takes no other.
    let other = [chunk[0], ("Chunk", "b3RoZXI="), chunk[2]];
    let page = ask(&gateway, &post("?op=UploadFileChunk", &other))
        .await
        .body;
    assert_eq!(element(&page, "value"), "-1062");
    assert_eq!(offered(&page), [""; 0]);

    let page = ask(&gateway, &post("?op=CancelFileUpload", &chunk[..1])).await;
    assert_eq!(element(&page.body, "value"), "0");
    assert_eq!(offered(&page.body), [""; 0]);
    gateway.stop().await;
}

#[tokio::test]
async fn a_form_can_be_shown_filled_in_without_running_anything() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let fields = [("SessionID", session.as_str())];
    let page = ask(&gateway, &post("?show&op=CancelFileUpload", &fields))
        .await
        .body;
    assert!(page.contains(&format!("value=\"{session}\"")), "{page}");
    assert!(!page.contains("id=\"result\""), "{page}");
    assert_eq!(
        gateway.client().chunk(&session, b"still open", false).await,
        10
    );
    gateway.stop().await;
}

#[tokio::test]
async fn it_is_for_the_local_machine_unless_a_setting_says_otherwise() {
    let only_local = "The test form is only available for requests from the local machine.";
    for (access, local, remote) in [
        (TestFormAccess::Local, true, false),
        (TestFormAccess::Always, true, true),
        (TestFormAccess::Never, false, false),
    ] {
        let gateway = Gateway::with(|settings: &mut Settings| {
            settings.interfax.test_form = access;
            settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        // Behind a trusted proxy, the client is who the proxy says.
        for (client, may) in [("127.0.0.1", local), ("::1", local), ("192.0.2.7", remote)] {
            let headers = [("X-Forwarded-For", client)];
            let page = get(&gateway, "?op=UploadFileChunk", &headers).await.body;
            assert_eq!(page.contains("<form"), may, "{access:?} {client}");
            let says_so = access == TestFormAccess::Local && !may;
            assert_eq!(page.contains(only_local), says_so, "{access:?} {client}");

            let tried = post("?op=UploadFileChunk", &CHUNK).header("X-Forwarded-For", client);
            let answer = ask(&gateway, &tried).await;
            if may {
                assert_eq!(
                    element(&answer.body, "value"),
                    "-1062",
                    "{access:?} {client}"
                );
            } else {
                assert_eq!(
                    (answer.status, answer.body.as_str()),
                    (415, ""),
                    "{access:?} {client}"
                );
            }
        }
        gateway.stop().await;
    }
}

#[tokio::test]
async fn what_only_looks_local_is_not() {
    let gateway = Gateway::start().await;
    let tried = post("?op=UploadFileChunk", &CHUNK).header("Host", "127.0.0.1:8080");
    assert_eq!(ask(&gateway, &tried).await.status, 200);
    for (name, value) in [
        // Somebody's name that leads here, and a browser that believes it.
        ("Host", "evil.example"),
        ("Host", "localhost.evil.example"),
        // A proxy on this machine that nobody has named as trusted.
        ("X-Forwarded-For", "8.8.8.8"),
        ("X-Forwarded-Proto", "https"),
        ("X-Real-IP", "8.8.8.8"),
        ("Forwarded", "for=127.0.0.1"),
        ("Via", "1.1 proxy"),
    ] {
        let tried = tried.clone().header(name, value);
        let tried = tried.header("Sec-Fetch-Site", "same-origin");
        assert_eq!(ask(&gateway, &tried).await.status, 415, "{name}: {value}");
        let page = get(&gateway, "?op=UploadFileChunk", &[(name, value)]).await;
        assert!(!page.body.contains("<form"), "{name}: {value}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_form_from_another_sites_page_is_refused() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let cancel = post("?op=CancelFileUpload", &[("SessionID", &session)]);
    let cancel = cancel.header("Host", "localhost:8080");
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "http://evil.example"),
        ("Origin", "http://localhost:8080.evil.example"),
        ("Origin", "http://localhost"),
        ("Origin", "null"),
    ] {
        let answer = ask(&gateway, &cancel.clone().header(name, value)).await;
        assert_eq!(answer.status, 403, "{name}: {value}");
        assert!(
            answer.body.contains("nothing was done"),
            "{name}: {}",
            answer.body
        );
    }
    assert_eq!(
        gateway.client().chunk(&session, b"still open", false).await,
        10
    );
    for (name, value) in [
        ("Sec-Fetch-Site", "same-origin"),
        ("Origin", "http://localhost:8080"),
        ("Origin", "http://LOCALHOST:8080"),
    ] {
        let answer = ask(&gateway, &cancel.clone().header(name, value)).await;
        assert_eq!(answer.status, 200, "{name}: {value}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_operation_and_another_content_type_run_nothing() {
    let gateway = Gateway::start().await;
    let page = ask(&gateway, &post("?op=Nothing", &CHUNK)).await;
    assert!(
        page.body.contains("Method 'Nothing' was not found"),
        "{}",
        page.body
    );
    let multipart = post("?op=UploadFileChunk", &CHUNK)
        .header("Content-Type", "multipart/form-data; boundary=x");
    assert_eq!(ask(&gateway, &multipart).await.status, 415);
    let without_operation = post("", &CHUNK);
    assert_eq!(ask(&gateway, &without_operation).await.status, 415);
    gateway.stop().await;
}
