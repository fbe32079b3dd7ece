//! What a gateway was doing with a fax when it died goes on with the next one, and not after its lease.

use std::time::Duration;

use chunkgate::{
    content::StoreId,
    fax::repository::FaxRepository,
    store::postgres::{Connector, Database, Postgres, TlsSettings},
};
use uuid::Uuid;

use crate::support::{
    gateway::{MIGRATED, pool},
    postgres::TestDatabase,
};

/// A process that is registered as the gateway, and its rows.
async fn gateway(test_database: &TestDatabase, store: StoreId) -> (Database, Postgres) {
    let tls = TlsSettings::default();
    let connector = Connector::new(test_database.config(), &tls, &pool()).expect("a connector");
    let database = Database::new(connector, &pool()).expect("a pool");
    database.register_journal(store).await.expect("a store");
    let registered = database.register_boot(Uuid::new_v4(), store).await;
    registered.expect("a boot");
    (database.clone(), Postgres::new(database, "".into()))
}

/// The transactions that are claimed now.
async fn claim(rows: &Postgres) -> Vec<i32> {
    let lease = Duration::from_mins(2);
    let claimed = rows.claim(&["test"], 10, Uuid::new_v4(), lease).await;
    let claimed = claimed.expect("the database answers").into_iter();
    let mut ids: Vec<i32> = claimed.map(|it| it.attempt.transaction.0).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn the_leases_of_a_dead_gateway_are_released_and_those_of_commands_are_not() {
    let test_database = TestDatabase::new(&MIGRATED).await;
    let sql = test_database.connect().await;
    sql.batch_execute(
        "INSERT INTO fax_submission (user_name, protocol, client_address, fingerprint, token, boot, page_size, landscape,
                                     high_resolution, fine_rendering, retries)
         VALUES ('anna', 'test', '127.0.0.1', decode(repeat('00', 32), 'hex'), gen_random_uuid(), gen_random_uuid(), 'A4',
                 false, false, false, 3);
         INSERT INTO fax_transaction (id, parent_id, submission_id, recipient)
         SELECT id, id, 1, '+4930123456' FROM generate_series(1, 3) AS id;
         INSERT INTO fax_outbox (transaction_id, delivery, due_at, queued_at)
         SELECT id, 'test', now(), now() FROM fax_transaction;
         UPDATE fax_outbox SET phase = 'delivering', lease = gen_random_uuid(), due_at = now() + interval '1 hour'
         WHERE transaction_id = 3",
    )
    .await
    .expect("rows");
    let store = StoreId(Uuid::new_v4());

    let (_database, first) = gateway(&test_database, store).await;
    assert_eq!(claim(&first).await, [1, 2]);
    let (database, second) = gateway(&test_database, store).await;
    assert_eq!(claim(&second).await, [0; 0], "they are leased");
    database
        .release_leases()
        .await
        .expect("the database answers");
    assert_eq!(claim(&second).await, [1, 2]);
}
