//! In which order, in what portions and with which statistics the faxes come that are found.

use time::Duration as Span;

use super::super::support::{Call, ahead, elements, gateway, items, log_in, run, waiting};
use super::{ITEMS, OPERATIONS, TEXTS, answer, condition, found, four, ids, refused, set};

#[tokio::test]
async fn faxes_are_ordered_by_any_column_both_ways() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let all @ [a, b, c, d] = four(&gateway, &mut client).await;
    let texts = ["''", "'alpha'", "'Beta'", "'gamma'"];
    for (_, table, column) in TEXTS {
        set(&gateway, &[c, a, d, b], table, column, &texts).await;
    }
    let digits = ["'1'", "'2'", "'3'", "'4'"];
    set(
        &gateway,
        &[d, b, a, c],
        "fax_transaction",
        "recipient",
        &digits,
    )
    .await;
    let days = [
        "'2020-01-01'",
        "'2020-01-02'",
        "'2020-01-03'",
        "'2020-01-04'",
    ];
    set(
        &gateway,
        &[b, d, c, a],
        "fax_submission",
        "created_at",
        &days,
    )
    .await;
    run(
        &gateway,
        &format!(
            "DELETE FROM fax_outbox WHERE transaction_id IN ({a}, {b});
             UPDATE fax_transaction SET outcome = 'sent', pages_sent = 1, ended_at = '2020-02-02' WHERE id = {a};
             UPDATE fax_transaction SET outcome = 'failed', status_code = 6017, pages_sent = 7, ended_at = '2020-02-01' WHERE id = {b};
             UPDATE fax_outbox SET attempt = 2 WHERE transaction_id = {d}"
        ),
    )
    .await;
    for (column, ascending, descending) in [
        ("TransactionID", all, [d, c, b, a]),
        ("SubmitTime", [b, d, c, a], [a, c, d, b]),
        // What is not over comes last.
        ("CompletionTime", [b, a, c, d], [a, b, d, c]),
        ("Status", [d, c, a, b], [b, a, c, d]),
        ("DestinationFax", [d, b, a, c], [c, a, b, d]),
        ("Subject", [c, a, d, b], [b, d, a, c]),
        // Equal ones by their numbers.
        ("PagesSent", [c, d, a, b], [b, a, d, c]),
        ("UserID", [c, a, d, b], [b, d, a, c]),
        ("ReplyEmail", [c, a, d, b], [b, d, a, c]),
    ] {
        for (direction, expected) in [("true", ascending), ("false", descending)] {
            let control = format!(
                "<OrderBy>{column}</OrderBy><AscOrderDirection>{direction}</AscOrderDirection>{ITEMS}"
            );
            let found = found(&mut client, "", &control).await;
            assert_eq!(found, expected, "{column} {direction}");
        }
    }
    // By number, the newest first, if nothing is said.
    assert_eq!(found(&mut client, "", ITEMS).await, [d, c, b, a]);
    gateway.stop().await;
}

#[tokio::test]
async fn faxes_come_in_portions_and_the_total_counts_all() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let [a, b, c, d] = four(&gateway, &mut client).await;
    let below_d = condition("TransactionID", "LessThan", &d.to_string());
    for (start, most, expected) in [
        (0, 2, vec![d, c]),
        (2, 2, vec![b, a]),
        (1, 2, vec![c, b]),
        (3, 100, vec![a]),
        (4, 2, vec![]),
        (0, 0, vec![]),
        (0, -1, vec![d, c, b, a]),
        (-1, 1, vec![d]),
    ] {
        for (operation, element) in OPERATIONS {
            let control = format!(
                "<StartingRecord>{start}</StartingRecord><NumOfResults>{most}</NumOfResults>\
                 <ReturnItems>true</ReturnItems>"
            );
            let answer = answer(&mut client, operation, "", &control).await;
            assert_eq!(ids(&answer, element), expected, "{start} {most}");
            assert_eq!(answer.text("TotalTransactionsNum"), Some("4"));
        }
    }
    let answer = answer(&mut client, "FaxQuery2", &below_d, ITEMS).await;
    assert_eq!(answer.text("TotalTransactionsNum"), Some("3"));
    gateway.stop().await;
}

