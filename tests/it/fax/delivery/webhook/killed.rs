//! A gateway that is killed while it posts: what clients were given numbers for is sent once, byte
//! for byte.

use std::{collections::HashMap, time::Duration};

use chunkgate::fax::delivery::{Outcome, Report};
use tokio::{sync::watch, time::sleep};

use super::{receiver::Receiver, sending::Sending, signed::SECRET};
use crate::{
    crash::random::Random,
    fax::{faults::shipping::Shipping, support::status},
    support::{
        eventually::eventually,
        process::{DataDirectory, Process, free_port},
        soap::Client,
    },
};

const CLIENTS: u64 = 3;
const ROUNDS: u32 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fax_is_sent_once_although_the_gateway_is_killed() {
    let mut random = Random::announced();
    let directory = DataDirectory::new();
    let receiver = Receiver::start().await;
    let admin = format!("127.0.0.1:{}", free_port());
    let url = receiver.url("/fax");
    let changes = [
        ("admin.listen", admin.as_str()),
        ("content.min_free", "0"),
        ("content.segment_size", "4MiB"),
        ("accounts.failures", "1000"),
        ("pool.lock_timeout", "1s"),
        ("pool.statement_timeout", "2s"),
        ("fax.lease", "5s"),
        ("fax.poll_interval", "20ms"),
        ("fax.status_polls_per_minute", "0"),
        ("fax.delivery", "webhook"),
        ("webhook.url", &url),
        ("webhook.secret", SECRET),
        ("webhook.allow_private", "true"),
    ];
    let mut gateway = Process::start(directory.path(), &changes).await;
    gateway.add_account().await;
    let (moved, address) = watch::channel(gateway.address);
    let told = watch::channel(admin.parse().unwrap()).1;
    let sending = Sending::start(&receiver, told, |_| Outcome::Sent(Report::default()));
    let shipping = Shipping::start(CLIENTS, &address, &mut random);
    for _ in 0..ROUNDS {
        shipping.beyond(shipping.submitted()).await;
        sleep(Duration::from_millis(random.within(0..300))).await;
        gateway.kill().await;
        gateway = Process::start(directory.path(), &changes).await;
        moved.send_replace(gateway.address);
    }
    shipping.beyond(shipping.submitted()).await;
    let shipped = shipping.finish().await;
    eprintln!("{} faxes", shipped.len());
    let mut client = Client::new(gateway.address);
    for fax in &shipped {
        eventually("success", async || {
            (status(&mut client, fax.id).await == 0).then_some(())
        })
        .await;
    }
    sending.stop().await;
    let mut times: HashMap<Vec<u8>, usize> = HashMap::new();
    for held in receiver.transmissions() {
        *times.entry(held.documents.concat()).or_default() += 1;
    }
    for fax in &shipped {
        assert_eq!(times.get(&fax.document), Some(&1), "transaction {}", fax.id);
    }
    assert_eq!(times.len(), shipped.len());
    gateway.stop().await;
}
