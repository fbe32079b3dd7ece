//! How fast a client is, on a machine that others use, too.

use std::time::Duration;

use tokio::time::Instant;

use super::soap::Client;

/// How long a client is watched at a time.
const PHASE: Duration = Duration::from_millis(600);

/// How long each chunk took that a client uploads, one after the other.
pub async fn chunks_of_a_phase(client: &mut Client, chunk: &[u8]) -> Vec<Duration> {
    let (phase, mut took) = (Instant::now(), Vec::new());
    while phase.elapsed() < PHASE {
        let begun = Instant::now();
        let answer = client.send(chunk).await;
        took.push(begun.elapsed());
        assert!(answer.result("UploadFileChunk") > 0, "{answer:?}");
    }
    took
}

/// Which part of its speed a client kept, by the chunks that were not disturbed: of all, a fifth
/// took less than such a one. The disk and other programs make many of them slower, but what
/// others cost the gateway, each chunk pays.
pub fn kept(alone: &mut [Duration], beside: &mut [Duration]) -> f64 {
    let undisturbed = |took: &mut [Duration]| {
        took.sort();
        took[took.len() / 5].as_secs_f64()
    };
    undisturbed(alone) / undisturbed(beside)
}
