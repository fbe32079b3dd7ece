//! `FaxQuery2` and `FaxQuery3`: the faxes that meet conditions.

mod answers;
mod many;

use time::Duration as Span;

use crate::support::{
    gateway::Gateway,
    soap::{Answer, Client, escape},
};

use super::support::{Call, ahead, elements, gateway, items, log_in, other_account, run, waiting};

/// Both operations, and what their items are called.
const OPERATIONS: [(&str, &str); 2] = [("FaxQuery2", "FaxItemEx2"), ("FaxQuery3", "FaxItemEx3")];

/// What is asked for if nothing else is said.
const ITEMS: &str = "<NumOfResults>-1</NumOfResults><ReturnItems>true</ReturnItems>";

/// The elements of a condition.
fn condition(field: &str, verb: &str, data: &str) -> String {
    let data = escape(data);
    format!("<{field}><Verb>{verb}</Verb><VerbData>{data}</VerbData></{field}>")
}

async fn answer(client: &mut Client, operation: &str, form: &str, control: &str) -> Answer {
    let query = elements(&[("QueryForm", form), ("QueryControl", control)]);
    client.call(operation, &(log_in() + &query)).await
}

fn ids(answer: &Answer, element: &str) -> Vec<i64> {
    assert_eq!(answer.text("ResultCode"), Some("0"), "{answer:?}");
    super::support::ids(answer, element)
}

/// The transactions that both operations find.
async fn found(client: &mut Client, form: &str, control: &str) -> Vec<i64> {
    let mut lists = Vec::new();
    for (operation, element) in OPERATIONS {
        let answer = answer(client, operation, form, control).await;
        lists.push(ids(&answer, element));
    }
    assert_eq!(lists[0], lists[1], "{form} {control}");
    lists.remove(0)
}

/// The same in the order in which they were submitted.
async fn met(client: &mut Client, form: &str) -> Vec<i64> {
    let mut found = found(client, form, ITEMS).await;
    found.sort_unstable();
    found
}

/// Result of a call that finds nothing out.
async fn refused(client: &mut Client, form: &str, control: &str) -> i64 {
    let mut codes = Vec::new();
    for (operation, _) in OPERATIONS {
        let answer = answer(client, operation, form, control).await;
        for element in ["FaxItems", "Stats"] {
            assert!(
                !answer.body.contains(element),
                "{form} {control}: {answer:?}"
            );
        }
        codes.push(
            answer
                .text("ResultCode")
                .expect("a code")
                .parse()
                .expect("a number"),
        );
    }
    assert_eq!(codes[0], codes[1]);
    codes[0]
}

/// Four faxes that wait.
async fn four(gateway: &Gateway, client: &mut Client) -> [i64; 4] {
    let mut ids = [0; 4];
    for id in &mut ids {
        *id = waiting(client, "text").await;
    }
    run(
        gateway,
        "UPDATE fax_submission SET user_name = '', reply_address = ''",
    )
    .await;
    ids
}

/// Gives each fax a value in a column of its transaction or its submission.
async fn set(gateway: &Gateway, ids: &[i64], table: &str, column: &str, values: &[&str]) {
    let key = if table == "fax_transaction" {
        "id"
    } else {
        "submission_id"
    };
    for (id, value) in ids.iter().zip(values) {
        let statement = if key == "id" {
            format!("UPDATE {table} SET {column} = {value} WHERE id = {id}")
        } else {
            format!(
                "UPDATE {table} SET {column} = {value}
                 WHERE id = (SELECT submission_id FROM fax_transaction WHERE id = {id})"
            )
        };
        run(gateway, &statement).await;
    }
}

/// Fields of texts, and where these lie.
const TEXTS: [(&str, &str, &str); 4] = [
    ("Subject", "fax_submission", "subject"),
    ("FaxNumber", "fax_transaction", "recipient"),
    ("UserID", "fax_submission", "user_name"),
    ("ReplyAddress", "fax_submission", "reply_address"),
];

