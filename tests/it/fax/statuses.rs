//! `FaxStatus`, `FaxStatusEx` and `FaxStatusXML`: the newest faxes, and what became of them.

mod fields;

use time::Duration as Span;

use crate::support::soap::{Answer, Client};

use super::support::{
    Call, Item, ahead, ended, gateway, gateway_with, handed_over, has_status, items, other_account,
    run, say, status, take, waiting,
};

/// The three operations, and what their items are called.
const OPERATIONS: [(&str, &str); 3] = [
    ("FaxStatus", "FaxItem"),
    ("FaxStatusEx", "FaxItemEx"),
    ("FaxStatusXML", "FaxItemEx"),
];

fn poll(operation: &'static str, last: i64, most: i64) -> Call {
    Call::of(operation)
        .with("LastTransactionID", &last.to_string())
        .with("MaxItems", &most.to_string())
}

/// The items of an answer of one of the three.
fn found(operation: &str, answer: &Answer) -> Vec<Item> {
    assert_eq!(answer.text("ResultCode"), Some("0"), "{answer:?}");
    let (_, element) = OPERATIONS
        .into_iter()
        .find(|(it, _)| *it == operation)
        .expect("known");
    if operation != "FaxStatusXML" {
        return items(&answer.body, element);
    }
    let envelope = roxmltree::Document::parse(&answer.body).expect("XML");
    let text = envelope
        .descendants()
        .find(|node| node.tag_name().name() == "FaxStatusXMLResult")
        .and_then(|node| node.text());
    items(text.expect("a text"), element)
}

/// The transactions in an answer of any of the three, which all have the same.
async fn listed(client: &mut Client, last: i64, most: i64) -> Vec<i64> {
    let mut lists = Vec::new();
    for (operation, _) in OPERATIONS {
        let answer = poll(operation, last, most).answer(client).await;
        let found = found(operation, &answer);
        let size = found.len().to_string();
        assert_eq!(answer.text("ListSize"), Some(&*size), "{operation}");
        let ids = found.iter().map(|it| it.number("TransactionID"));
        lists.push(ids.collect::<Vec<_>>());
    }
    assert!(lists.windows(2).all(|two| two[0] == two[1]), "{lists:?}");
    lists.remove(0)
}

async fn several(client: &mut Client, count: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(waiting(client, "text").await);
    }
    ids
}

#[tokio::test]
async fn the_newest_come_first_below_a_bound_that_is_not_included() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    assert_eq!(listed(&mut client, 999_999_999, 10).await, [0; 0]);
    let ids = several(&mut client, 4).await;
    let [a, b, c, d] = ids[..] else {
        panic!("four")
    };
    for (last, expected) in [
        (999_999_999, vec![d, c, b, a]),
        (d + 1, vec![d, c, b, a]),
        (d, vec![c, b, a]),
        (b, vec![a]),
        (a, vec![]),
        (0, vec![]),
        (-1, vec![]),
        (i64::from(i32::MIN), vec![]),
        (i64::from(i32::MAX), vec![d, c, b, a]),
    ] {
        assert_eq!(listed(&mut client, last, 10).await, expected, "{last}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn there_are_at_most_so_many_and_the_total_counts_all() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let ids = several(&mut client, 3).await;
    for (most, expected) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (-1, 3)] {
        let listed = listed(&mut client, 999_999_999, most).await;
        assert_eq!(
            listed,
            ids.iter().rev().take(expected).copied().collect::<Vec<_>>()
        );
        // The total does not hang on what was asked for.
        for last in [999_999_999, ids[1], 0] {
            let answer = poll("FaxStatus", last, most).answer(&mut client).await;
            assert_eq!(answer.text("TotalCount"), Some("3"), "{most}, {last}");
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn there_are_at_most_a_hundred() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let numbers = vec!["5550100"; 101].join(";");
    let order = Call::order("text")
        .with("FaxNumbers", &numbers)
        .with("Postpone", &ahead(Span::HOUR));
    let first = order.id(&mut client).await;
    for most in [101, 1_000_000, -1] {
        let listed = listed(&mut client, 999_999_999, most).await;
        let expected: Vec<i64> = (first + 1..first + 101).rev().collect();
        assert_eq!(listed, expected, "{most}");
    }
    let answer = poll("FaxStatus", 999_999_999, -1).answer(&mut client).await;
    assert_eq!(answer.text("TotalCount"), Some("101"));
    // The rest, as clients ask for it.
    assert_eq!(listed(&mut client, first + 1, -1).await, [first]);
    gateway.stop().await;
}

#[tokio::test]
async fn hidden_faxes_are_neither_listed_nor_counted() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let ids = several(&mut client, 3).await;
    let hide = Call::of("HideFax").with("TransactionID", &ids[1].to_string());
    assert_eq!(hide.result(&mut client).await, 0);
    assert_eq!(listed(&mut client, 999_999_999, 2).await, [ids[2], ids[0]]);
    let answer = poll("FaxStatus", 999_999_999, 1).answer(&mut client).await;
    assert_eq!(answer.text("TotalCount"), Some("2"));
    gateway.stop().await;
}

#[tokio::test]
async fn nobody_sees_anybody_elses() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let ours = several(&mut client, 2).await;
    let theirs = as_other(Call::order("text")).id(&mut client).await;
    assert_eq!(
        listed(&mut client, 999_999_999, 10).await,
        [ours[1], ours[0]]
    );
    for (operation, _) in OPERATIONS {
        let answer = as_other(poll(operation, 999_999_999, 10))
            .answer(&mut client)
            .await;
        let found = found(operation, &answer);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].number("TransactionID"), theirs);
        assert_eq!(answer.text("TotalCount"), Some("1"));
    }
    gateway.stop().await;
}

