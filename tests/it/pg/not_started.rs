//! A server that does not start says why.

use super::Place;
use crate::support::postgres::host::{Host, Orders};

#[tokio::test]
async fn the_error_has_the_end_of_the_servers_log() {
    let place = Place::new();
    let mut host = Host::start(&Orders {
        settings: vec![("max_wal_senders".to_owned(), "many".to_owned())],
        ..place.orders()
    });
    let message = host.failed().await;
    assert!(
        message.starts_with("PostgreSQL did not start: it ended with exit status: 1"),
        "{message}"
    );
    assert!(message.contains("postgres.log"), "{message}");
    assert!(
        message.contains("invalid value for parameter \"max_wal_senders\": \"many\""),
        "{message}"
    );
}
