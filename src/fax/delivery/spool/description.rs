//! `fax.json`: what the consumer is told of a fax.

use serde::Serialize;

use crate::fax::delivery::{Fax, facts::Facts};

/// Grows when a consumer that knows the one before would go wrong.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Description<'a> {
    version: u32,
    #[serde(flatten)]
    facts: Facts<'a>,
    documents: &'a [Written],
}

/// A document as it lies beside the description.
#[derive(Serialize)]
pub(super) struct Written {
    pub file: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub size: u64,
    pub sha256: String,
}

/// The text of `fax.json`.
pub(super) fn describe(fax: &Fax, documents: &[Written]) -> Result<Vec<u8>, serde_json::Error> {
    let description = Description {
        version: VERSION,
        facts: Facts::of(fax),
        documents,
    };
    let mut text = serde_json::to_vec_pretty(&description)?;
    text.push(b'\n');
    Ok(text)
}
