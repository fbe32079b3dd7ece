//! A database whose outbox has the faxes of the contract, for deliveries that keep rows.

use std::sync::Arc;

use chunkgate::{
    fax::delivery::ledger::Ledger,
    store::postgres::{Connector, Database, Postgres, TlsSettings},
};
use tokio_postgres::Client;

use crate::support::{
    gateway::{MIGRATED, pool},
    postgres::TestDatabase,
};

/// Rows of faxes that are under way.
pub struct Rows {
    pub ledger: Arc<dyn Ledger>,
    pub sql: Client,
    _database: TestDatabase,
}

impl Rows {
    /// Transactions 1 to 1100 and the greatest one, all at their first attempt.
    pub async fn new() -> Self {
        let test_database = TestDatabase::new(&MIGRATED).await;
        let sql = test_database.connect().await;
        let tls = TlsSettings::default();
        let connector = Connector::new(test_database.config(), &tls, &pool()).expect("a connector");
        let database = Database::new(connector, &pool()).expect("a pool");
        sql.batch_execute(
            "INSERT INTO fax_submission (user_name, protocol, client_address, fingerprint, token, boot, page_size, landscape,
                                         high_resolution, fine_rendering, retries)
             VALUES ('anna', 'test', '127.0.0.1', decode(repeat('00', 32), 'hex'), gen_random_uuid(), gen_random_uuid(), 'A4',
                     false, false, false, 3);
             INSERT INTO fax_transaction (id, parent_id, submission_id, recipient)
             SELECT id, id, 1, '+4930123456'
             FROM (SELECT generate_series(1, 1100) AS id UNION ALL SELECT 999999998) ids;
             INSERT INTO fax_outbox (transaction_id, delivery, due_at, queued_at)
             SELECT id, 'test', now(), now() FROM fax_transaction",
        )
        .await
        .expect("rows");
        Self {
            ledger: Arc::new(Postgres::new(database, "".into())),
            sql,
            _database: test_database,
        }
    }
}
