//! Work on many rows, a statement at a time.

use tracing::warn;

use crate::engine::repository::RepositoryError;

/// Rows in one statement.
const BATCH: u32 = 500;
/// Statements in one run; what is left waits for the next.
const BATCHES: usize = 100;

/// Runs a statement, which is given how many rows it may take, until it takes fewer; returns how
/// many rows there were.
pub async fn in_batches<F>(trouble: &'static str, statement: impl Fn(u32) -> F) -> u64
where
    F: Future<Output = Result<u64, RepositoryError>>,
{
    let mut rows = 0;
    for _ in 0..BATCHES {
        match statement(BATCH).await {
            Ok(done) => {
                rows += done;
                if done < u64::from(BATCH) {
                    break;
                }
            }
            Err(error) => {
                warn!(%error, "{trouble}; tried again later");
                break;
            }
        }
    }
    rows
}
