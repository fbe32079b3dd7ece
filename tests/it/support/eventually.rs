//! Waiting for what cannot be waited for otherwise, within bounds.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long a test waits at most.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Asks again and again until there is something.
///
/// # Panics
/// If there is nothing for too long.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "no {what}");
        sleep(PAUSE).await;
    }
}

/// Asks again and again until the answer is yes.
///
/// # Panics
/// If it is not for too long.
pub async fn until(what: &str, mut check: impl AsyncFnMut() -> bool) {
    eventually(what, async || check().await.then_some(())).await;
}
