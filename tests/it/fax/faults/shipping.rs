//! Clients of a real gateway that upload, submit, and send again what was not answered; and a
//! consumer that sends what they submitted.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use base64_simd::STANDARD;
use tokio::{sync::watch, task::JoinSet};

use super::support::{Consumer, Seen};
use crate::{
    crash::random::Random,
    fax::support::{NUMBER, elements, log_in, status},
    support::{eventually::eventually, retrying::RetryingClient, soap::Client},
};

/// A document whose client was told its number.
pub struct Shipped {
    pub id: i64,
    pub document: Vec<u8>,
}

/// Clients at work.
pub struct Shipping {
    clients: JoinSet<Vec<Shipped>>,
    stopping: Arc<AtomicBool>,
    submitted: Arc<AtomicU64>,
}

impl Shipping {
    pub fn start(clients: u64, address: &watch::Receiver<SocketAddr>, random: &mut Random) -> Self {
        let (stopping, submitted) = (Arc::default(), Arc::default());
        let clients = (0..clients)
            .map(|_| {
                let client = RetryingClient::following(address.clone());
                let (stopping, submitted) = (Arc::clone(&stopping), Arc::clone(&submitted));
                ship(client, random.split(), stopping, submitted)
            })
            .collect();
        Self {
            clients,
            stopping,
            submitted,
        }
    }

    /// How many faxes were submitted, as far as clients were told.
    pub fn submitted(&self) -> u64 {
        self.submitted.load(Ordering::SeqCst)
    }

    /// Waits until more than so many were.
    pub async fn beyond(&self, submitted: u64) {
        crate::support::eventually::until("a fax is submitted", async || {
            self.submitted() > submitted
        })
        .await;
    }

    /// Lets every client finish what it does.
    pub async fn finish(self) -> Vec<Shipped> {
        self.stopping.store(true, Ordering::SeqCst);
        let shipped = self.clients.join_all().await;
        shipped.into_iter().flatten().collect()
    }
}

async fn ship(
    mut client: RetryingClient,
    mut random: Random,
    stopping: Arc<AtomicBool>,
    submitted: Arc<AtomicU64>,
) -> Vec<Shipped> {
    let mut shipped = Vec::new();
    while !stopping.load(Ordering::SeqCst) {
        // Random, so no two are equal.
        let length = random.within(1000..20_000);
        let document = random.bytes(length);
        let id = if random.within(0..3) == 0 {
            send(&mut client, &document).await
        } else {
            let half = document.len() / 2;
            let session = client.upload(&[&document[..half], &document[half..]]).await;
            submit(&mut client, &session, document.len()).await
        };
        assert!(id > 0, "{id}");
        shipped.push(Shipped { id, document });
        submitted.fetch_add(1, Ordering::SeqCst);
    }
    shipped
}

async fn submit(client: &mut RetryingClient, session: &str, length: usize) -> i64 {
    let sizes = format!("{length}/sessionID={session}");
    let parameters = elements(&[
        ("FaxNumbers", NUMBER),
        ("FileTypes", "PDF"),
        ("FileSizes", &sizes),
    ]);
    let parameters = log_in() + &parameters;
    let answer = client.until_answered("SendfaxEx_2", &parameters).await;
    answer.result("SendfaxEx_2")
}

async fn send(client: &mut RetryingClient, document: &[u8]) -> i64 {
    let data = STANDARD.encode_to_string(document);
    let parameters = elements(&[
        ("FaxNumber", NUMBER),
        ("FileData", &data),
        ("FileType", "PDF"),
    ]);
    let parameters = log_in() + &parameters;
    let answer = client.until_answered("Sendfax", &parameters).await;
    answer.result("Sendfax")
}

/// A consumer in a thread of its own, which no crash of the gateway concerns.
pub struct Consuming {
    stopping: Arc<AtomicBool>,
    thread: JoinHandle<Consumer>,
}

impl Consuming {
    pub fn start(new: PathBuf) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&stopping);
        let thread = std::thread::spawn(move || {
            let (mut consumer, mut sending) = (Consumer::new(new), Vec::<Seen>::new());
            while !is_over.load(Ordering::SeqCst) {
                // What was taken at the look before.
                sending
                    .drain(..)
                    .for_each(|seen| seen.say("done\npages 1\n"));
                sending.extend(consumer.look());
                std::thread::sleep(Duration::from_millis(5));
            }
            consumer
        });
        Self { stopping, thread }
    }

    fn stop(self) -> Consumer {
        self.stopping.store(true, Ordering::SeqCst);
        self.thread.join().expect("no panic")
    }

    /// Waits until every fax is sent, and compares what was transmitted with what was submitted.
    pub async fn assert_sent_once(self, address: SocketAddr, shipped: &[Shipped]) {
        assert!(!shipped.is_empty(), "nothing was submitted");
        let mut client = Client::new(address);
        for fax in shipped {
            eventually("success", async || {
                (status(&mut client, fax.id).await == 0).then_some(())
            })
            .await;
        }
        let consumer = self.stop();
        let mut times: HashMap<&[u8], usize> = HashMap::new();
        for document in consumer.taken.values().flatten() {
            *times.entry(document).or_default() += 1;
        }
        for fax in shipped {
            let times = times.get(fax.document.as_slice());
            assert_eq!(times, Some(&1), "transaction {}", fax.id);
        }
        // Clients gave up nothing, so there is nothing that they do not know of.
        assert_eq!(times.len(), shipped.len());
        assert!(times.values().all(|times| *times == 1));
    }
}
