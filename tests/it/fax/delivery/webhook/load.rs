//! A thousand faxes end as the service says, and each is posted once.

use std::collections::BTreeMap;

use chunkgate::fax::delivery::{Attempt, Outcome, Report};
use tokio::sync::watch;

use super::{gateways::changed_gateway, receiver::Receiver, sending::Sending};
use crate::{
    fax::support::{Call, number},
    support::eventually::until,
};

const BATCHES: usize = 2;
const RECIPIENTS: usize = 500;

fn verdict(attempt: Attempt) -> Outcome {
    let failed = |may_retry| Outcome::Failed {
        code: 6017,
        text: "Busy".to_owned(),
        may_retry,
        report: Report::default(),
    };
    match (attempt.transaction.0 % 10, attempt.number) {
        (0, _) => failed(false),
        (1, 1) => failed(true),
        _ => Outcome::Sent(Report::default()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_faxes_end_as_the_service_says() {
    let receiver = Receiver::start().await;
    let gateway = changed_gateway(&receiver, |settings| settings.fax.workers = 8).await;
    let mut client = gateway.client();
    let admin = watch::channel(gateway.admin_address).1;
    let sending = Sending::start(&receiver, admin, verdict);
    let numbers = vec!["+12125550100"; RECIPIENTS].join(";");
    let mut first = Vec::new();
    for batch in 0..BATCHES {
        let order = Call::order(format!("batch {batch}")).with("FaxNumbers", &numbers);
        first.push(order.id(&mut client).await);
    }
    let all = BATCHES * RECIPIENTS;
    let begun = std::time::Instant::now();
    loop {
        let left = number(&gateway, "SELECT count(*) FROM fax_outbox").await;
        if left == 0 {
            break;
        }
        assert!(begun.elapsed().as_secs() < 120, "{left} are left");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    eprintln!("{all} faxes in {:?}", begun.elapsed());
    sending.stop().await;
    // What the service did.
    let mut counts: BTreeMap<Attempt, usize> = BTreeMap::new();
    for held in receiver.transmissions() {
        *counts.entry(held.attempt).or_default() += 1;
        let batch = first.partition_point(|id| *id <= i64::from(held.attempt.transaction.0)) - 1;
        assert_eq!(held.documents, [format!("batch {batch}").as_bytes()]);
    }
    assert!(counts.values().all(|times| *times == 1));
    // A tenth had to be posted again.
    assert_eq!(counts.len(), all + all / 10);
    assert_eq!(receiver.requests().len(), counts.len());
    let sent = |attempt: &&Attempt| matches!(verdict(**attempt), Outcome::Sent(_));
    assert_eq!(counts.keys().filter(sent).count(), all - all / 10);
    // What clients are told.
    let ended = |condition: &str| format!("SELECT count(*) FROM fax_transaction WHERE {condition}");
    for (condition, expected) in [
        (
            "outcome = 'sent' AND status_code = 0 AND id % 10 <> 0",
            all - all / 10,
        ),
        (
            "outcome = 'failed' AND status_code = 6017 AND id % 10 = 0",
            all / 10,
        ),
        ("true", all),
    ] {
        let found = number(&gateway, &ended(condition)).await;
        assert_eq!(found, i64::try_from(expected).unwrap(), "{condition}");
    }
    until("forgotten attempts", async || {
        number(&gateway, "SELECT count(*) FROM fax_attempt").await == 0
    })
    .await;
    gateway.stop().await;
}
