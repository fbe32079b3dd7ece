//! Watching the database's clock, by whose time sessions expire and documents are dropped.
//!
//! A clock that jumps forward (set by hand, by NTP, after a virtual machine was paused) would have everything expire and
//! deleted that is younger than the jump. So whatever goes by age goes by the view `steady_time`, which never runs ahead
//! of the last look by more than half a minute, and not at all with a jump. The jump is taken for real when the clock goes
//! back, when an operator says so, or when as much time as it skipped has really passed: nothing is then deleted before
//! half of the time for which it was to be kept.
//!
//! Looks are compared by the machine's time since its start, which goes on over restarts of the gateway. Over a restart of
//! the machine nothing can be told from a jump; there the clock is believed.

use std::{
    fs,
    sync::{Mutex, PoisonError},
};

use rustix::time::{ClockId, clock_gettime};
use time::OffsetDateTime;
use tracing::{error, info, warn};
use uuid::Uuid;

use crate::{
    engine::repository::RepositoryError,
    store::postgres::{ClockState, Database},
    telemetry::metrics::{self, Clock},
};

/// What the clock may be off between two looks and still count as going on, in seconds. Beyond any correction that does
/// not matter; `steady_time` in `sql/migrations` has the same bound.
const JUMP: f64 = 30.0;
/// How long the database may take to answer, so that its answer still tells the time, in seconds.
const PROMPT: f64 = 2.0;

/// The machine's own time since its start.
#[derive(Clone, Debug, PartialEq)]
struct Host {
    boot: String,
    uptime: f64,
    /// What its calendar says.
    calendar: OffsetDateTime,
}

/// Seconds since the machine was started, those in which it was suspended included.
fn uptime() -> f64 {
    let time = clock_gettime(ClockId::Boottime);
    #[expect(
        clippy::cast_precision_loss,
        reason = "microseconds are kept for a hundred years"
    )]
    let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
    seconds
}

/// Watches the clock; one for a gateway.
#[derive(Debug)]
pub struct Watch {
    /// Which start of the machine this is in.
    boot: String,
    /// The machine at the last look.
    last: Mutex<Option<Host>>,
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

impl Watch {
    /// A watch that has not looked yet.
    pub fn new() -> Self {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id");
        Self {
            // Without that, nothing is known over a restart of the gateway.
            boot: boot.map_or_else(|_| Uuid::new_v4().to_string(), |id| id.trim().to_owned()),
            last: Mutex::new(None),
        }
    }

    /// Looks for the first time.
    ///
    /// # Errors
    /// The database's.
    pub async fn start(database: &Database) -> Result<Self, RepositoryError> {
        let watch = Self::new();
        watch.look(database).await?;
        Ok(watch)
    }

    /// Looks once. If the database does not answer, or not promptly, nothing is learnt, and nothing grows old meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub async fn look(&self, database: &Database) -> Result<(), RepositoryError> {
        let host = Host {
            boot: self.boot.clone(),
            uptime: uptime(),
            calendar: OffsetDateTime::now_utc(),
        };
        self.look_at_host(&host);
        let (at, before) = database.clock().await?;
        if uptime() - host.uptime > PROMPT {
            return Ok(());
        }
        let (state, jump) = next(&before, at, &host);
        database.set_clock(&before, &state).await?;
        metrics::clock_held_back(state.held_back);
        if let Some(seconds) = jump {
            metrics::clock_jump(Clock::Database);
            error!(
                seconds,
                held_back = state.held_back,
                "the database's clock has jumped: what goes by age is held back by that; if the clock is right now, \
                 `chunkgate clock accept`, otherwise set it right"
            );
        } else if state.held_back > 0.0 && state.held_for >= state.held_back {
            let seconds = database.accept_clock().await?;
            metrics::clock_held_back(0.0);
            info!(
                seconds,
                "as much time has passed as the clock had jumped: it is believed again"
            );
        }
        Ok(())
    }

    /// The gateway's own calendar decides about nothing that is stored; it is only looked at.
    fn look_at_host(&self, host: &Host) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = last.replace(host.clone()) {
            let went = (host.calendar - last.calendar).as_seconds_f64();
            let seconds = went - (host.uptime - last.uptime);
            if seconds.abs() > JUMP {
                metrics::clock_jump(Clock::Gateway);
                warn!(seconds, "this machine's clock has jumped");
            }
        }
    }
}

