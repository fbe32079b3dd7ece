//! The engine's repository over Postgres.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use uuid::Uuid;

use crate::{
    content::Extent,
    engine::{
        account::{Account, AccountId, AccountSettings},
        doubts::DoubtfulChunk,
        repository::{
            Again, Commit, Explanation, NewSession, Repository, RepositoryError, SessionFilter,
            SessionName, Start, Totals,
        },
        session::{KnownSession, SessionId, SessionKey, SessionStatus},
    },
};

use super::{Database, accounts, sessions};

type Result<T> = std::result::Result<T, RepositoryError>;

/// Rows in Postgres.
#[derive(Clone)]
pub struct Postgres {
    database: Database,
    // A condition of every commit.
    switch_group: Arc<str>,
}

impl Postgres {
    /// The database itself.
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Rows in `database`, for a gateway that serves the accounts of `switch_group`.
    pub fn new(database: Database, switch_group: Arc<str>) -> Self {
        Self {
            database,
            switch_group,
        }
    }
}

#[async_trait]
impl Repository for Postgres {
    async fn start(&self, session: &NewSession) -> Result<Start> {
        sessions::start(&self.database, session).await
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<KnownSession>> {
        sessions::find(&self.database, key).await
    }

    async fn commit(&self, boot: Uuid, group: &[Commit]) -> Result<Vec<(SessionId, u64)>> {
        sessions::commit(&self.database, boot, &self.switch_group, group).await
    }

    async fn explain(&self, boot: Uuid, append: &Commit) -> Result<Option<Explanation>> {
        sessions::explain(&self.database, boot, append).await
    }

    async fn answer_again(&self, boot: Uuid, append: &Commit, again: Again) -> Result<Option<u64>> {
        sessions::answer_again(&self.database, boot, append, again).await
    }

    async fn resolve(&self, boot: Uuid, append: &Commit) -> Result<Option<u64>> {
        sessions::resolve(&self.database, boot, append).await
    }

    async fn mark_suspect(&self, boot: Uuid, session: SessionId, total: u64) -> Result<()> {
        sessions::mark_suspect(&self.database, boot, session, total).await
    }

    async fn cancel(&self, session: SessionName, undeletable: bool) -> Result<Option<SessionId>> {
        sessions::cancel(&self.database, session, undeletable).await
    }

    async fn undelete(&self, session: SessionName) -> Result<Option<SessionId>> {
        sessions::undelete(&self.database, session).await
    }

    async fn drop_undeletable(&self, after: Duration, limit: u32) -> Result<u64> {
        sessions::drop_undeletable(&self.database, after, limit).await
    }

    async fn status(&self, session: SessionName) -> Result<Option<SessionStatus>> {
        sessions::status(&self.database, session).await
    }

    async fn list(&self, filter: &SessionFilter, limit: u32) -> Result<Vec<SessionStatus>> {
        sessions::list(&self.database, filter, limit).await
    }

    async fn extents(&self, session: SessionId) -> Result<Vec<Extent>> {
        sessions::extents(&self.database, session).await
    }

    async fn doubts(&self, session: SessionId, limit: u32) -> Result<Vec<DoubtfulChunk>> {
        sessions::doubts(&self.database, session, limit).await
    }

    async fn sessions_with_content(&self, after: SessionId, limit: u32) -> Result<Vec<SessionId>> {
        sessions::with_content(&self.database, after, limit).await
    }

    async fn expire(&self, limit: u32) -> Result<Vec<SessionId>> {
        sessions::expire(&self.database, limit).await
    }

    async fn delete_ended(&self, retention: Duration, limit: u32) -> Result<u64> {
        sessions::delete_ended(&self.database, retention, limit).await
    }

    async fn totals(&self) -> Result<Totals> {
        sessions::totals(&self.database).await
    }

    async fn account(&self, name: &str) -> Result<Option<Account>> {
        accounts::find(&self.database, name).await
    }

    async fn accounts(&self, after: &str, limit: u32) -> Result<Vec<Account>> {
        accounts::list(&self.database, after, limit).await
    }

    async fn add_account(
        &self,
        name: &str,
        password_hash: &str,
        settings: &AccountSettings,
    ) -> Result<Option<AccountId>> {
        accounts::add(&self.database, name, password_hash, settings).await
    }

    async fn update_account(
        &self,
        account: AccountId,
        password_hash: &str,
        settings: &AccountSettings,
    ) -> Result<bool> {
        accounts::update(&self.database, account, password_hash, settings).await
    }

    async fn remove_account(&self, account: AccountId) -> Result<bool> {
        accounts::remove(&self.database, account).await
    }
}
