//! A database that would lose in a power cut what it has acknowledged is refused.

use chunkgate::{
    backend::pool_settings,
    settings::Settings,
    store::postgres::{Connector, TlsSettings},
};

use crate::support::postgres::TestDatabase;

#[tokio::test]
async fn no_connection_is_opened_to_a_server_without_fsync() {
    // The tests' server runs so.
    let database = TestDatabase::empty().await;
    let settings = Settings::default();
    let tls = TlsSettings::default();
    let connector = Connector::new(database.config(), &tls, &pool_settings(&settings));
    let connector = connector.expect("no certificates are asked for");
    let refusal = connector.open_or_explain().await.expect_err("fsync is off");
    let message = refusal.to_string();
    assert!(message.contains("fsync = off"), "{message}");
    assert!(
        message.contains("database.allow_unsafe_durability"),
        "{message}"
    );
}
