//! Chunks into the journal, and through the engine, without HTTP.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};

use bytes::Bytes;
use chunkgate::engine::{Peer, accounts::Credentials, session::SessionKey};
use tokio::task::JoinSet;

use super::{
    CHUNK, Failure,
    stage::{PASSWORD, Stage, USER},
};

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Adds up what tasks counted and divides it by the time they took.
pub async fn rate(
    mut tasks: JoinSet<Result<u64, Failure>>,
    begun: Instant,
) -> Result<f64, Failure> {
    let mut chunks = 0;
    while let Some(counted) = tasks.join_next().await {
        chunks += counted??;
    }
    #[allow(clippy::cast_precision_loss, reason = "a count of seconds' work")]
    Ok(chunks as f64 / begun.elapsed().as_secs_f64())
}

/// Durable chunks a second into the journal alone.
pub async fn journal(stage: &Stage, writers: usize, duration: Duration) -> Result<f64, Failure> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..writers {
        let journal = stage.journal.clone();
        tasks.spawn(async move {
            let chunk = chunk();
            let mut count = 0;
            while begun.elapsed() < duration {
                let mut writer = journal.writer(None);
                writer.write(chunk.clone()).await?;
                writer.seal().await?;
                count += 1;
            }
            Ok(count)
        });
    }
    let rate = rate(tasks, begun).await?;
    // Its segments are worth nothing, and would fill the disk.
    let offered = stage.journal.reclaimable(usize::MAX);
    stage.journal.reclaim(offered).await?;
    Ok(rate)
}

/// Durable and committed chunks a second through the engine.
pub async fn append(stage: &Stage, clients: usize, duration: Duration) -> Result<f64, Failure> {
    let mut sessions = Vec::new();
    for _ in 0..clients {
        let credentials = Credentials {
            user: USER.to_owned(),
            password: PASSWORD.to_owned().into(),
        };
        sessions.push(
            stage
                .engine
                .start_session(&credentials, CLIENT, "bench")
                .await?
                .token,
        );
    }
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for token in sessions.clone() {
        let engine = stage.engine.clone();
        let key: SessionKey = token.key();
        tasks.spawn(async move {
            let chunk = chunk();
            let mut count = 0;
            while begun.elapsed() < duration {
                let mut append = engine.append(CLIENT);
                append.name(key).await;
                append.write(chunk.clone()).await;
                append
                    .finish(false, || Peer::Present)
                    .await?
                    .receipt
                    .delivered();
                count += 1;
            }
            Ok(count)
        });
    }
    let rate = rate(tasks, begun).await?;
    for token in sessions {
        stage.engine.cancel(token.key(), CLIENT).await?;
    }
    Ok(rate)
}

/// Bytes that look like a compressed document.
pub fn chunk() -> Bytes {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..CHUNK).map(next).collect::<Vec<u8>>().into()
}
