//! Whatever fails between gateway and service: every fax is sent once, and none is said to be sent
//! that was not.

use std::{collections::BTreeMap, time::Duration};

use chunkgate::fax::delivery::{Outcome, Report};
use tokio::{sync::watch, time::sleep};

use super::{
    gateways::changed_gateway,
    receiver::{Reaction, Receiver, http},
    sending::Sending,
};
use crate::{
    crash::random::Random,
    fax::support::{has_status, send, status},
    support::eventually::{eventually, until},
};

fn sent() -> Outcome {
    Outcome::Sent(Report {
        pages: 1,
        ..Report::default()
    })
}

/// Everything that may happen to a request.
fn troubles() -> Vec<Reaction> {
    let garbage = |status, body| Reaction::ActAndSay(http(status, body));
    vec![
        Reaction::CutAtOnce,
        // In the request line, in the headers, in the body.
        Reaction::CutAfter(1),
        Reaction::CutAfter(60),
        Reaction::CutAfter(600),
        Reaction::CutAfter(1500),
        Reaction::CutBeforeAnswer,
        Reaction::CutInAnswer,
        Reaction::ActAndSay("HTTP/1.1 202".to_owned()),
        Reaction::ActAndSay("220 mail.example ESMTP\r\n".to_owned()),
        garbage(200, "<html>Welcome"),
        garbage(200, ""),
        garbage(200, r#"{"status":"delivered"}"#),
        garbage(502, "Bad gateway"),
        garbage(504, "Gateway time-out"),
        Reaction::Say(http(500, "")),
        Reaction::Say(http(503, "")),
        Reaction::Say(http(429, "")),
        Reaction::Say(http(404, "")),
        // Its clock is wrong.
        Reaction::Say(http(401, "the signature is too old")),
        Reaction::Say(
            "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n".to_owned(),
        ),
        Reaction::Deaf(Duration::from_millis(700)),
        Reaction::Slow(Duration::from_millis(700)),
    ]
}

/// What was transmitted of each document, how often.
fn transmitted(receiver: &Receiver) -> BTreeMap<Vec<u8>, usize> {
    let mut times = BTreeMap::new();
    for held in receiver.transmissions() {
        *times.entry(held.documents.concat()).or_default() += 1;
    }
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_at_each_step_loses_nothing_and_sends_nothing_twice() {
    let receiver = Receiver::start().await;
    let gateway = changed_gateway(&receiver, |settings| {
        settings.webhook.answer_timeout = Duration::from_millis(300);
        settings.fax.workers = 1;
    })
    .await;
    let mut client = gateway.client();
    let admin = watch::channel(gateway.admin_address).1;
    let sending = Sending::start(&receiver, admin, |_| sent());
    for trouble in troubles() {
        let before = receiver.connections();
        receiver.react([trouble.clone()]);
        let text = format!("{trouble:?}");
        let id = send(&mut client, &text).await;
        has_status(&mut client, id, 0).await;
        let transmitted = transmitted(&receiver);
        assert_eq!(transmitted.get(text.as_bytes()), Some(&1), "{text}");
        // It was posted a second time, unless its end was told before that.
        assert!(receiver.connections() > before, "{text}");
    }
    sending.stop().await;
    assert_eq!(transmitted(&receiver).len(), troubles().len());
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_at_random_while_both_sides_are_restarted_lose_nothing_and_send_nothing_twice() {
    const FAXES: usize = 60;
    let mut random = Random::announced();
    let receiver = Receiver::start().await;
    let mut gateway = changed_gateway(&receiver, |settings| {
        settings.webhook.answer_timeout = Duration::from_millis(300);
        settings.fax.workers = 8;
        settings.fax.lease = Duration::from_secs(30);
    })
    .await;
    let (moved, admin) = watch::channel(gateway.admin_address);
    // Every fifth attempt finds the line busy, and so does the second one of that fax now and then.
    let sending = Sending::start(&receiver, admin, |attempt| {
        if attempt.transaction.0 % 5 == 0 && attempt.number == 1 {
            Outcome::Failed {
                code: 6017,
                text: "Busy".to_owned(),
                may_retry: true,
                report: Report::default(),
            }
        } else {
            sent()
        }
    });
    let mut chance = random.split();
    receiver.be(move || {
        let troubles = troubles();
        let which = chance.within(0..2 * troubles.len() as u64);
        let which = usize::try_from(which).expect("small");
        troubles.get(which).cloned().unwrap_or_default()
    });
    let mut submitted = BTreeMap::new();
    for number in 0..FAXES {
        let text = format!("fax {number} {}", random.next());
        let id = send(&mut gateway.client(), &text).await;
        submitted.insert(id, text);
        match number {
            15 | 45 => {
                gateway = gateway.restart().await;
                moved.send_replace(gateway.admin_address);
            }
            30 => {
                receiver.stop().await;
                sleep(Duration::from_millis(300)).await;
                receiver.restart();
            }
            _ => {}
        }
    }
    // What has failed often waits for longer and longer; in the end all is well.
    sleep(Duration::from_secs(3)).await;
    receiver.be(Reaction::default);
    let mut client = gateway.client();
    for id in submitted.keys() {
        let what = format!("success of {id}");
        eventually(&what, async || {
            (status(&mut client, *id).await == 0).then_some(())
        })
        .await;
    }
    sending.stop().await;
    let transmitted = transmitted(&receiver);
    assert_eq!(transmitted.len(), FAXES);
    for (id, text) in &submitted {
        // One line was busy; the other transmission was the one that succeeded.
        let times = if id % 5 == 0 { 2 } else { 1 };
        assert_eq!(transmitted.get(text.as_bytes()), Some(&times), "{id}");
    }
    let keys: std::collections::BTreeSet<_> = receiver.faxes().into_keys().collect();
    assert_eq!(keys.len(), receiver.transmissions().len());
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_because_the_service_took_something_else_for_it() {
    // Whoever answers 200 to everything is no service: nothing is reported sent, or as taken.
    let receiver = Receiver::start().await;
    receiver.be(|| Reaction::Say(http(200, "OK")));
    let gateway = changed_gateway(&receiver, |_| {}).await;
    let mut client = gateway.client();
    let id = send(&mut client, "text").await;
    until("two posts", async || receiver.requests().len() >= 2).await;
    assert!(status(&mut client, id).await < 0);
    let sql = gateway.database.connect().await;
    let query = "SELECT last_error FROM fax_outbox WHERE phase <> 'handed_over'";
    let row = sql.query_one(query, &[]).await.unwrap();
    let error: String = row.get(0);
    assert!(
        error.contains("answered 200, but its body is no object of JSON"),
        "{error}"
    );
    gateway.stop().await;
}
