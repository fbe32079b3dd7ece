//! Answers at once while the database is known to be away, and notices when it is back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, time::timeout};
use tracing::{info, warn};

/// How often the database is probed while it is away.
const PROBE_EVERY: Duration = Duration::from_millis(250);
/// How long one probe may take.
const PROBE_WITHIN: Duration = Duration::from_secs(2);

/// Closed while the database answers; open, and probing, while it does not.
#[derive(Clone, Default)]
pub struct Breaker {
    open: Arc<AtomicBool>,
}

impl Breaker {
    /// Whether callers are to be turned away.
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Turns callers away until `probe` succeeds once.
    pub fn trip<F, P>(&self, runtime: &Handle, why: &str, probe: F)
    where
        F: Fn() -> P + Send + 'static,
        P: Future<Output = bool> + Send,
    {
        if self.open.swap(true, Ordering::AcqRel) {
            return;
        }
        warn!(
            why,
            "the database is away; requests are refused until it answers"
        );
        // A weak handle: the probing ends with the last user of the database.
        let open = Arc::downgrade(&self.open);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(PROBE_EVERY).await;
                let Some(open) = open.upgrade() else { return };
                if timeout(PROBE_WITHIN, probe()).await.unwrap_or(false) {
                    open.store(false, Ordering::Release);
                    info!("the database is back");
                    return;
                }
            }
        });
    }
}
