//! The database's clock, as the gateway has seen it go.

use time::OffsetDateTime;

use crate::engine::repository::RepositoryError;

use super::{Database, queries, rows::get};

/// What is known of the database's clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClockState {
    /// What it showed when it was last looked at; none: never.
    pub seen_at: Option<OffsetDateTime>,
    /// Which start of the gateway's machine that was in.
    pub host_boot: String,
    /// Seconds since that start, suspension included.
    pub host_uptime: f64,
    /// Seconds by which whatever goes by age is behind the clock, because that has jumped.
    pub held_back: f64,
    /// For how many seconds it has been.
    pub held_for: f64,
}

impl Database {
    /// What the clock shows now, and what is known of it.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn clock(&self) -> Result<(OffsetDateTime, ClockState), RepositoryError> {
        let row = self.query_opt(queries::READ_CLOCK, &[]).await?;
        let row = row.ok_or_else(|| {
            RepositoryError::Corrupt("the table gateway_clock has lost its row".to_owned())
        })?;
        let state = ClockState {
            seen_at: get(&row, "seen_at")?,
            host_boot: get(&row, "host_boot")?,
            host_uptime: get(&row, "host_uptime")?,
            held_back: get(&row, "held_back")?,
            held_for: get(&row, "held_for")?,
        };
        Ok((get(&row, "at")?, state))
    }

    /// Replaces what is known of the clock, unless that is not `before` any more.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn set_clock(
        &self,
        before: &ClockState,
        state: &ClockState,
    ) -> Result<(), RepositoryError> {
        self.query(
            queries::SET_CLOCK,
            &[
                &state.seen_at,
                &state.host_boot,
                &state.host_uptime,
                &state.held_back,
                &state.held_for,
                &before.seen_at,
                &before.held_back,
            ],
        )
        .await
        .map(drop)
    }

    /// Takes what the clock shows for right, and lets uploads that are under way live as long as before. Returns the
    /// seconds by which it had been held back.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn accept_clock(&self) -> Result<f64, RepositoryError> {
        let row = self.query_opt(queries::ACCEPT_CLOCK, &[]).await?;
        row.map_or(Ok(0.0), |row| get(&row, "held_back"))
    }
}
