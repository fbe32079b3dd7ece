//! What signals mean to a gateway.

use std::{
    io::{self, Write},
    process,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use signal_hook::{consts, flag};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};
use tracing::info;

use crate::telemetry::logs;

/// How long a stop at once waits for the log.
const LOG_WITHIN: Duration = Duration::from_secs(1);

/// Keeps the signals that mean "read your settings", "open your log" or nothing from ending the
/// process, from the first moment on: there is no runtime yet that could listen for them.
pub(super) fn survive_hang_ups() -> io::Result<()> {
    for signal in [consts::SIGHUP, consts::SIGUSR1, consts::SIGUSR2] {
        // Nobody looks at the flag: settings that are read after this are the new ones.
        flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

/// SIGHUPs from now on; those that come while nobody waits count as one.
pub(super) fn hang_ups() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Logs the signals that have no meaning, so that whoever sends them learns it.
pub(super) fn explain_others() -> io::Result<()> {
    let mut first = signal(SignalKind::user_defined1())?;
    let mut second = signal(SignalKind::user_defined2())?;
    tokio::spawn(async move {
        loop {
            let name = tokio::select! {
                _ = first.recv() => "SIGUSR1",
                _ = second.recv() => "SIGUSR2",
            };
            info!(
                signal = name,
                "ignored a signal; SIGHUP reads settings again, SIGTERM stops"
            );
        }
    });
    Ok(())
}

/// Listens for SIGINT and SIGTERM from now on. The future ends at the first; after that, a
/// second one ends the process at once, for whoever cannot wait for what is in flight.
pub(super) fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut signals = Stops {
        interrupt: signal(SignalKind::interrupt())?,
        terminate: signal(SignalKind::terminate())?,
    };
    Ok(async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            let last_words = tokio::task::spawn_blocking(|| {
                logs::flush();
                // Where nobody reads it, it is not said.
                let _ = io::stderr().write_all(
                    b"chunkgate: stopped at once; clients repeat what was not answered\n",
                );
            });
            let _ = timeout(LOG_WITHIN, last_words).await;
            process::exit(1);
        });
    })
}

struct Stops {
    interrupt: Signal,
    terminate: Signal,
}

impl Stops {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
