//! Giving the database and the store a new mark after appends were committed.

use tokio::sync::Mutex;
use tracing::{error, warn};
use uuid::Uuid;

use crate::{
    content::{
        StoreId,
        journal::{Mark, MarkFile},
    },
    store::postgres::Database,
};

/// The mark that the database and the directory have in common, and the only way to change it. Belongs to the gateway
/// that holds the directory's lock.
pub struct Confirmations {
    database: Database,
    store: StoreId,
    file: MarkFile,
    state: Mutex<State>,
}

struct State {
    /// What the directory has. The database has it, too, or `next`.
    present: Mark,
    next: Option<Mark>,
    /// [`Database::appends`] when `next`, or else `present`, was made.
    appends: u64,
    /// The database was found to have neither.
    apart: bool,
}

impl Confirmations {
    /// The marks of a store and its database: `present` in the directory, `known` in the database, which may be one ahead.
    pub fn new(
        database: Database,
        store: StoreId,
        file: MarkFile,
        present: Mark,
        known: Mark,
    ) -> Self {
        let state = State {
            present,
            next: (known != present).then_some(known),
            appends: database.appends(),
            apart: false,
        };
        Self {
            database,
            store,
            file,
            state: Mutex::new(state),
        }
    }

    /// The marks of which the right database has one.
    pub async fn marks(&self) -> Vec<Uuid> {
        let state = self.state.lock().await;
        [Some(state.present), state.next]
            .into_iter()
            .flatten()
            .map(|mark| mark.id)
            .collect()
    }

    /// Gives both a new mark if appends were committed since the last. What fails is tried again by the next call, and
    /// until then there is no newer mark.
    pub async fn confirm(&self) {
        let mut state = self.state.lock().await;
        let appends = self.database.appends();
        if state.next.is_none() && appends != state.appends {
            state.next = Some(state.present.next());
            state.appends = appends;
        }
        let Some(next) = state.next else { return };
        match self
            .database
            .mark_journal(self.store, state.present, next)
            .await
        {
            Ok(true) => state.apart = false,
            Ok(false) => {
                if !state.apart {
                    error!(
                        database = self.database.connector().server(), store = %self.store,
                        "the database is not the one that this gateway started with, or was set back: nothing is reclaimed; \
                         stop the gateway, and see to it that the right database is there"
                    );
                }
                state.apart = true;
                return;
            }
            Err(error) => {
                warn!(%error, "the database got no new mark; tried again later");
                return;
            }
        }
        let file = self.file.clone();
        let written = tokio::task::spawn_blocking(move || file.write(next)).await;
        match written {
            Ok(Ok(())) => {
                state.present = next;
                state.next = None;
            }
            Ok(Err(error)) => warn!(%error, "the content store got no new mark; tried again later"),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}
