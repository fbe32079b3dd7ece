//! `ReSendFax` and `ResendBroadcastFax`: the documents of an earlier fax once more.

use time::Duration as Span;

use crate::support::soap::Client;

use super::support::{
    Call, NUMBER, ahead, description, documents, drop_documents_at_once, ended, fax, gateway,
    gateway_with, handed_over, number, other_account, run, submissions, waiting,
    with_dropped_documents,
};

fn resend(id: i64) -> Call {
    Call::of("ReSendFax").with("TransactionID", &id.to_string())
}

fn resend_batch(id: i64, only_errors: bool) -> Call {
    Call::of("ResendBroadcastFax")
        .with("ParentTransactionID", &id.to_string())
        .with("SendErrorsOnly", &only_errors.to_string())
}

/// Number, contact and parent of so many transactions from this one on.
async fn told(client: &mut Client, first: i64, count: i64) -> Vec<(String, String, i64)> {
    let mut told = Vec::new();
    for id in first..first + count {
        let fax = fax(client, id).await;
        let text = |field| fax.text(field).to_owned();
        let parent = fax.number("ParentTransactionID");
        told.push((text("DestinationFax"), text("Contact"), parent));
    }
    told
}

/// An order of two documents with everything that can be chosen.
fn order() -> Call {
    Call::order("onetwo")
        .with("FileTypes", "TXT;HTML")
        .with("FileSizes", "3;3")
        .with("Contacts", "Ann")
        .with("Subject", "subject")
        .with("CSID", "csid")
        .with("JobID", "4711")
        .with("PageSize", "Letter")
        .with("PageOrientation", "Landscape")
        .with("RetriesToPerform", "7")
}

#[tokio::test]
async fn to_the_same_number_it_is_the_same_fax_once_more() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = order().id(&mut client).await;
    let first = description(&handed_over(&gateway, id, 1).await);
    ended(&gateway, &mut client, id, "done\npages 2\n").await;
    for call in [
        resend(id),
        resend(id).with("FaxNumber", ""),
        resend(id).with("FaxNumber", " "),
    ] {
        let again = call.id(&mut client).await;
        let expected = (NUMBER.to_owned(), "Ann".to_owned(), again);
        assert_eq!(told(&mut client, again, 1).await, [expected]);
        let directory = handed_over(&gateway, again, 1).await;
        let described = description(&directory);
        for field in [
            "options",
            "retries",
            "documents",
            "recipient",
            "contact",
            "user",
        ] {
            assert_eq!(described[field], first[field], "{field}");
        }
        let bytes = documents(&directory).into_iter().map(|(_, bytes)| bytes);
        assert_eq!(bytes.collect::<Vec<_>>(), [b"one", b"two"]);
    }
    // The first one stays as it is.
    let told = fax(&mut client, id).await;
    assert_eq!((told.text("Status"), told.text("PagesSent")), ("0", "2"));
    gateway.stop().await;
}

