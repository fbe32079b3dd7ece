//! Every statement is a file, and fits the tables.

use std::collections::BTreeSet;

use chunkgate::store::postgres::queries;

use crate::support::{gateway::MIGRATED, postgres::TestDatabase};

#[tokio::test]
async fn every_statement_fits_the_tables() {
    let database = TestDatabase::new(&MIGRATED).await;
    let client = database.connect().await;
    let mut wrong = Vec::new();
    for (name, statement) in queries::ALL {
        if let Err(error) = client.prepare(statement).await {
            wrong.push(format!(
                "{name}: {}",
                error.as_db_error().expect("the server's answer")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_a_statement() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sql/queries");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder of statements")
        .map(|file| {
            file.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let listed: BTreeSet<String> = queries::ALL
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(files, listed);
}
