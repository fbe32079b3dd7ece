//! What is told of a fax, field by field.

use time::{Duration as Span, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{gateway::Gateway, soap::Client};

use super::super::support::{Call, Item, NUMBER, ended, gateway, ids, waiting};
use super::{OPERATIONS, found, poll, several};

/// What the vendor's description says a `FaxItem` has.
const FAX_ITEM: [&str; 11] = [
    "TransactionID",
    "SubmitTime",
    "PostponeTime",
    "CompletionTime",
    "DestinationFax",
    "RemoteCSID",
    "PagesSent",
    "Status",
    "Duration",
    "Subject",
    "PagesSubmitted",
];

/// The same of a `FaxItemEx`.
const FAX_ITEM_EX: [&str; 27] = [
    "ParentTransactionID",
    "TransactionID",
    "SubmitTime",
    "PostponeTime",
    "CompletionTime",
    "UserID",
    "Contact",
    "JobID",
    "DestinationFax",
    "ReplyEmail",
    "RemoteCSID",
    "PagesSent",
    "Status",
    "Duration",
    "Subject",
    "PagesSubmitted",
    "SenderCSID",
    "Priority",
    "Units",
    "CostPerUnit",
    "PageSize",
    "PageOrientation",
    "PageResolution",
    "RenderingQuality",
    "PageHeader",
    "RetriesToPerform",
    "TrialsPerformed",
];
/// A fax of which everything is known.
async fn sent(gateway: &Gateway, client: &mut Client) -> i64 {
    let order = Call::order("text")
        .with("Contacts", "Ann")
        .with("CSID", "chunkgate")
        .with("PageHeader", "header")
        .with("JobID", "4711")
        .with("Subject", "<Hello> & \"you\"")
        .with("ReplyAddress", "office@example.com")
        .with("PageSize", "Legal")
        .with("PageOrientation", "Landscape")
        .with("IsHighResolution", "true")
        .with("IsFineRendering", "true")
        .with("RetriesToPerform", "5");
    let id = order.id(client).await;
    let said = "done\npages 3\nduration 61\nremote-csid FAX MACHINE\n";
    ended(gateway, client, id, said).await;
    id
}

#[tokio::test]
async fn every_field_is_there_in_the_order_of_the_description() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    sent(&gateway, &mut client).await;
    waiting(&mut client, "text").await;
    for (operation, names) in [
        ("FaxStatus", &FAX_ITEM[..]),
        ("FaxStatusEx", &FAX_ITEM_EX),
        ("FaxStatusXML", &FAX_ITEM_EX),
    ] {
        let answer = poll(operation, 999_999_999, 10).answer(&mut client).await;
        let found = found(operation, &answer);
        assert_eq!(found.len(), 2);
        for item in found {
            let fields: Vec<&str> = item.0.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(fields, names, "{operation}");
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn every_field_says_what_is_known() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = sent(&gateway, &mut client).await;
    let own = id.to_string();
    let expected = [
        ("ParentTransactionID", &*own),
        ("TransactionID", &*own),
        ("PostponeTime", "0001-01-01T00:00:00"),
        ("UserID", "Office"),
        ("Contact", "Ann"),
        ("JobID", "4711"),
        ("DestinationFax", NUMBER),
        ("ReplyEmail", "office@example.com"),
        ("RemoteCSID", "FAX MACHINE"),
        ("PagesSent", "3"),
        ("Status", "0"),
        ("Duration", "61"),
        ("Subject", "<Hello> & \"you\""),
        ("PagesSubmitted", "3"),
        ("SenderCSID", "chunkgate"),
        ("Priority", "0"),
        ("Units", "0"),
        ("CostPerUnit", "0"),
        ("PageSize", "Legal"),
        ("PageOrientation", "Landscape"),
        ("PageResolution", "Fine"),
        ("RenderingQuality", "Grayscale"),
        ("PageHeader", "header"),
        ("RetriesToPerform", "5"),
        ("TrialsPerformed", "1"),
    ];
    for (operation, element) in OPERATIONS {
        let answer = poll(operation, 999_999_999, 10).answer(&mut client).await;
        let item = &found(operation, &answer)[0];
        for (name, value) in expected {
            if element == "FaxItemEx" || FAX_ITEM.contains(&name) {
                assert_eq!(item.text(name), value, "{operation}: {name}");
            }
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn times_are_in_utc_or_the_first_moment_of_the_calendar() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let before = OffsetDateTime::now_utc() - Span::SECOND;
    let id = sent(&gateway, &mut client).await;
    let after = OffsetDateTime::now_utc() + Span::SECOND;
    waiting(&mut client, "text").await;
    for (operation, _) in OPERATIONS {
        let answer = poll(operation, 999_999_999, 10).answer(&mut client).await;
        let found = found(operation, &answer);
        let time = |item: &Item, name: &str| {
            let text = item.text(name).to_owned();
            assert!(text.ends_with('Z'), "{name}: {text}");
            OffsetDateTime::parse(&text, &Rfc3339).expect("a time")
        };
        let sent = found
            .iter()
            .find(|it| it.number("TransactionID") == id)
            .expect("sent");
        let (submitted, ended) = (time(sent, "SubmitTime"), time(sent, "CompletionTime"));
        assert!(before < submitted && submitted < ended && ended < after);
        let waits = &found[0];
        assert_eq!(waits.text("CompletionTime"), "0001-01-01T00:00:00");
        assert!(time(waits, "PostponeTime") > after);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_text_of_fax_status_xml_has_the_items_of_fax_status_ex() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    sent(&gateway, &mut client).await;
    several(&mut client, 2).await;
    let [ex, xml] = ["FaxStatusEx", "FaxStatusXML"].map(|it| poll(it, 999_999_999, 10));
    let (ex, xml) = (ex.answer(&mut client).await, xml.answer(&mut client).await);
    let expected = found("FaxStatusEx", &ex);
    assert_eq!(expected.len(), 3);
    assert_eq!(found("FaxStatusXML", &xml), expected);
    assert_eq!(
        ids(&xml, "FaxItemEx"),
        [0; 0],
        "they are text in the envelope"
    );
    gateway.stop().await;
}
