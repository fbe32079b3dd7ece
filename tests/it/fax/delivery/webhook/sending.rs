//! Whoever sends what the receiver has, and says so until the gateway has heard it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chunkgate::fax::delivery::{Attempt, Outcome};
use tokio::{sync::watch, task::JoinHandle, time::sleep};

use super::{
    gateways::try_tell,
    receiver::{Receiver, status_of},
};

/// At work until it is stopped.
pub struct Sending {
    stopping: Arc<AtomicBool>,
    work: JoinHandle<()>,
}

impl Sending {
    /// Begins; `verdict` says how each attempt ends.
    pub fn start(
        receiver: &Receiver,
        admin: watch::Receiver<SocketAddr>,
        verdict: impl Fn(Attempt) -> Outcome + Send + 'static,
    ) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let (receiver, is_over) = (receiver.clone(), Arc::clone(&stopping));
        let work = tokio::spawn(async move {
            let mut untold: Vec<(String, Outcome)> = Vec::new();
            while !is_over.load(Ordering::SeqCst) || !untold.is_empty() {
                for attempt in receiver.waiting() {
                    if receiver.begin(attempt).is_none() {
                        continue;
                    }
                    let outcome = verdict(attempt);
                    receiver.end(attempt, &outcome);
                    untold.push((receiver.key(attempt).expect("it has it"), outcome));
                }
                let mut left = Vec::new();
                for (key, outcome) in untold {
                    let admin = *admin.borrow();
                    match try_tell(admin, &key, status_of(Some(&outcome))).await {
                        // Or it was told so in an answer, and has forgotten it.
                        Some(200 | 404) => {}
                        Some(503) | None => left.push((key, outcome)),
                        Some(status) => panic!("{status} for {key}"),
                    }
                }
                untold = left;
                sleep(Duration::from_millis(5)).await;
            }
        });
        Self { stopping, work }
    }

    /// Says what is left to say, and ends.
    pub async fn stop(self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.work.await.expect("no panic");
    }
}