#[tokio::test]
async fn texts_are_compared_without_regard_to_case() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let [a, b, c, d] = four(&gateway, &mut client).await;
    let values = ["''", "'Alpha one'", "'beta'", "'Gamma_100%\\x'"];
    for (field, table, column) in TEXTS {
        set(&gateway, &[a, b, c, d], table, column, &values).await;
        for (verb, data, expected) in [
            ("Equals", "ALPHA one", vec![b]),
            ("Equals", "alpha", vec![]),
            ("NotEquals", "Beta", vec![a, b, d]),
            ("GreaterThan", "BETA", vec![d]),
            ("GreaterOrEqual", "Beta", vec![c, d]),
            ("LessThan", "Beta", vec![a, b]),
            ("LessOrEqual", "beta", vec![a, b, c]),
            ("Like", "%ETA", vec![c]),
            ("Like", "_eta", vec![c]),
            ("Like", "be__", vec![c]),
            ("Like", "alpha", vec![]),
            ("Like", "%a%", vec![b, c, d]),
            ("Like", "%", vec![a, b, c, d]),
            ("Like", "gamma_100%", vec![d]),
            // Nothing else has a meaning of its own.
            ("Like", "gamma_100%\\x", vec![d]),
            ("Like", "gamma_100_\\x", vec![d]),
            ("Like", "beta\\", vec![]),
            ("Like", "be\\", vec![]),
            ("Like", "be\\ta", vec![]),
            ("Like", "be.*", vec![]),
            ("IncludedIn", "beta, Alpha one ,none", vec![b, c]),
            ("IncludedIn", "beta", vec![c]),
            ("Between", "alpha, BETA", vec![b, c]),
            ("Between", "beta,alpha", vec![]),
            ("Missing", "", vec![a]),
            ("Exists", "", vec![b, c, d]),
        ] {
            let met = met(&mut client, &condition(field, verb, data)).await;
            assert_eq!(met, expected, "{field} {verb} {data:?}");
        }
        set(&gateway, &[a, b, c, d], table, column, &["''"; 4]).await;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn numbers_are_compared_as_numbers() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let all @ [a, b, c, d] = four(&gateway, &mut client).await;
    // One is sent, one has failed, one waits to be sent again.
    run(
        &gateway,
        &format!(
            "DELETE FROM fax_outbox WHERE transaction_id IN ({a}, {b});
             UPDATE fax_transaction SET outcome = 'sent', ended_at = now() WHERE id = {a};
             UPDATE fax_transaction SET outcome = 'failed', status_code = 6017, ended_at = now() WHERE id = {b};
             UPDATE fax_outbox SET attempt = 2 WHERE transaction_id = {c};
             UPDATE fax_transaction SET parent_id = {a} WHERE id IN ({b}, {c})"
        ),
    )
    .await;
    for (field, values, pivot) in [
        ("TransactionID", all, c),
        ("ParentTransactionID", [a, a, a, d], a),
        ("Status", [0, 6017, -3, -2], -2),
    ] {
        let having = |meets: &dyn Fn(i64) -> bool| -> Vec<i64> {
            let pairs = all.into_iter().zip(values);
            pairs
                .filter(|(_, value)| meets(*value))
                .map(|(id, _)| id)
                .collect()
        };
        let (low, high) = (values.into_iter().min().unwrap(), pivot);
        for (verb, data, expected) in [
            ("Equals", pivot.to_string(), having(&|it| it == pivot)),
            ("Equals", format!(" {pivot} "), having(&|it| it == pivot)),
            ("NotEquals", pivot.to_string(), having(&|it| it != pivot)),
            ("GreaterThan", pivot.to_string(), having(&|it| it > pivot)),
            (
                "GreaterOrEqual",
                pivot.to_string(),
                having(&|it| it >= pivot),
            ),
            ("LessThan", pivot.to_string(), having(&|it| it < pivot)),
            ("LessOrEqual", pivot.to_string(), having(&|it| it <= pivot)),
            (
                "IncludedIn",
                format!("{low}, {pivot}"),
                having(&|it| it == low || it == pivot),
            ),
            ("IncludedIn", format!("{}", i64::MAX), vec![]),
            (
                "Between",
                format!("{low},{high}"),
                having(&|it| (low..=high).contains(&it)),
            ),
            ("Between", format!("{},{low}", high + 1), vec![]),
            ("Missing", String::new(), vec![]),
            ("Exists", String::new(), all.to_vec()),
        ] {
            let met = met(&mut client, &condition(field, verb, &data)).await;
            assert_eq!(met, expected, "{field} {verb} {data:?}");
        }
        for (verb, data) in [
            ("Equals", "one"),
            ("Equals", "1,2"),
            ("GreaterThan", "1.5"),
            ("Like", "1%"),
            ("IncludedIn", "1,,2"),
            ("IncludedIn", "1;2"),
            ("Between", "1"),
            ("Between", "1,2,3"),
            ("Equals", "9223372036854775808"),
        ] {
            let code = refused(&mut client, &condition(field, verb, data), ITEMS).await;
            assert_eq!(code, -1030, "{field} {verb} {data:?}");
        }
    }
    for (field, _, _) in TEXTS {
        for data in ["a", "a,b,c"] {
            let between = condition(field, "Between", data);
            assert_eq!(
                refused(&mut client, &between, ITEMS).await,
                -1030,
                "{field}"
            );
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn conditions_hold_together_and_one_without_data_is_none() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let all @ [a, b, c, d] = four(&gateway, &mut client).await;
    set(
        &gateway,
        &all,
        "fax_submission",
        "subject",
        &["'x'", "'y'", "'x'", "''"],
    )
    .await;
    let x = condition("Subject", "Equals", "x");
    let above_a = condition("TransactionID", "GreaterThan", &a.to_string());
    for (form, expected) in [
        (String::new(), all.to_vec()),
        (x.clone(), vec![a, c]),
        (above_a.clone(), vec![b, c, d]),
        (x + &above_a, vec![c]),
        (condition("Subject", "Equals", ""), all.to_vec()),
        (condition("Status", "Equals", ""), all.to_vec()),
        (condition("Status", "Like", ""), all.to_vec()),
        ("<Subject/>".to_owned(), all.to_vec()),
        // The first word there is.
        (
            "<Subject><VerbData>y</VerbData></Subject>".to_owned(),
            vec![b],
        ),
        (
            "<Subject><Verb>Missing</Verb></Subject>".to_owned(),
            vec![d],
        ),
    ] {
        assert_eq!(met(&mut client, &form).await, expected, "{form}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn dates_include_both_ends_and_the_calendars_first_moment_is_none() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let all @ [a, b, c, d] = four(&gateway, &mut client).await;
    let days = [
        "'2020-01-01'",
        "'2020-01-02'",
        "'2020-01-03'",
        "'2020-01-04'",
    ];
    set(&gateway, &all, "fax_submission", "created_at", &days).await;
    // The tests' server may be anywhere.
    run(&gateway, "UPDATE fax_submission SET created_at = created_at AT TIME ZONE current_setting('TimeZone') AT TIME ZONE 'UTC'").await;
    for (from, to, expected) in [
        ("2020-01-02", "2020-01-03", vec![b, c]),
        ("2020-01-02T00:00:00Z", "2020-01-02T00:00:00Z", vec![b]),
        (
            "2020-01-02T00:00:00.001Z",
            "2020-01-03T00:00:00+01:00",
            vec![],
        ),
        ("2020-01-03", "0001-01-01T00:00:00", vec![c, d]),
        ("0001-01-01T00:00:00", "2020-01-02", vec![a, b]),
        ("0001-01-01", "9999-12-31T23:59:59", all.to_vec()),
        ("2020-01-04", "2020-01-01", vec![]),
    ] {
        let form = elements(&[("DateFrom", from), ("DateTo", to)]);
        assert_eq!(met(&mut client, &form).await, expected, "{from} {to}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn hidden_faxes_are_found_if_they_are_asked_for_and_others_never() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let (seen, hidden) = (
        waiting(&mut client, "text").await,
        waiting(&mut client, "text").await,
    );
    assert!(as_other(Call::order("text")).result(&mut client).await > 0);
    let hide = Call::of("HideFax").with("TransactionID", &hidden.to_string());
    assert_eq!(hide.result(&mut client).await, 0);
    for (word, expected) in [("false", vec![seen]), ("true", vec![seen, hidden])] {
        let form = elements(&[("ShowHiddenTransactions", word)]);
        assert_eq!(met(&mut client, &form).await, expected);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn only_the_first_of_each_batch_is_found_if_that_is_asked_for() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text")
        .with("FaxNumbers", "5550100;5550101;5550102")
        .with("Postpone", &ahead(Span::HOUR));
    let first = order.id(&mut client).await;
    let alone = waiting(&mut client, "text").await;
    let all = [alone, first + 2, first + 1, first];
    for (word, expected) in [("true", &[alone, first][..]), ("false", &all)] {
        let control = format!("<OnlyParents>{word}</OnlyParents>{ITEMS}");
        assert_eq!(found(&mut client, "", &control).await, expected);
    }
    // Every one knows how many there are.
    let answer = answer(&mut client, "FaxQuery2", "", ITEMS).await;
    let sizes = items(&answer.body, "FaxItemEx2");
    let sizes: Vec<i64> = sizes
        .iter()
        .map(|it| it.number("NumOfTransactions"))
        .collect();
    assert_eq!(sizes, [1, 3, 3, 3]);
    gateway.stop().await;
}

#[tokio::test]
async fn a_word_that_no_enumeration_has_is_a_fault() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (operation, _) in OPERATIONS {
        for (form, control, name) in [
            (
                condition("Subject", "Resembles", "x"),
                String::new(),
                "SQLOperatorEnum",
            ),
            (
                condition("Status", "equals", "1"),
                String::new(),
                "SQLOperatorEnum",
            ),
            (
                condition("UserID", "", "1"),
                String::new(),
                "SQLOperatorEnum",
            ),
            (
                String::new(),
                "<OrderBy>Colour</OrderBy>".to_owned(),
                "OrderByColumnEnum",
            ),
        ] {
            let answer = answer(&mut client, operation, &form, &(control + ITEMS)).await;
            let fault = crate::interfax::support::fault(&answer);
            assert!(fault.contains("is not a valid value for"), "{fault}");
            assert!(fault.contains(name), "{fault}");
        }
    }
    gateway.stop().await;
}
