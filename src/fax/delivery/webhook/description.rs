//! The part `fax`: what the service is told of a fax.

use serde::Serialize;

use crate::fax::delivery::{Attempt, Fax, facts::Facts};

/// Grows when a service that knows the one before would go wrong.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Description<'a> {
    version: u32,
    event: &'static str,
    key: &'a str,
    #[serde(flatten)]
    facts: Facts<'a>,
    documents: Vec<Described<'a>>,
}

#[derive(Serialize)]
struct Described<'a> {
    part: String,
    #[serde(rename = "type")]
    kind: &'a str,
    size: u64,
    sha256: &'a str,
}

#[derive(Serialize)]
struct Cancellation<'a> {
    version: u32,
    event: &'static str,
    key: &'a str,
    transaction: i32,
    attempt: u32,
}

/// The name of the part of the `ordinal`th document, from 1.
pub(super) fn part_name(ordinal: usize) -> String {
    format!("document{ordinal}")
}

/// The text of the part `fax`, with the SHA-256 of each document.
pub(super) fn describe(fax: &Fax, key: &str, digests: &[String]) -> serde_json::Result<Vec<u8>> {
    let documents = fax.documents.iter().zip(digests).zip(1..);
    serde_json::to_vec(&Description {
        version: VERSION,
        event: "fax",
        key,
        facts: Facts::of(fax),
        documents: documents
            .map(|((document, sha256), ordinal)| Described {
                part: part_name(ordinal),
                kind: &document.kind,
                size: document.length,
                sha256,
            })
            .collect(),
    })
}

/// The wish to take an attempt back.
pub(super) fn cancellation(attempt: Attempt, key: &str) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Cancellation {
        version: VERSION,
        event: "cancel",
        key,
        transaction: attempt.transaction.0,
        attempt: attempt.number,
    })
}
