//! A database for each test, copied from a template.

use std::{error::Error, thread};

use chunkgate::pg::Endpoint;
use futures_util::future::BoxFuture;
use tokio_postgres::{Client, Config, NoTls};
use uuid::Uuid;

use super::server;

/// The advisory lock of whoever builds a template.
const BUILDING: i64 = 0x7465_6d70_6c61_7465;

/// What every database of a kind of test begins with.
#[derive(Clone, Debug)]
pub struct Template {
    /// Names the content: the same fingerprint is built once for each run. Lower-case letters,
    /// digits and `_`.
    pub fingerprint: String,
    /// Builds the content in an empty database.
    pub build: fn(Config) -> BoxFuture<'static, Built>,
}

/// How building a template ended.
pub type Built = Result<(), Box<dyn Error + Send + Sync>>;

/// A database of one test's own; dropped with it.
#[derive(Debug)]
pub struct TestDatabase {
    endpoint: Endpoint,
}

impl TestDatabase {
    /// A fresh copy of the template.
    pub async fn new(template: &Template) -> Self {
        let server = server::endpoint().await;
        let admin = connect(&admin_config(server)).await;
        let name = ensure_template(&admin, server, template).await;
        Self::copy(&admin, server, &name).await
    }

    /// A fresh database with nothing in it.
    pub async fn empty() -> Self {
        let server = server::endpoint().await;
        let admin = connect(&admin_config(server)).await;
        Self::copy(&admin, server, "template0").await
    }

    /// A copy of this one as it is now; nobody may be connected to it.
    pub async fn backup(&self) -> Self {
        let server = server::endpoint().await;
        let admin = connect(&admin_config(server)).await;
        Self::copy(&admin, server, &self.endpoint.database).await
    }

    async fn copy(admin: &Client, server: &Endpoint, template: &str) -> Self {
        let name = format!("test_{}", Uuid::new_v4().simple());
        execute(
            admin,
            &format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await;
        let endpoint = server.with_database(&name);
        Self { endpoint }
    }

    /// The configuration of a connection.
    pub fn config(&self) -> Config {
        self.endpoint.config()
    }

    /// The same as the value of the setting `database.url`.
    pub fn url(&self) -> String {
        let Endpoint {
            socket_dir,
            port,
            role,
            database,
        } = &self.endpoint;
        let host = socket_dir
            .to_str()
            .expect("a plain path")
            .replace('/', "%2F");
        format!("postgresql://{role}@{host}:{port}/{database}")
    }

    /// A connection, which lives as long as its client.
    pub async fn connect(&self) -> Client {
        connect(&self.config()).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let admin = admin_config(&self.endpoint);
        let statement = format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            self.endpoint.database
        );
        // The test's runtime cannot be waited for from within. If dropping fails, the database
        // goes with the run's server.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let (client, connection) = admin.connect(NoTls).await?;
                let work = async move { client.batch_execute(&statement).await };
                tokio::join!(work, connection).0
            })?;
            Built::Ok(())
        });
        let _ = dropping.join();
    }
}

/// Builds the template unless another test has, and returns its name. It is renamed when it is
/// finished, so that a half-built one is never copied.
async fn ensure_template(admin: &Client, server: &Endpoint, template: &Template) -> String {
    let name = format!("template_{}", template.fingerprint);
    execute(admin, &format!("SELECT pg_advisory_lock({BUILDING})")).await;
    let exists = admin
        .query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name])
        .await
        .expect("a look");
    if exists.is_none() {
        let draft = format!("draft_{}", template.fingerprint);
        execute(
            admin,
            &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"),
        )
        .await;
        execute(
            admin,
            &format!("CREATE DATABASE {draft} TEMPLATE template0"),
        )
        .await;
        (template.build)(server.with_database(&draft).config())
            .await
            .expect("the template is built");
        execute(admin, &format!("ALTER DATABASE {draft} RENAME TO {name}")).await;
    }
    execute(admin, &format!("SELECT pg_advisory_unlock({BUILDING})")).await;
    name
}

fn admin_config(server: &Endpoint) -> Config {
    let mut config = server.with_database("postgres").config();
    // No wait is endless, not even for another test that builds the template.
    config.options("-c lock_timeout=60s -c statement_timeout=60s");
    config
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config
        .connect(NoTls)
        .await
        .expect("the run's server answers");
    tokio::spawn(connection);
    client
}

async fn execute(client: &Client, statement: &str) {
    if let Err(error) = client.batch_execute(statement).await {
        panic!("{statement}: {error}");
    }
}
