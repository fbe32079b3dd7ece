//! One server for each run of the tests, and a database for each test.

use futures_util::FutureExt;
use tokio_postgres::{Config, NoTls};

use crate::support::postgres::{Built, Template, TestDatabase};

/// A table with one row.
fn template() -> Template {
    Template {
        fingerprint: "one_row".to_owned(),
        build: |config| build(config).boxed(),
    }
}

async fn build(config: Config) -> Built {
    let (client, connection) = config.connect(NoTls).await?;
    let work = async move {
        let table = "CREATE TABLE built (at int); INSERT INTO built VALUES (1)";
        client.batch_execute(table).await
    };
    tokio::join!(work, connection).0?;
    Ok(())
}

#[tokio::test]
async fn a_test_has_a_copy_of_the_template_to_itself() {
    let template = template();
    let (one, other) = tokio::join!(TestDatabase::new(&template), TestDatabase::new(&template));
    one.connect()
        .await
        .batch_execute("INSERT INTO built VALUES (2)")
        .await
        .expect("a row");
    let rows = other
        .connect()
        .await
        .query("SELECT at FROM built", &[])
        .await
        .expect("rows");
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn its_url_leads_to_the_same_database() {
    let database = TestDatabase::empty().await;
    let config = database.url().parse().expect("a URL");
    assert_eq!(database.config(), config);
}

#[tokio::test]
async fn a_database_is_dropped_with_its_test() {
    let database = TestDatabase::empty().await;
    let config = database.config();
    drop(database);
    let error = config.connect(NoTls).await.err().expect("it is gone");
    assert_eq!(
        error.code(),
        Some(&tokio_postgres::error::SqlState::UNDEFINED_DATABASE)
    );
}
