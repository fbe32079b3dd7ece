//! Answers whose connection has ended before their client's kernel acknowledged them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    time::{Instant, sleep},
};

use super::connection::Written;
use crate::engine::{AnswerReceipt, Delivery, Evidence};

/// How many are waited for; each keeps a descriptor. Beyond that the oldest one counts as lost.
const KEPT: usize = 512;
/// How long an acknowledgement is waited for, some retransmissions included. An answer that is not
/// acknowledged by then counts as lost.
const KEPT_FOR: Duration = Duration::from_secs(10);
/// How often is looked, while there is anything to look at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Keeps the sockets of answers that are not acknowledged for a while.
///
/// The gateway closes a connection after the answer when the client asked for that, long before
/// the acknowledgement comes; and only a socket that is still there can tell.
#[derive(Clone, Debug)]
pub struct Unacknowledged(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    runtime: Handle,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: Vec<Kept>,
    /// A task is looking.
    is_watched: bool,
}

struct Kept {
    until: Instant,
    written: Written,
    receipt: Box<dyn AnswerReceipt>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.written.fmt(f)
    }
}

impl Kept {
    /// Whether it is known what became of it, or nobody waits any longer.
    fn is_over(&mut self) -> bool {
        self.written.look() != Delivery::Pending || Instant::now() >= self.until
    }

    fn tell(self) {
        if self.written.look() == Delivery::Acknowledged {
            self.receipt.delivered();
        }
    }
}

impl Unacknowledged {
    /// Looks at the sockets on `runtime`.
    pub fn new(runtime: Handle) -> Self {
        Self(Arc::new(Shared {
            runtime,
            state: Mutex::default(),
        }))
    }

    /// Keeps an answer until it is known what became of it.
    pub(super) fn keep(&self, written: Written, receipt: Box<dyn AnswerReceipt>) {
        let mut state = self.0.state();
        let oldest = (state.kept.len() == KEPT).then(|| state.kept.remove(0));
        state.kept.push(Kept {
            until: Instant::now() + KEPT_FOR,
            written,
            receipt,
        });
        let watch = !std::mem::replace(&mut state.is_watched, true);
        drop(state);
        if let Some(oldest) = oldest {
            oldest.tell();
        }
        if watch {
            let shared = Arc::clone(&self.0);
            self.0.runtime.spawn(async move { shared.watch().await });
        }
    }
}

impl Shared {
    async fn watch(&self) {
        loop {
            sleep(LOOK_EVERY).await;
            let mut state = self.state();
            let over: Vec<_> = state.kept.extract_if(.., Kept::is_over).collect();
            let is_empty = state.kept.is_empty();
            state.is_watched = !is_empty;
            drop(state);
            over.into_iter().for_each(Kept::tell);
            if is_empty {
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
