//! Two gateways on one database and one spool share the work, and each fax is sent once, whoever
//! of them dies.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chunkgate::fax::{
    OutboxSettings,
    delivery::{
        Attempt, Delivery, DeliveryError, Fax, Outcome, Withdrawal,
        spool::{Spool, SpoolSettings},
    },
    item::TransactionState,
};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep};

use super::support::{Consumer, Desk, SETTINGS, SPOOL, Working, outbox_on, rows, text};
use crate::crash::random::Random;

const FAXES: usize = 200;
const PATIENCE: Duration = Duration::from_secs(40);
/// Short, so that what a dead gateway had is soon another's.
const LEASE: Duration = Duration::from_secs(2);

/// Counts what a gateway hands over.
struct Counted {
    spool: Spool,
    handed_over: Arc<AtomicUsize>,
}

#[async_trait]
impl Delivery for Counted {
    fn name(&self) -> &'static str {
        SPOOL
    }

    async fn hand_over(&self, fax: &Fax) -> Result<Option<Outcome>, DeliveryError> {
        let handed = self.spool.hand_over(fax).await;
        self.handed_over.fetch_add(1, Ordering::SeqCst);
        handed
    }

    async fn outcomes(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError> {
        self.spool.outcomes(attempts).await
    }

    async fn withdraw(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        self.spool.withdraw(attempt).await
    }

    async fn forget(&self, attempt: Attempt) -> Result<(), DeliveryError> {
        self.spool.forget(attempt).await
    }

    async fn kept(
        &self,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, DeliveryError> {
        self.spool.kept(after, limit).await
    }

    async fn probe(&self) -> Result<(), DeliveryError> {
        self.spool.probe().await
    }
}

fn gateway(desk: &Desk, handed_over: &Arc<AtomicUsize>) -> Working {
    let settings = SpoolSettings::new(desk.directory.path());
    let counted = Counted {
        spool: Spool::open(&settings).expect("a spool"),
        handed_over: Arc::clone(handed_over),
    };
    let settings = OutboxSettings {
        lease: LEASE,
        workers: 8,
        ..*SETTINGS
    };
    Working::start(&outbox_on(rows(&desk.world), Arc::new(counted), settings))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fax_is_sent_once_and_both_do_their_share() {
    let mut random = Random::announced();
    let desk = Desk::new().await;
    let ids: Vec<_> = stream::iter(0..FAXES)
        .map(|_| desk.fax(0))
        .buffered(1)
        .collect()
        .await;
    let counts: [Arc<AtomicUsize>; 2] = Default::default();
    let mut gateways: Vec<Option<Working>> = counts
        .iter()
        .map(|count| Some(gateway(&desk, count)))
        .collect();
    let mut consumer = Consumer::new(desk.new_directory());
    let begun = Instant::now();
    let (mut deaths, mut next_death) = (0, 5);
    while desk.queued().await > 0 {
        assert!(begun.elapsed() < PATIENCE, "{} wait", desk.queued().await);
        for seen in consumer.look() {
            seen.say("done\n");
        }
        // Again and again while there is work, so that some of them die in the middle of it.
        let handed_over: usize = counts.iter().map(|it| it.load(Ordering::SeqCst)).sum();
        if handed_over >= next_death && deaths < 12 {
            deaths += 1;
            next_death = handed_over + usize::try_from(random.within(3..20)).expect("small");
            let which = usize::try_from(random.within(0..2)).expect("small");
            if let Some(victim) = gateways[which].take() {
                victim.kill().await;
            }
            gateways[which] = Some(gateway(&desk, &counts[which]));
        }
        sleep(Duration::from_millis(2)).await;
    }
    for gateway in gateways.into_iter().flatten() {
        gateway.stop().await;
    }
    let shares = counts.map(|count| count.load(Ordering::SeqCst));
    eprintln!("{shares:?}, {deaths} deaths, {:?}", begun.elapsed());
    assert!(deaths > 5, "{deaths}");
    assert!(shares.iter().all(|share| *share > FAXES / 10), "{shares:?}");
    let mut documents = BTreeMap::new();
    for id in ids {
        let item = desk.item(id).await;
        assert_eq!(item.state, TransactionState::Sent, "{item:#?}");
        assert_eq!(consumer.transmissions(id), [(1, 1)], "{item:#?}");
        let sent = &consumer.taken[&format!("{:09}.1", id.0)][0];
        assert_eq!(*sent, text(item.session.expect("an upload")));
        documents.insert(sent.clone(), id);
    }
    assert_eq!(documents.len(), FAXES);
    assert_eq!(consumer.taken.len(), FAXES, "and nothing else");
}
