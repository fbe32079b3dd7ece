//! `FaxQuery`: the faxes whose numbers meet a condition.

use time::Duration as Span;

use crate::support::soap::Client;

use super::support::{Call, ahead, ended, gateway, ids, other_account, waiting};

fn query(verb: &str, data: &str) -> Call {
    Call::of("FaxQuery")
        .with("Verb", verb)
        .with("VerbData", data)
        .with("MaxItems", "-1")
}

/// What a verb and its data find.
async fn finds(client: &mut Client, verb: &str, data: &str) -> Vec<i64> {
    let answer = query(verb, data).answer(client).await;
    assert_eq!(
        answer.text("ResultCode"),
        Some("0"),
        "{verb} {data:?}: {answer:?}"
    );
    assert!(
        answer.body.contains("<FaxQueryResult"),
        "{verb} {data:?}: {answer:?}"
    );
    ids(&answer, "FaxItemEx")
}

#[tokio::test]
async fn verbs_compare_numbers_of_transactions() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(waiting(&mut client, "text").await);
    }
    let [one, two, three, four, five] = ids[..] else {
        panic!("five")
    };
    for (verb, data, expected) in [
        ("GT", format!("{three}"), vec![five, four]),
        ("GE", format!("{three}"), vec![five, four, three]),
        ("LT", format!("{three}"), vec![two, one]),
        ("LE", format!("{three}"), vec![three, two, one]),
        ("EQ", format!("{three}"), vec![three]),
        ("BETWEEN", format!("{two},{four}"), vec![four, three, two]),
        ("BETWEEN", format!("{three},{three}"), vec![three]),
        ("IN", format!("{one}"), vec![one]),
        (
            "IN",
            format!("{four},{one},{five},{one}"),
            vec![five, four, one],
        ),
        ("IN", format!("{one},{}", five + 1), vec![one]),
        ("GT", format!("{five}"), vec![]),
        ("GT", "2147483647".to_owned(), vec![]),
        ("GE", "0".to_owned(), vec![five, four, three, two, one]),
        ("LT", "0".to_owned(), vec![]),
        ("EQ", format!("{}", five + 1), vec![]),
    ] {
        assert_eq!(
            finds(&mut client, verb, &data).await,
            expected,
            "{verb} {data}"
        );
    }
    // In any case, with blanks anywhere.
    for verb in ["between", "Between", " BETWEEN\n"] {
        let data = format!("  {two} ,\t{four} ");
        assert_eq!(
            finds(&mut client, verb, &data).await,
            [four, three, two],
            "{verb:?}"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn parent_finds_a_batch() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let alone = waiting(&mut client, "text").await;
    let order = Call::order("text")
        .with("FaxNumbers", "5550100;reception;5550102")
        .with("Postpone", &ahead(Span::HOUR));
    let first = order.id(&mut client).await;
    let batch = [first + 2, first + 1, first];
    assert_eq!(
        finds(&mut client, "PARENT", &first.to_string()).await,
        batch
    );
    assert_eq!(
        finds(&mut client, "parent", &alone.to_string()).await,
        [alone]
    );
    let child = (first + 1).to_string();
    assert_eq!(finds(&mut client, "PARENT", &child).await, [0; 0]);
    gateway.stop().await;
}

#[tokio::test]
async fn active_finds_what_is_not_over() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let sent = Call::order("text").id(&mut client).await;
    ended(&gateway, &mut client, sent, "done\n").await;
    let failed = Call::order("text").id(&mut client).await;
    ended(&gateway, &mut client, failed, "failed 1 no\nfinal\n").await;
    let cancelled = waiting(&mut client, "text").await;
    let cancel = Call::of("CancelFax").with("TransactionID", &cancelled.to_string());
    assert_eq!(cancel.result(&mut client).await, 0);
    assert_eq!(finds(&mut client, "ACTIVE", "").await, [0; 0]);
    let on_its_way = Call::order("text").id(&mut client).await;
    let waits = waiting(&mut client, "text").await;
    assert_eq!(finds(&mut client, "Active", " ").await, [waits, on_its_way]);
    let without_data = query("ACTIVE", "").without("VerbData");
    let answer = without_data.answer(&mut client).await;
    assert_eq!(ids(&answer, "FaxItemEx"), [waits, on_its_way]);
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_verb_or_data_that_make_no_sense_are_1030() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    waiting(&mut client, "text").await;
    for (verb, data) in [
        ("", ""),
        ("", "1"),
        ("NE", "1"),
        ("LIKE", "1"),
        ("G E", "1"),
        ("PARENT", ""),
        ("GT", ""),
        ("GE", "x"),
        ("LT", "1.5"),
        ("LE", "-1"),
        ("EQ", "1,2"),
        ("EQ", "99999999999"),
        ("BETWEEN", "1"),
        ("BETWEEN", "1,2,3"),
        ("BETWEEN", "2,1"),
        ("BETWEEN", ",2"),
        ("IN", ""),
        ("IN", "1,,2"),
        ("IN", "1;2"),
    ] {
        let answer = query(verb, data).answer(&mut client).await;
        assert_eq!(answer.text("ResultCode"), Some("-1030"), "{verb} {data:?}");
        assert!(!answer.body.contains("FaxQueryResult"), "{verb} {data:?}");
    }
    let nothing = Call::of("FaxQuery").answer(&mut client).await;
    assert_eq!(nothing.text("ResultCode"), Some("-1030"));
    gateway.stop().await;
}

#[tokio::test]
async fn the_log_in_comes_before_the_verb() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let call = query("nonsense", "").with("Password", "wrong");
    let answer = call.answer(&mut client).await;
    assert_eq!(answer.text("ResultCode"), Some("-1003"));
    assert!(!answer.body.contains("FaxQueryResult"), "{answer:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn only_own_faxes_that_are_not_hidden_are_found_and_at_most_so_many() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let mine = waiting(&mut client, "text").await;
    let theirs = as_other(Call::order("text")).id(&mut client).await;
    let hidden = waiting(&mut client, "text").await;
    let newest = waiting(&mut client, "text").await;
    let hide = Call::of("HideFax").with("TransactionID", &hidden.to_string());
    assert_eq!(hide.result(&mut client).await, 0);
    for (verb, data) in [
        ("GE", "1".to_owned()),
        ("ACTIVE", String::new()),
        ("IN", format!("{mine},{theirs},{hidden},{newest}")),
    ] {
        assert_eq!(
            finds(&mut client, verb, &data).await,
            [newest, mine],
            "{verb}"
        );
    }
    for verb in ["EQ", "PARENT"] {
        let data = theirs.to_string();
        assert_eq!(finds(&mut client, verb, &data).await, [0; 0], "{verb}");
    }
    for (most, expected) in [
        ("1", vec![newest]),
        ("0", vec![]),
        ("2", vec![newest, mine]),
    ] {
        let call = query("GE", "1").with("MaxItems", most);
        let answer = call.answer(&mut client).await;
        assert_eq!(ids(&answer, "FaxItemEx"), expected, "{most}");
    }
    gateway.stop().await;
}
