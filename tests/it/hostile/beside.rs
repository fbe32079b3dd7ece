//! While attackers go on and on, other clients keep their speed.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinSet};

use super::{
    documents, soap,
    victim::{Victim, exchange},
};
use crate::support::{
    soap::{Client, chunk_parameters, request},
    speed::{chunks_of_a_phase, kept},
};

/// Attackers, each with one attack after the other.
const ATTACKERS: usize = 4;
/// How long an attacker rests after an attack. On one machine with the gateway, attackers that
/// never rest take the processors from it by what they compute themselves.
const REST: Duration = Duration::from_millis(100);
/// Larger attacks are left to the table: making them costs more than answering.
const LARGEST: usize = 100_000;
const CHUNK: usize = 200_000;
/// Pairs of phases, each alone and beside the attackers.
const PAIRS: usize = 9;
const KEPT: f64 = 0.9;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_keeps_its_speed_beside_attackers() {
    let victim = Victim::start(&[]).await;
    let session = victim.other_session().await;
    let fast = request(
        "UploadFileChunk",
        &chunk_parameters(&session, &vec![b'f'; CHUNK], false),
    );
    let mut attacks = documents::attacks(&victim.session);
    attacks.extend(soap::attacks(&victim.session));
    let small = attacks.into_iter().map(|attack| attack.request);
    let small: Arc<[Vec<u8>]> = small.filter(|request| request.len() < LARGEST).collect();

    let mut client = Client::new(victim.gateway.address);
    chunks_of_a_phase(&mut client, &fast).await;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        alone.extend(chunks_of_a_phase(&mut client, &fast).await);
        let (enough, _) = watch::channel(false);
        let mut attackers = JoinSet::new();
        for number in 0..ATTACKERS {
            let (address, small) = (victim.gateway.address, Arc::clone(&small));
            let mut stop = enough.subscribe();
            attackers.spawn(async move {
                for attack in small.iter().cycle().skip(number * small.len() / ATTACKERS) {
                    exchange(address, attack).await;
                    let enough = tokio::time::timeout(REST, stop.changed()).await;
                    if enough.is_ok() {
                        return;
                    }
                }
            });
        }
        beside.extend(chunks_of_a_phase(&mut client, &fast).await);
        enough.send_replace(true);
        attackers.join_all().await;
    }
    let kept = kept(&mut alone, &mut beside);
    eprintln!("kept of its speed: {kept:.2}");
    assert!(kept >= KEPT, "{kept:.2}");
    victim.stop_unharmed().await;
}