/// An answer without faxes: the numbers that came in go out again.
fn is_refused(answer: &Answer, code: &str) {
    assert_eq!(answer.text("TotalCount"), Some("17"), "{answer:?}");
    assert_eq!(answer.text("ListSize"), Some("4"), "{answer:?}");
    assert_eq!(answer.text("ResultCode"), Some(code), "{answer:?}");
    assert!(
        !answer.body.contains("Result>") && !answer.body.contains("Result />"),
        "{answer:?}"
    );
}

fn with_refs(call: Call) -> Call {
    call.with("TotalCount", "17")
        .with("ListSize", "4")
        .with("ResultCode", "99")
}

#[tokio::test]
async fn a_failed_log_in_has_no_result_and_leaves_the_ref_parameters() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (operation, _) in OPERATIONS {
        let call = with_refs(poll(operation, 999_999_999, 10)).with("Password", "wrong");
        is_refused(&call.answer(&mut client).await, "-1003");
        let order = ["TotalCount", "ListSize", "ResultCode"];
        let answer = call.answer(&mut client).await;
        let places = order.map(|name| answer.body.find(&format!("<{name}>")).expect(name));
        assert!(places.is_sorted(), "{answer:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_seventh_poll_in_a_minute_is_1011_for_that_account_only() {
    let default = chunkgate::settings::Settings::default()
        .fax
        .status_polls_per_minute;
    let gateway = gateway_with(|settings| settings.fax.status_polls_per_minute = default).await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let wrong = poll("FaxStatus", 1, 1).with("Password", "wrong");
    for n in 0..6 {
        let (operation, _) = OPERATIONS[n % 3];
        let answer = poll(operation, 999_999_999, 10).answer(&mut client).await;
        assert_eq!(answer.text("ResultCode"), Some("0"), "{n}");
        // Whoever is not let in does not count.
        let answer = wrong.answer(&mut client).await;
        assert_eq!(answer.text("ResultCode"), Some("-1003"));
    }
    for (operation, _) in OPERATIONS {
        let call = with_refs(poll(operation, 999_999_999, 10));
        is_refused(&call.answer(&mut client).await, "-1011");
        let answer = as_other(call).answer(&mut client).await;
        assert_eq!(answer.text("ResultCode"), Some("0"));
    }
    // Other questions are not counted.
    let query = Call::of("FaxQuery").with("Verb", "ACTIVE");
    let answer = query.answer(&mut client).await;
    assert_eq!(answer.text("ResultCode"), Some("0"));
    gateway.stop().await;
}

#[tokio::test]
async fn the_status_is_below_0_until_a_fax_is_over_and_0_when_it_was_sent() {
    let gateway = gateway_with(|settings| {
        settings.fax.retry_pause = std::time::Duration::from_hours(1);
    })
    .await;
    let mut client = gateway.client();
    let id = waiting(&mut client, "text").await;
    assert_eq!(status(&mut client, id).await, -2);
    run(&gateway, "UPDATE fax_outbox SET due_at = now()").await;
    let first = handed_over(&gateway, id, 1).await;
    has_status(&mut client, id, -3).await;
    take(&first);
    say(&first, "failed 6017 busy\n");
    super::support::forgotten(&first).await;
    // Waits to be sent again.
    assert_eq!(status(&mut client, id).await, -3);
    run(&gateway, "UPDATE fax_outbox SET due_at = now()").await;
    let second = handed_over(&gateway, id, 2).await;
    assert_eq!(status(&mut client, id).await, -3);
    say(&second, "done\n");
    has_status(&mut client, id, 0).await;
    gateway.stop().await;
}

#[tokio::test]
async fn the_status_of_a_failed_fax_is_what_its_delivery_says() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    ended(
        &gateway,
        &mut client,
        id,
        "failed 3932 nobody there\nfinal\n",
    )
    .await;
    assert_eq!(status(&mut client, id).await, 3932);
    gateway.stop().await;
}
