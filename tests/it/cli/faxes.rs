//! Faxes are listed, shown, exported, cancelled, sent again, and their ends said.

/// What is not sent any more, and when it is too late for that.
mod cancel;
/// The documents, and their checksums.
mod export;
/// An operator says how a fax ended.
mod finish;
/// The faxes and everything about one.
mod listing;
/// Once more, under a number that no delivery has seen.
mod retry;

use crate::{
    cli::support::{Run, program_beside, run},
    fax::support::{elements, log_in},
    support::{gateway::Gateway, postgres::TestDatabase, soap::Client},
};

/// Runs `chunkgate fax` beside a gateway.
fn fax(gateway: &Gateway, arguments: &[&str]) -> Run {
    run(&mut program_beside(
        gateway,
        &[&["fax"], arguments].concat(),
    ))
}

/// Sends a text to these numbers, at once or at that time.
async fn send_to(client: &mut Client, numbers: &str, postpone: &str) -> i64 {
    let parameters = [
        ("FaxNumbers", numbers),
        ("FilesData", "SGVsbG8="),
        ("FileTypes", "TXT"),
        ("FileSizes", "5"),
        ("Postpone", postpone),
    ];
    let parameters = log_in() + &elements(&parameters);
    let id = client.call("SendfaxEx_2", &parameters).await;
    id.result("SendfaxEx_2")
}

/// Tomorrow, as a client writes it.
fn tomorrow() -> String {
    let tomorrow = time::OffsetDateTime::now_utc() + time::Duration::days(1);
    tomorrow
        .format(&time::format_description::well_known::Rfc3339)
        .expect("a time")
}

/// A change of rows that takes too long, or is too rare, to come about by itself.
async fn change(database: &TestDatabase, statement: &str) {
    let client = database.connect().await;
    client.batch_execute(statement).await.expect("it is done");
}

/// The documents of all faxes are dropped, as `fax.keep_documents` will have it.
async fn drop_documents(database: &TestDatabase) {
    change(
        database,
        "UPDATE upload_session SET kept_since = NULL; DELETE FROM upload_extent",
    )
    .await;
}
