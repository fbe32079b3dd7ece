//! The help page in a browser's eyes.

use chunkgate::{
    protocol::interfax::{CONTRACT, codes},
    settings::Settings,
};

use crate::support::gateway::Gateway;

use super::support::{get, header};

#[tokio::test]
async fn it_lists_the_operations_with_links() {
    let gateway = Gateway::start().await;
    let page = get(&gateway, "", &[]).await.body;
    assert!(page.contains("The following operations are supported."));
    assert!(page.contains("<a href=\"?wsdl\">Service Description</a>"));
    let mut last = 0;
    for operation in CONTRACT.operations {
        let name = operation.name;
        let link = format!("<a href=\"?op={name}\">{name}</a>");
        let at = page.find(&link).unwrap_or_else(|| panic!("no {link}"));
        assert!(at > last, "{name} is in order");
        last = at;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn every_operation_has_a_page_with_its_parameters_and_samples() {
    let gateway = Gateway::start().await;
    for operation in CONTRACT.operations {
        let page = get(&gateway, &format!("?op={}", operation.name), &[])
            .await
            .body;
        assert!(page.contains(&format!("<h1>{}</h1>", operation.name)));
        for parameter in operation.parameters {
            assert!(page.contains(&format!("<code>{}</code>", parameter.name)));
        }
        for (id, expected) in [
            ("soap11", true),
            ("soap12", true),
            ("get", operation.has_form()),
            ("post", operation.has_form()),
        ] {
            let samples = page.contains(&format!("<section id=\"{id}\">"));
            assert_eq!(samples, expected, "{} {id}", operation.name);
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_list_ends_with_the_numbers_and_their_meanings() {
    let gateway = Gateway::start().await;
    let page = get(&gateway, "", &[]).await.body;
    let (_, table) = page.split_once("<h2 id=\"codes\">").expect("a table");
    for (code, meaning) in [
        (0, "done"),
        (codes::INTERNAL, "internal failure"),
        (codes::NOT_PRIMARY, "not a primary user"),
        (codes::SWITCH_GROUP, "the account belongs to another"),
        (codes::NO_SERVICE, "the account has no fax service"),
        (codes::AUTHENTICATION, "wrong user or password"),
        (codes::TOO_MANY_REQUESTS, "too many open sessions"),
        (codes::MISSING_CHUNK, "no chunk, or an empty one"),
        (codes::WRONG_SESSION, "session unknown"),
        (codes::TOTAL_TOO_BIG, "chunk or upload too big"),
        (codes::ADDRESS, "the account may not be used"),
    ] {
        let row = format!("<td><code>{code}</code></td><td>{meaning}");
        assert!(table.contains(&row), "no {row} in {table}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_parameter_that_operations_need_is_not_called_dispensable() {
    let gateway = Gateway::start().await;
    let page = get(&gateway, "?op=UploadFileChunk", &[]).await.body;
    assert_eq!(page.matches("<td>optional in the schema</td>").count(), 2);
    assert!(!page.contains("may be missing"), "{page}");
    gateway.stop().await;
}

#[tokio::test]
async fn samples_of_http_get_are_left_out_where_it_is_switched_off() {
    let gateway = Gateway::with(|settings| settings.interfax.http_get = false).await;
    let page = get(&gateway, "?op=UploadFileChunk", &[]).await.body;
    assert!(!page.contains("<section id=\"get\">"), "{page}");
    assert!(page.contains("<section id=\"post\">"), "{page}");
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_operation_is_named_and_the_others_are_offered() {
    let gateway = Gateway::start().await;
    let page = get(&gateway, "?op=SendMail", &[]).await;
    assert_eq!(page.status, 200);
    let text = "Method 'SendMail' was not found in service InterFax.";
    assert!(page.body.contains(text), "{}", page.body);
    assert!(page.body.contains("<a href=\"?op=UploadFileChunk\">"));
    assert!(!page.body.contains("did you mean"));

    let page = get(&gateway, "?OP=uploadfilechunk", &[]).await.body;
    let hint = "did you mean <a href=\"?op=UploadFileChunk\">";
    assert!(page.contains(hint), "{page}");
    gateway.stop().await;
}

#[tokio::test]
async fn nothing_on_it_runs_or_is_fetched_from_elsewhere() {
    let gateway = Gateway::start().await;
    for query in ["", "?op=UploadFileChunk", "?op=Nothing"] {
        let page = get(&gateway, query, &[]).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "private, max-age=0"),
        ] {
            assert_eq!(header(&page.head, name), Some(value), "{query}");
        }
        let policy = header(&page.head, "content-security-policy").expect("a policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        for forbidden in ["<script", "javascript:", " on", "src=", "@import", "url("] {
            let tags = tags_of(&page.body);
            assert!(!tags.contains(forbidden), "{query}: {forbidden} in {tags}");
        }
        assert!(!page.body.contains("href=\"http"), "{query}");
    }
    gateway.stop().await;
}

/// The markup without its text.
fn tags_of(page: &str) -> String {
    let tags = page.split('<').skip(1);
    tags.map(|tag| tag.split('>').next().unwrap_or(tag))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn what_a_client_sends_is_text_and_never_markup() {
    let gateway = Gateway::with(|settings: &mut Settings| {
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let attack = "<img src=x onerror=alert(1)>'\"&";
    let query = "?op=%3Cimg%20src=x%20onerror=alert(1)%3E%27%22%26";
    let page = get(&gateway, query, &[]).await.body;
    assert!(!page.contains("<img"), "{page}");
    assert!(
        page.contains("&lt;img src=x onerror=alert(1)&gt;'&quot;&amp;"),
        "{page}"
    );
    for header in [
        "Host",
        "X-Forwarded-Host",
        "X-Forwarded-Prefix",
        "X-Forwarded-Proto",
    ] {
        let value = if header == "X-Forwarded-Prefix" {
            format!("/{attack}")
        } else {
            attack.to_owned()
        };
        for query in ["", "?op=UploadFileChunk", "?op=x"] {
            let page = get(&gateway, query, &[(header, &value)]).await.body;
            assert!(!page.contains("<img"), "{header} {query}: {page}");
        }
        for query in ["?wsdl", "?disco"] {
            let document = get(&gateway, query, &[(header, &value)]).await.body;
            let parsed = roxmltree::Document::parse(&document);
            let parsed = parsed.unwrap_or_else(|error| panic!("{header} {query}: {error}"));
            assert!(
                !parsed
                    .descendants()
                    .any(|node| node.tag_name().name() == "img")
            );
        }
    }
    gateway.stop().await;
}
