//! A database that goes away and comes back, without the other tests' databases.

use tokio_postgres::Client;

use super::postgres::TestDatabase;

/// No connection to the test's database works while it lasts.
pub struct Outage {
    // On another database, so that it is not cut with the others.
    admin: Client,
    database: String,
}

impl Outage {
    /// Ends all connections to the database and admits no new ones.
    pub async fn of(database: &TestDatabase) -> Self {
        let name = database.config().get_dbname().expect("a name").to_owned();
        let mut config = database.config();
        config.dbname("postgres");
        let (admin, connection) = config
            .connect(tokio_postgres::NoTls)
            .await
            .expect("the run's server answers");
        tokio::spawn(connection);
        let outage = Self {
            admin,
            database: name,
        };
        outage.admit(false).await;
        outage
            .admin
            .execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                &[&outage.database],
            )
            .await
            .expect("connections end");
        outage
    }

    /// Admits connections again.
    pub async fn end(self) {
        self.admit(true).await;
    }

    async fn admit(&self, admitted: bool) {
        let Self { admin, database } = self;
        admin
            .batch_execute(&format!(
                "ALTER DATABASE {database} ALLOW_CONNECTIONS {admitted}"
            ))
            .await
            .expect("the database is altered");
    }
}