#[tokio::test]
async fn there_are_at_most_a_hundred_items() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text")
        .with("FaxNumbers", &vec!["5550100"; 101].join(";"))
        .with("Postpone", &ahead(Span::HOUR));
    order.id(&mut client).await;
    for most in ["-1", "101", "2147483647"] {
        let control = ITEMS.replace("-1", most);
        let answer = answer(&mut client, "FaxQuery2", "", &control).await;
        assert_eq!(ids(&answer, "FaxItemEx2").len(), 100, "{most}");
        assert_eq!(answer.text("TotalTransactionsNum"), Some("101"));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn items_and_statistics_come_as_they_are_asked_for() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let [a, b, ..] = four(&gateway, &mut client).await;
    run(
        &gateway,
        &format!(
            "DELETE FROM fax_outbox WHERE transaction_id IN ({a}, {b});
             UPDATE fax_transaction SET outcome = 'sent', ended_at = now() WHERE id IN ({a}, {b})"
        ),
    )
    .await;
    for (operation, element) in OPERATIONS {
        for (asks_items, asks_statistics) in [(true, false), (false, true), (true, true)] {
            let control = format!(
                "<NumOfResults>3</NumOfResults><ReturnItems>{asks_items}</ReturnItems>\
                 <ReturnStats>{asks_statistics}</ReturnStats>"
            );
            let answer = answer(&mut client, operation, "", &control).await;
            let count = if asks_items { 3 } else { 0 };
            assert_eq!(ids(&answer, element).len(), count);
            assert_eq!(answer.body.contains("<FaxItems"), asks_items);
            assert_eq!(answer.body.contains("<Stats"), asks_statistics);
            // They are of everything that is found, not of what is shown.
            let counts = items(&answer.body, "StatusCount");
            let counts: Vec<_> = counts
                .iter()
                .map(|it| (it.number("Status"), it.number("Count")))
                .collect();
            let expected = if asks_statistics {
                vec![(-2, 2), (0, 2)]
            } else {
                vec![]
            };
            assert_eq!(counts, expected);
            assert_eq!(answer.text("TotalTransactionsNum"), Some("4"));
            let fields = items(&answer.body, &format!("{operation}Result"));
            let names = fields[0].0.iter().map(|(name, _)| name.as_str());
            let order = [
                "ResultCode",
                "FaxItems",
                "Stats",
                "ErrorsDescriptionHTMLFormat",
                "TotalTransactionsNum",
            ];
            assert!(names.eq(order.into_iter().filter(|name| match *name {
                "FaxItems" => asks_items,
                "Stats" => asks_statistics,
                _ => true,
            })));
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn nothing_asked_for_is_710_behind_the_log_in_and_before_the_conditions() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    waiting(&mut client, "text").await;
    let nonsense = condition("Status", "Equals", "nonsense");
    let nothing = "<ReturnItems>false</ReturnItems><ReturnStats>0</ReturnStats>";
    for control in ["", "<OnlyParents>1</OnlyParents>", nothing] {
        assert_eq!(
            refused(&mut client, &nonsense, control).await,
            -710,
            "{control}"
        );
    }
    assert_eq!(refused(&mut client, &nonsense, ITEMS).await, -1030);
    for (operation, _) in OPERATIONS {
        // Neither is there.
        let answer = client.call(operation, &log_in()).await;
        assert_eq!(answer.text("ResultCode"), Some("-710"));
        let wrong = Call::of(operation).with("Password", "wrong");
        let answer = wrong.answer(&mut client).await;
        assert_eq!(answer.text("ResultCode"), Some("-1003"));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn without_a_form_everything_is_found() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = waiting(&mut client, "text").await;
    for (operation, element) in OPERATIONS {
        let control = elements(&[("QueryControl", ITEMS)]);
        let answer = client.call(operation, &(log_in() + &control)).await;
        assert_eq!(ids(&answer, element), [id]);
    }
    gateway.stop().await;
}
