//! One server for each run of the tests, and a database for each test.

use crate::support::postgres::{Template, TestDatabase};
use futures_util::FutureExt;
use tokio_postgres::NoTls;

/// A table whose rows count how often the template was built.
const COUNTED: Template = Template {
    fingerprint: "counted",
    build: |config| {
        async move {
            let (client, connection) = config.connect(NoTls).await?;
            let work = async move {
                client
                    .batch_execute("CREATE TABLE built (at int); INSERT INTO built VALUES (1)")
                    .await
            };
            tokio::join!(work, connection).0?;
            Ok(())
        }
        .boxed()
    },
};

#[tokio::test]
async fn a_test_has_a_copy_of_the_template_to_itself() {
    let (one, other) = tokio::join!(TestDatabase::new(&COUNTED), TestDatabase::new(&COUNTED));
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