#[tokio::test]
async fn to_another_number_it_keeps_the_contact() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = order().id(&mut client).await;
    let again = resend(id)
        .with("FaxNumber", " 5550199 ")
        .id(&mut client)
        .await;
    let expected = ("5550199".to_owned(), "Ann".to_owned(), again);
    assert_eq!(told(&mut client, again, 1).await, [expected]);
    for bad in ["reception", ";", "12"] {
        let call = resend(id).with("FaxNumber", bad);
        assert_eq!(call.result(&mut client).await, -112, "{bad}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_that_waits_is_sent_once_more_at_once() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = waiting(&mut client, "later").await;
    let again = resend(id).id(&mut client).await;
    let directory = handed_over(&gateway, again, 1).await;
    assert_eq!(documents(&directory)[0].1, b"later");
    assert_eq!(fax(&mut client, id).await.number("Status"), -2);
    // And that one again.
    let third = resend(again).id(&mut client).await;
    handed_over(&gateway, third, 1).await;
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_fax_is_1005_and_somebody_elses_311() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let theirs = as_other(Call::order("text")).id(&mut client).await;
    for id in [
        0,
        -1,
        theirs + 1,
        999_999_999,
        i64::from(i32::MAX) + 1 + theirs,
        i64::MIN,
    ] {
        for call in [resend(id), resend_batch(id, false)] {
            assert_eq!(call.result(&mut client).await, -1005, "{call:?}");
        }
    }
    for call in [resend(theirs), resend_batch(theirs, false)] {
        assert_eq!(call.result(&mut client).await, -311);
        let wrong = call.with("Password", "wrong");
        assert_eq!(wrong.result(&mut client).await, -1003);
    }
    assert_eq!(submissions(&gateway).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn dropped_documents_are_1009() {
    let gateway = gateway_with(drop_documents_at_once).await;
    let mut client = gateway.client();
    let id = with_dropped_documents(&gateway, &mut client).await;
    for call in [resend(id), resend_batch(id, false)] {
        assert_eq!(call.result(&mut client).await, -1009, "{call:?}");
    }
    assert_eq!(submissions(&gateway).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_is_sent_again_a_hundred_times_and_then_1066() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let (id, other) = (
        waiting(&mut client, "text").await,
        waiting(&mut client, "text").await,
    );
    for _ in 0..3 {
        resend(id).id(&mut client).await;
    }
    // As if there had been more of them.
    run(
        &gateway,
        "INSERT INTO fax_submission (account_id, user_name, protocol, client_address, fingerprint, boot, token, resend_of, page_size,
                                     landscape, high_resolution, fine_rendering, retries)
         SELECT account_id, user_name, protocol, client_address, sha256(n::text::bytea), boot, gen_random_uuid(), resend_of, page_size,
                landscape, high_resolution, fine_rendering, retries
         FROM (SELECT * FROM fax_submission WHERE resend_of IS NOT NULL LIMIT 1) s, generate_series(1, 96) n",
    )
    .await;
    assert!(resend(id).result(&mut client).await > 0, "the hundredth");
    let to_another = resend(id).with("FaxNumber", "5550199");
    for call in [resend(id), to_another, resend_batch(id, false)] {
        assert_eq!(call.result(&mut client).await, -1066, "{call:?}");
    }
    assert!(resend(other).result(&mut client).await > 0);
    gateway.stop().await;
}

/// A batch of four: sent, failed, under way, and one that cannot be dialled.
async fn batch(gateway: &crate::support::gateway::Gateway, client: &mut Client) -> i64 {
    let order = order()
        .with("FaxNumbers", "5550100;5550101;5550102;reception")
        .with("Contacts", "Ann;Bob;Cy;Di");
    let first = order.id(client).await;
    ended(gateway, client, first, "done\n").await;
    ended(gateway, client, first + 1, "failed 3932 no\nfinal\n").await;
    first
}

#[tokio::test]
async fn a_batch_is_sent_again_to_everybody() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let first = batch(&gateway, &mut client).await;
    let again = resend_batch(first, false).id(&mut client).await;
    let expected = |parent| {
        let pairs = [
            ("5550100", "Ann"),
            ("5550101", "Bob"),
            ("5550102", "Cy"),
            ("reception", "Di"),
        ];
        pairs.map(|(number, name)| (number.to_owned(), name.to_owned(), parent))
    };
    assert_eq!(told(&mut client, first, 4).await, expected(first));
    assert_eq!(told(&mut client, again, 4).await, expected(again));
    for id in again..again + 3 {
        let directory = handed_over(&gateway, id, 1).await;
        let described = description(&directory);
        assert_eq!(described["options"]["subject"], "subject");
        assert_eq!(documents(&directory).len(), 2);
    }
    assert!(fax(&mut client, again + 3).await.number("Status") > 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_batch_is_sent_again_to_those_it_did_not_reach() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let first = batch(&gateway, &mut client).await;
    let again = resend_batch(first, true).id(&mut client).await;
    let expected = [("5550101", "Bob"), ("reception", "Di")];
    let expected = expected.map(|(number, name)| (number.to_owned(), name.to_owned(), again));
    assert_eq!(told(&mut client, again, 2).await, expected);
    assert_eq!(
        number(&gateway, "SELECT count(*) FROM fax_transaction").await,
        6
    );
    gateway.stop().await;
}

#[tokio::test]
async fn a_batch_that_is_sent_again_after_a_lost_answer_is_the_same_whoever_failed_since() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let first = batch(&gateway, &mut client).await;
    let again = resend_batch(first, true)
        .result_of_lost_answer(&gateway)
        .await;
    assert!(again > first, "{again}");
    ended(&gateway, &mut client, first + 2, "failed 3932 no\nfinal\n").await;
    assert_eq!(resend_batch(first, true).result(&mut client).await, again);
    assert_eq!(submissions(&gateway).await, 2);
    gateway.stop().await;
}

#[tokio::test]
async fn without_errors_there_is_nobody_to_send_to() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    assert_eq!(resend_batch(id, true).result(&mut client).await, -112);
    ended(&gateway, &mut client, id, "done\n").await;
    assert_eq!(resend_batch(id, true).result(&mut client).await, -112);
    gateway.stop().await;
}

#[tokio::test]
async fn a_batch_may_get_another_subject_which_is_cut_to_60_characters() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let first = order().id(&mut client).await;
    let long = "ä".repeat(61);
    for (subject, expected) in [
        ("", "subject"),
        (" ", "subject"),
        ("other", "other"),
        (&*long, &long[..2 * 60]),
    ] {
        let call = resend_batch(first, false).with("Subject", subject);
        let again = call.id(&mut client).await;
        assert_eq!(fax(&mut client, again).await.text("Subject"), expected);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_child_is_no_batch() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text")
        .with("FaxNumbers", "5550100;5550101")
        .with("Postpone", &ahead(Span::HOUR));
    let first = order.id(&mut client).await;
    assert_eq!(
        resend_batch(first + 1, false).result(&mut client).await,
        -1005
    );
    // But a fax like any other.
    let again = resend(first + 1).id(&mut client).await;
    let expected = ("5550101".to_owned(), String::new(), again);
    assert_eq!(told(&mut client, again, 1).await, [expected]);
    gateway.stop().await;
}
