//! Clients that upload document after document and never give up.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use sha2::{Digest, Sha256};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use super::random::Random;
use crate::support::{process::Process, retrying::RetryingClient};

/// A document whose last chunk was acknowledged.
#[derive(Debug)]
pub struct Finished {
    pub session: String,
    pub digest: [u8; 32],
}

/// Clients at work.
pub struct Uploads {
    clients: JoinSet<Vec<Finished>>,
    progress: Arc<Progress>,
}

#[derive(Default)]
struct Progress {
    stopping: AtomicBool,
    acknowledged: AtomicU64,
    changed: Notify,
}

impl Uploads {
    /// Sets so many clients to work on the gateway at `address`, which may change.
    pub fn start(clients: u64, address: &watch::Receiver<SocketAddr>, random: &mut Random) -> Self {
        let progress = Arc::new(Progress::default());
        let clients = (0..clients)
            .map(|_| {
                let client = RetryingClient::following(address.clone());
                upload_until_stopped(client, random.split(), Arc::clone(&progress))
            })
            .collect();
        Self { clients, progress }
    }

    /// How many chunks were acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.progress.acknowledged.load(Ordering::SeqCst)
    }

    /// Waits until more than so many chunks were acknowledged.
    pub async fn beyond(&self, acknowledged: u64) {
        loop {
            let changed = self.progress.changed.notified();
            if self.acknowledged() > acknowledged {
                return;
            }
            changed.await;
        }
    }

    /// Lets every client finish its document, and returns all of them.
    pub async fn finish(self) -> Vec<Finished> {
        self.progress.stopping.store(true, Ordering::SeqCst);
        self.clients
            .join_all()
            .await
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Reads every document back through the gateway, and has everything else in its database checked.
pub async fn assert_whole(gateway: &Process, documents: &[Finished]) {
    assert!(!documents.is_empty(), "nothing was uploaded");
    for document in documents {
        let content = gateway.export(&document.session).await;
        let digest: [u8; 32] = Sha256::digest(&content).into();
        assert!(digest == document.digest, "session {}", document.session);
    }
    let verified = gateway.run(&["verify"], b"").await;
    assert!(verified.status.success(), "{verified:?}");
}

async fn upload_until_stopped(
    mut client: RetryingClient,
    mut random: Random,
    progress: Arc<Progress>,
) -> Vec<Finished> {
    let mut finished = Vec::new();
    while !progress.stopping.load(Ordering::SeqCst) {
        let session = client.start().await;
        let mut digest = Sha256::new();
        let mut total = 0;
        let chunks = random.within(10..40);
        for chunk in 1..=chunks {
            let length = random.within(1..120_000);
            // Random, so no two are equal: after a kill nobody can tell a repetition from data.
            let bytes = random.bytes(length);
            digest.update(&bytes);
            total += length;
            let answered = client.chunk(&session, &bytes, chunk == chunks).await;
            assert_eq!(
                answered.cast_unsigned(),
                total,
                "chunk {chunk} of {session}"
            );
            progress.acknowledged.fetch_add(1, Ordering::SeqCst);
            progress.changed.notify_waiters();
        }
        let digest = digest.finalize().into();
        finished.push(Finished { session, digest });
    }
    finished
}
