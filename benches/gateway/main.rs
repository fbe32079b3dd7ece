//! How fast chunkgate is, as ratios within one run.
//!
//! The machine's disk and its other work change from minute to minute, so the parts that are to
//! be compared are measured in turns: every round measures each of them for a moment, and the
//! table shows the best round of each, which is the one that was disturbed least.
//!
//! `cargo bench` runs all of it; `CHUNKGATE_BENCH_SECONDS` says how long one measurement takes.

mod http;
mod in_process;
mod reading;
mod stage;

use std::{collections::BTreeMap, env, process::ExitCode, time::Duration};

use stage::Stage;

/// A chunk of the size old clients send, in bytes.
pub const CHUNK: usize = 200_000;
/// Writers, or clients, at once.
const CLIENTS: [usize; 3] = [1, 8, 32];
/// Rounds of all measurements.
const ROUNDS: usize = 3;

fn main() -> ExitCode {
    // `cargo bench` passes its own flags; there is nothing to choose here.
    let duration = env::var("CHUNKGATE_BENCH_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .map_or(Duration::from_secs(2), Duration::from_secs_f64);
    reading::report(duration);
    match stage::become_somebody().and_then(|folder| run(&folder, duration)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the benchmark cannot run: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn run(folder: &stage::Folder, duration: Duration) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let stage = Stage::set(folder).await?;
        let best = measure(&stage, duration).await;
        stage.clear().await?;
        report(&best?);
        Ok(())
    })
}

/// Chunks a second, by part and number of clients.
type Best = BTreeMap<(&'static str, usize), f64>;

const JOURNAL: &str = "journal alone";
const COMMIT: &str = "journal + commit, in process";
const HTTP: &str = "whole path over HTTP";

async fn measure(stage: &Stage, duration: Duration) -> Result<Best, Failure> {
    let mut best = Best::new();
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        for clients in CLIENTS {
            let mut note = |part, rate: f64| {
                let entry = best.entry((part, clients)).or_insert(0.0_f64);
                *entry = entry.max(rate);
            };
            note(
                JOURNAL,
                in_process::journal(stage, clients, duration).await?,
            );
            note(COMMIT, in_process::append(stage, clients, duration).await?);
            note(HTTP, http::upload(stage, clients, duration).await?);
        }
    }
    Ok(best)
}

fn report(best: &Best) {
    println!("\nDurable chunks of {CHUNK} bytes a second, best of {ROUNDS} rounds");
    println!(
        "{:<32}{:>12}{:>12}{:>12}",
        "clients", CLIENTS[0], CLIENTS[1], CLIENTS[2]
    );
    for part in [JOURNAL, COMMIT, HTTP] {
        print!("{part:<32}");
        for clients in CLIENTS {
            print!("{:>12.0}", best[&(part, clients)]);
        }
        println!();
    }
    print!("{:<32}", "HTTP : in process");
    for clients in CLIENTS {
        print!(
            "{:>12.2}",
            best[&(HTTP, clients)] / best[&(COMMIT, clients)]
        );
    }
    println!();
}
