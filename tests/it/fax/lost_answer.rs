//! A client that lost the answer to a submission sends it again, and gets the same transaction. Only
//! on the connection on which it has read the answer, an equal submission is another one.

use std::time::Duration;

use socket2::SockRef;
use time::Duration as Span;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    interfax::support::document,
    support::{
        eventually::until,
        gateway::Gateway,
        process::{DataDirectory, Process},
        proxy::{Cut, CuttingProxy, End},
        soap::{Client, read_answer},
    },
};

use super::support::{
    Call, ahead, fax, forgotten, gateway, gateway_with, handed_over, number, run, say, submissions,
    upload,
};

#[tokio::test]
async fn a_submission_of_an_upload_again_is_the_same_fax() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = upload(&mut client, b"document").await;
    let order = Call::order_of(&session, 8);
    let id = order.result_of_lost_answer(&gateway).await;
    assert!(id > 0, "{id}");
    assert_eq!(order.result(&mut client).await, id);
    assert_eq!(submissions(&gateway).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_submission_of_an_upload_it_has_taken_itself_is_the_same_fax_whatever_became_of_the_answer()
 {
    let gateway = gateway_with(|settings| settings.fax.repeat_within = Duration::ZERO).await;
    let mut client = gateway.client();
    let session = upload(&mut client, b"document").await;
    let order = Call::order_of(&session, 8);
    let id = order.id(&mut client).await;
    // On the same connection, on another one, and as often as it likes.
    for _ in 0..2 {
        assert_eq!(order.result(&mut client).await, id);
        assert_eq!(order.result(&mut gateway.client()).await, id);
    }
    let other = order.clone().with("FaxNumbers", "5550101");
    assert_eq!(other.result(&mut client).await, -1062);
    run(
        &gateway,
        "UPDATE fax_submission SET created_at = now() - interval '29 days'",
    )
    .await;
    let gateway = gateway.restart().await;
    let mut client = gateway.client();
    assert_eq!(order.result(&mut client).await, id);
    assert_eq!(other.result(&mut client).await, -1062);
    assert_eq!(submissions(&gateway).await, 1);
    // As long as anything is known of it.
    run(&gateway, "DELETE FROM fax_submission").await;
    assert_eq!(order.result(&mut client).await, -1062);
    gateway.stop().await;
}

#[tokio::test]
async fn an_answer_that_a_proxy_reads_and_drops_makes_one_fax() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let original = Call::order("original").id(&mut client).await.to_string();
    let session = upload(&mut client, b"document").await;
    for order in [
        Call::order_of(&session, 8),
        // Whatever the documents look like.
        Call::order("document"),
        Call::order(document(100_000)),
        Call::order("document").by("SendfaxEx"),
        Call::of("Sendfax")
            .with("FaxNumber", "5550101")
            .data("FileData", b"document"),
        Call::of("SendCharFax")
            .with("FaxNumber", "5550102")
            .with("Data", "document"),
        Call::of("ReSendFax").with("TransactionID", &original),
        Call::of("ResendBroadcastFax")
            .with("ParentTransactionID", &original)
            .with("SendErrorsOnly", "false"),
    ] {
        let before = submissions(&gateway).await;
        let id = order.read_by_proxy(&gateway).await;
        for _ in 0..2 {
            assert_eq!(order.result(&mut gateway.client()).await, id, "{order:?}");
        }
        assert_eq!(submissions(&gateway).await, before + 1, "{order:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_equal_submission_on_the_connection_of_the_answer_is_another_fax() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let original = Call::order("original").id(&mut client).await.to_string();
    for order in [
        Call::order("document"),
        Call::of("SendCharFax")
            .with("FaxNumber", "5550102")
            .with("Data", "document"),
        Call::of("ReSendFax").with("TransactionID", &original),
    ] {
        let first = order.id(&mut client).await;
        let second = order.id(&mut client).await;
        assert!(second > first, "{order:?}");
        // Elsewhere it is the last one again; but then that connection has its answer, too.
        let mut other = gateway.client();
        assert_eq!(order.result(&mut other).await, second, "{order:?}");
        assert!(order.id(&mut other).await > second, "{order:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_connection_on_which_a_proxy_says_that_it_is_one_proves_nothing() {
    let gateway = gateway().await;
    for (header, value) in [
        ("Via", "1.1 proxy"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("Forwarded", "for=192.0.2.1"),
    ] {
        let order = Call::order(header);
        let request = order.request().header(header, value).bytes();
        let mut connection = gateway.client();
        let first = connection.send(&request).await.result("SendfaxEx_2");
        assert!(first > 0, "{first}");
        let second = connection.send(&request).await.result("SendfaxEx_2");
        assert_eq!(second, first, "{header}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_order_of_which_nothing_is_sent_may_be_given_again() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("document").with("FaxNumbers", "5550101;5550102");
    let id = order.id(&mut client).await;
    for recipient in [id, id + 1] {
        // As long as one of them may arrive.
        assert_eq!(order.result(&mut gateway.client()).await, id);
        let directory = handed_over(&gateway, recipient, 1).await;
        say(&directory, "failed 6017 busy\nfinal\n");
        forgotten(&directory).await;
    }
    assert!(order.id(&mut gateway.client()).await > id);
    // Nobody knows what became of this one, so it may have been sent.
    let order = Call::order("other");
    let id = order.id(&mut client).await;
    handed_over(&gateway, id, 1).await;
    run(
        &gateway,
        &format!(
            "DELETE FROM fax_outbox WHERE transaction_id = {id};
             UPDATE fax_transaction SET outcome = 'failed', status_code = 900003, ended_at = now() WHERE id = {id}"
        ),
    )
    .await;
    assert_eq!(order.result(&mut gateway.client()).await, id);
    gateway.stop().await;
}

#[tokio::test]
async fn a_submission_of_data_again_is_the_same_fax() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for order in [
        Call::order("document"),
        Call::order("document").by("SendfaxEx"),
        Call::of("Sendfax")
            .with("FaxNumber", "5550101")
            .data("FileData", b"document"),
        Call::of("SendCharFax")
            .with("FaxNumber", "5550102")
            .with("Data", "document"),
    ] {
        let before = submissions(&gateway).await;
        let id = order.result_of_lost_answer(&gateway).await;
        assert!(id > 0, "{id}");
        assert_eq!(order.result(&mut client).await, id, "{order:?}");
        assert_eq!(submissions(&gateway).await, before + 1);
        // Now it has read the answer; the same again is another fax.
        assert!(order.result(&mut client).await > id, "{order:?}");
        assert_eq!(submissions(&gateway).await, before + 2);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_again_is_repeated_again() {
    let gateway = gateway().await;
    let order = Call::order("document");
    let id = order.result_of_lost_answer(&gateway).await;
    for _ in 0..3 {
        assert_eq!(order.result_of_lost_answer(&gateway).await, id);
    }
    assert_eq!(order.result(&mut gateway.client()).await, id);
    assert_eq!(submissions(&gateway).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_submission_that_differs_in_anything_is_another_fax() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("document");
    let id = order.result_of_lost_answer(&gateway).await;
    let as_other = super::support::other_account(&gateway).await;
    let others = [
        order.clone().with("FaxNumbers", "5550101"),
        order.clone().with("FaxNumbers", "5550101;5550102"),
        order.clone().with("Contacts", "Ann"),
        order.clone().data("FilesData", b"Document"),
        order.clone().by("SendfaxEx"),
        order.clone().with("FileTypes", "HTML"),
        order
            .clone()
            .with("FileTypes", "TXT;TXT")
            .with("FileSizes", "4;4"),
        order
            .clone()
            .with("FileTypes", "TXT;TXT")
            .with("FileSizes", "3;5"),
        order.clone().with("CSID", "other"),
        order.clone().with("Subject", "other"),
        order.clone().with("PageHeader", "other"),
        order.clone().with("JobID", "other"),
        order.clone().with("ReplyAddress", "other"),
        order.clone().with("PageSize", "Letter"),
        order.clone().with("PageOrientation", "Landscape"),
        order.clone().with("IsHighResolution", "true"),
        order.clone().with("IsFineRendering", "true"),
        order.clone().with("RetriesToPerform", "1"),
        order.clone().with("Postpone", &ahead(Span::HOUR)),
        as_other(order.clone()),
    ];
    let mut last = id;
    for other in others {
        let result = other.result(&mut client).await;
        assert!(result > last, "{result} for {other:?}");
        last = result;
    }
    // Nor does it change what is equal.
    assert_eq!(order.result(&mut client).await, id);
    gateway.stop().await;
}

#[tokio::test]
async fn a_connection_that_ends_behind_the_request_makes_one_fax() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let proxy = CuttingProxy::start(gateway.address).await;
    for round in 1..=5 {
        for (number, end) in [("5550101", End::Finish), ("5550102", End::Reset)] {
            let session = upload(&mut client, b"document").await;
            let order = Call::order_of(&session, 8).with("FaxNumbers", number);
            let request = order.request().bytes();
            let after = request.len();
            let cut = proxy.cut_next(Cut { after, end });
            let mut connection = TcpStream::connect(proxy.address).await.expect("a proxy");
            connection.write_all(&request).await.expect("it reads");
            cut.await.expect("it was cut");
            let id = order.result(&mut client).await;
            assert!(id > 0, "round {round}, {end:?}: {id}");
        }
        assert_eq!(submissions(&gateway).await, 2 * round);
    }
    gateway.stop().await;
}

/// How many statements wait for a lock.
const BLOCKED: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";

#[tokio::test]
async fn a_connection_that_breaks_while_a_fax_is_recorded_makes_one_fax() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = upload(&mut client, b"document").await;
    for order in [Call::order("document"), Call::order_of(&session, 8)] {
        let before = submissions(&gateway).await;
        let lock = gateway.database.connect().await;
        let statement = "BEGIN; LOCK TABLE fax_document IN SHARE MODE";
        lock.batch_execute(statement).await.expect("a lock");
        let mut connection = TcpStream::connect(gateway.address)
            .await
            .expect("a gateway");
        let request = order.request().bytes();
        connection.write_all(&request).await.expect("it reads");
        until("submission", async || number(&gateway, BLOCKED).await == 1).await;
        let reset = SockRef::from(&connection).set_linger(Some(Duration::ZERO));
        reset.expect("an option");
        drop(connection);
        lock.batch_execute("COMMIT").await.expect("an end");
        assert!(order.result(&mut client).await > 0);
        assert_eq!(submissions(&gateway).await, before + 1);
    }
    gateway.stop().await;
}

/// A request that the gateway has begun to read, and all of which it has but the last byte.
async fn begun(gateway: &Gateway, order: &Call) -> (TcpStream, u8) {
    const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let request = order.request().header("Expect", "100-continue");
    let mut connection = TcpStream::connect(gateway.address)
        .await
        .expect("a gateway");
    connection
        .write_all(&request.head())
        .await
        .expect("it reads");
    let mut asked = vec![0; CONTINUE.len()];
    connection.read_exact(&mut asked).await.expect("an answer");
    assert_eq!(asked, CONTINUE);
    let (last, most) = request.body().split_last().expect("bytes");
    connection.write_all(most).await.expect("it reads");
    (connection, *last)
}

#[tokio::test]
async fn a_time_that_is_over_is_the_same_as_any_other_and_as_none() {
    let gateway = gateway().await;
    let session = upload(&mut gateway.client(), b"document").await;
    for order in [Call::order_of(&session, 8), Call::order("document")] {
        let id = order.id(&mut gateway.client()).await;
        for past in ["2001-12-31", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00"] {
            let again = order.clone().with("Postpone", past);
            assert_eq!(again.result(&mut gateway.client()).await, id, "{past}");
        }
    }
    // The very same call, which was postponed when it came first.
    let soon = Call::order("soon").with("Postpone", &ahead(Span::seconds(3)));
    let id = soon.id(&mut gateway.client()).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(soon.result(&mut gateway.client()).await, id);
    gateway.stop().await;
}

#[tokio::test]
async fn a_submission_begun_before_that_answer_is_the_same() {
    let gateway = gateway().await;
    for (text, has_gone_on) in [("one", false), ("other", true)] {
        let order = Call::order(text);
        let (mut slow, last) = begun(&gateway, &order).await;
        let id = order.id(&mut gateway.client()).await;
        if has_gone_on {
            // The last byte and the end arrive together.
            let cork = SockRef::from(&slow).set_tcp_cork(true);
            cork.expect("an option");
        }
        slow.write_all(&[last]).await.expect("it reads");
        if has_gone_on {
            slow.shutdown().await.expect("half a close");
        }
        let answer = read_answer(&mut slow).await;
        assert_eq!(answer.result("SendfaxEx_2"), id);
    }
    assert_eq!(submissions(&gateway).await, 2);
    gateway.stop().await;
}

#[tokio::test]
async fn a_submission_again_after_repeat_within_is_another_fax() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("document");
    for (age, is_same) in [("9 minutes", true), ("11 minutes", false)] {
        let id = order.result_of_lost_answer(&gateway).await;
        let later = format!("UPDATE fax_submission SET created_at = now() - interval '{age}'");
        run(&gateway, &later).await;
        assert_eq!(order.result(&mut client).await == id, is_same, "{age}");
        run(
            &gateway,
            "UPDATE fax_submission SET created_at = now() - interval '1 day'",
        )
        .await;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn without_repeat_within_no_submission_of_data_is_repeated() {
    let gateway = gateway_with(|settings| settings.fax.repeat_within = Duration::ZERO).await;
    let order = Call::order("document");
    let id = order.result_of_lost_answer(&gateway).await;
    assert!(order.result(&mut gateway.client()).await > id);
    gateway.stop().await;
}

#[tokio::test]
async fn a_submission_again_after_a_restart_is_the_same_fax() {
    let gateway = gateway().await;
    let (delivered, lost) = (Call::order("delivered"), Call::order("lost"));
    let first = delivered.id(&mut gateway.client()).await;
    let second = lost.result_of_lost_answer(&gateway).await;
    let gateway = gateway.restart().await;
    let mut client = gateway.client();
    assert_eq!(lost.result(&mut client).await, second);
    assert_eq!(delivered.result(&mut client).await, first);
    gateway.stop().await;
}

#[tokio::test]
async fn a_gateway_that_died_knows_its_submissions_again() {
    let directory = DataDirectory::new();
    let changes = [("content.min_free", "0"), ("content.segment_size", "4MiB")];
    let gateway = Process::start(directory.path(), &changes).await;
    gateway.add_account().await;
    let mut client = Client::new(gateway.address);
    let session = upload(&mut client, b"document").await;
    let orders = [Call::order_of(&session, 8), Call::order("document")];
    let mut taken = Vec::new();
    for order in &orders {
        taken.push(order.id(&mut client).await);
    }
    gateway.kill().await;
    let gateway = Process::start(directory.path(), &changes).await;
    let mut client = Client::new(gateway.address);
    for (order, id) in orders.iter().zip(&taken) {
        assert_eq!(order.result(&mut client).await, *id, "{order:?}");
    }
    assert_eq!(orders[0].result(&mut client).await, taken[0]);
    // Another one. Numbers that a crashed Postgres had set aside for its sequence are skipped.
    assert!(orders[1].result(&mut client).await > taken[1]);
    gateway.stop().await;
}

#[tokio::test]
async fn resending_again_is_the_same_fax() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let original = Call::order("document").id(&mut client).await.to_string();
    let again = Call::of("ReSendFax").with("TransactionID", &original);
    let batch = Call::of("ResendBroadcastFax")
        .with("ParentTransactionID", &original)
        .with("SendErrorsOnly", "false");
    for (call, other) in [
        (again.clone(), again.with("FaxNumber", "5550101")),
        (batch.clone(), batch.with("Subject", "other")),
    ] {
        let before = submissions(&gateway).await;
        let id = call.result_of_lost_answer(&gateway).await;
        assert!(id > 0, "{id} for {call:?}");
        assert_ne!(other.id(&mut client).await, id);
        assert_eq!(call.result(&mut client).await, id, "{call:?}");
        assert_eq!(submissions(&gateway).await, before + 2);
        assert!(call.result(&mut client).await > id, "{call:?}");
        assert_eq!(fax(&mut client, id).await.number("TransactionID"), id);
    }
    gateway.stop().await;
}