/// What is known after a look, and the jump that it found, in seconds.
fn next(before: &ClockState, at: OffsetDateTime, host: &Host) -> (ClockState, Option<f64>) {
    let mut state = ClockState {
        seen_at: Some(at),
        host_boot: host.boot.clone(),
        host_uptime: host.uptime,
        ..before.clone()
    };
    let Some(seen_at) = before.seen_at else {
        return (state, None);
    };
    let shown = (at - seen_at).as_seconds_f64();
    let passed = if before.host_boot == host.boot {
        host.uptime - before.host_uptime
    } else {
        shown.max(0.0)
    };
    let jump = Some(shown - passed).filter(|jump| jump.abs() > JUMP);
    if let Some(jump) = jump {
        // Never ahead of the clock: new rows have its time.
        state.held_back = (before.held_back + jump).max(0.0);
    }
    state.held_for = if jump.is_none() && state.held_back > 0.0 {
        before.held_for + passed
    } else {
        0.0
    };
    (state, jump)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: f64 = 3600.0;

    fn host(boot: &str, uptime: f64) -> Host {
        Host {
            boot: boot.to_owned(),
            uptime,
            calendar: OffsetDateTime::UNIX_EPOCH,
        }
    }

    fn time(seconds: f64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + time::Duration::seconds_f64(seconds)
    }

    /// Looks at these times of the clock and of the machine; returns the last state, and the jumps.
    fn looks(looks: &[(f64, &str, f64)]) -> (ClockState, Vec<i64>) {
        let mut state = ClockState::default();
        let mut jumps = Vec::new();
        for (clock, boot, uptime) in looks {
            let jump;
            (state, jump) = next(&state, time(*clock), &host(boot, *uptime));
            #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
            jumps.extend(jump.map(|jump| jump.round() as i64));
        }
        (state, jumps)
    }

    #[test]
    fn a_clock_that_goes_on_is_believed_also_over_a_day_in_which_no_gateway_ran() {
        let (state, jumps) = looks(&[
            (0.0, "a", 10.0),
            (5.0, "a", 15.1),
            (24.0 * HOUR, "a", 24.0 * HOUR + 10.0),
        ]);
        assert_eq!((state.held_back, jumps), (0.0, vec![]));
    }

    #[test]
    fn a_jump_is_held_back_until_the_clock_goes_back() {
        let (state, jumps) = looks(&[(0.0, "a", 0.0), (2.0 * HOUR, "a", 5.0)]);
        assert_eq!((state.held_back, jumps), (2.0 * HOUR - 5.0, vec![7195]));
        let (state, jumps) = looks(&[(0.0, "a", 0.0), (2.0 * HOUR, "a", 5.0), (10.0, "a", 10.0)]);
        assert_eq!((state.held_back, jumps), (0.0, vec![7195, -7195]));
    }

    #[test]
    fn a_jump_while_no_gateway_ran_is_seen_by_the_next() {
        let (state, jumps) = looks(&[(0.0, "a", 0.0), (3.0 * HOUR, "a", HOUR)]);
        assert_eq!((state.held_back, jumps), (2.0 * HOUR, vec![7200]));
    }

    #[test]
    fn over_a_restart_of_the_machine_the_clock_is_believed() {
        let (state, jumps) = looks(&[(0.0, "a", 900.0), (24.0 * HOUR, "b", 20.0)]);
        assert_eq!((state.held_back, jumps), (0.0, vec![]));
    }

    #[test]
    fn a_clock_that_goes_back_is_never_run_ahead_of() {
        let (state, jumps) = looks(&[(2.0 * HOUR, "a", 0.0), (5.0, "a", 5.0), (10.0, "a", 10.0)]);
        assert_eq!((state.held_back, jumps), (0.0, vec![-7200]));
    }

    #[test]
    fn the_time_that_has_passed_since_a_jump_is_counted_also_over_restarts() {
        let (state, _) = looks(&[
            (0.0, "a", 0.0),
            (HOUR, "a", 0.0),
            (1.5 * HOUR, "a", 0.5 * HOUR),
            (2.0 * HOUR, "b", 3.0),
        ]);
        assert_eq!((state.held_back, state.held_for), (HOUR, HOUR));
    }
}
