//! File descriptors: as many as the settings can need, or settings that fit the limit.
//!
//! Connections of clients are the only thing of which there can be thousands, and strangers open
//! them. Without a limit that fits, they would take the descriptors that the journal and the pool
//! need, and every request would fail.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{debug, warn};

use super::AppError;
use crate::settings::Settings;

/// Descriptors for one connection of a client: whoever looks at the client's end shares the server's.
const PER_CONNECTION: u64 = 1;
/// Connections beside `server.max_connections` on each worker: those being refused or closed to
/// make room.
pub const SPARE_CONNECTIONS: usize = 32;
/// Connections of operators, and of a webhook's service that reports statuses; twice the statuses
/// that are read at once, so that slow ones leave room for `/readyz`.
pub const OPERATORS: usize = 128;
/// The fewest connections that are worth starting with; the least that `server.max_connections`
/// can be.
const FEWEST: u64 = 16;

/// A worker's runtime has its own epoll, timer and wakers.
const PER_WORKER: u64 = 8;
/// A hand-over reads a document, writes a file or sends it, and syncs the directory.
const PER_HAND_OVER: u64 = 4;
/// `hylafax`: one for commands, one for data.
const PER_HYLAFAX_CONNECTION: u64 = 2;
/// An image: pipes to Ghostscript, its documents, the file that is sent.
const PER_IMAGE: u64 = 8;
/// What is open once (standard streams, ports, locks, pipes to our Postgres), and files that are
/// open while one of their blocks is read.
const REST: u64 = 64 + 128;

/// Descriptors that the settings can need beside the clients' connections.
fn reserved(settings: &Settings) -> u64 {
    let Settings {
        server,
        pool,
        content,
        fax,
        hylafax,
        ..
    } = settings;
    let spare = PER_CONNECTION * (server.workers * SPARE_CONNECTIONS) as u64;
    let deliveries = 3 * fax.workers as u64 * PER_HAND_OVER
        + hylafax.max_connections as u64 * PER_HYLAFAX_CONNECTION;
    spare
        + OPERATORS as u64
        + server.workers as u64 * PER_WORKER
        + (pool.size + pool.queries) as u64
        // The one that is written, and one that is still being synced.
        + content.ready_segments as u64 + 2
        + deliveries
        + fax.images_at_once as u64 * PER_IMAGE
        + REST
}

/// Raises this process' limit as far as it may, and returns it.
fn raise() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    // No limit is none to be raised.
    let Some(soft) = current else {
        return u64::MAX;
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum.unwrap_or(u64::MAX),
        Err(error) => {
            debug!(%error, "the limit of open files stays at {soft}");
            soft
        }
    }
}

/// The settings with as many connections as there can be descriptors for, once the limit of this
/// process is raised as far as it may be.
///
/// # Errors
/// [`AppError::Descriptors`] if there are not enough for [`FEWEST`] connections.
pub fn fit(settings: &Settings) -> Result<Settings, AppError> {
    let limit = raise();
    let mut fitting = settings.clone();
    let wanted = settings.server.max_connections;
    fitting.server.max_connections = connections_within(limit, settings)?;
    let left = fitting.server.max_connections;
    if left < wanted {
        let needed = needed(settings, wanted as u64);
        warn!(
            "server.max_connections is {left} instead of {wanted}: this process may open {limit} files, and {wanted} connections need {needed}; \
             raise the limit (LimitNOFILE= of the systemd unit, `ulimits: nofile` of the container, `ulimit -Hn`) to {needed} or more"
        );
    }
    Ok(fitting)
}

fn needed(settings: &Settings, connections: u64) -> u64 {
    reserved(settings) + connections * PER_CONNECTION
}

/// How many connections of clients there may be if so many files may be open.
fn connections_within(limit: u64, settings: &Settings) -> Result<usize, AppError> {
    let fitting = limit.saturating_sub(reserved(settings)) / PER_CONNECTION;
    if fitting < FEWEST {
        return Err(AppError::Descriptors {
            limit,
            least: needed(settings, FEWEST),
            wanted: needed(settings, settings.server.max_connections as u64),
        });
    }
    let fitting = usize::try_from(fitting).unwrap_or(usize::MAX);
    Ok(settings.server.max_connections.min(fitting))
}

#[cfg(test)]
mod tests {
    use super::{FEWEST, PER_CONNECTION, connections_within, needed};
    use crate::settings::Settings;

    #[test]
    fn connections_are_what_a_limit_leaves_beside_the_reserve() {
        let settings = Settings::default();
        let wanted = settings.server.max_connections;
        let enough = needed(&settings, wanted as u64);
        assert_eq!(connections_within(u64::MAX, &settings).unwrap(), wanted);
        assert_eq!(connections_within(enough, &settings).unwrap(), wanted);
        let fewer = connections_within(enough - 10 * PER_CONNECTION, &settings).unwrap();
        assert_eq!(fewer, wanted - 10);
    }

    #[test]
    fn too_low_a_limit_is_refused_with_the_numbers() {
        let settings = Settings::default();
        let least = needed(&settings, FEWEST);
        assert_eq!(connections_within(least, &settings).unwrap(), 16);
        let refused = connections_within(least - 1, &settings).unwrap_err();
        let refused = refused.to_string();
        assert!(refused.contains(&least.to_string()), "{refused}");
        assert!(refused.contains("LimitNOFILE"), "{refused}");
    }
}
