//! `fax.json`: what the consumer is told of a fax.

use serde::Serialize;
use time::OffsetDateTime;

use crate::fax::{delivery::Fax, item::FaxOptions};

/// Grows when a consumer that knows the one before would go wrong.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Description<'a> {
    version: u32,
    transaction: i32,
    parent: i32,
    submission: i64,
    attempt: u32,
    retries: u32,
    user: &'a str,
    recipient: &'a str,
    contact: &'a str,
    #[serde(with = "time::serde::rfc3339")]
    submitted: OffsetDateTime,
    options: Options<'a>,
    documents: &'a [Written],
}

#[derive(Serialize)]
struct Options<'a> {
    subject: &'a str,
    reply_address: &'a str,
    sender_csid: &'a str,
    page_header: &'a str,
    job_id: &'a str,
    page_size: &'static str,
    orientation: &'static str,
    resolution: &'static str,
    rendering: &'static str,
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
    let item = &fax.item;
    let description = Description {
        version: VERSION,
        transaction: fax.attempt.transaction.0,
        parent: item.parent.0,
        submission: item.submission.0,
        attempt: fax.attempt.number,
        retries: item.options.retries,
        user: &item.user,
        recipient: &item.recipient,
        contact: &item.contact,
        submitted: item.created_at,
        options: options(&item.options),
        documents,
    };
    let mut text = serde_json::to_vec_pretty(&description)?;
    text.push(b'\n');
    Ok(text)
}

fn options(options: &FaxOptions) -> Options<'_> {
    let either = |flag, yes, no| if flag { yes } else { no };
    Options {
        subject: &options.subject,
        reply_address: &options.reply_address,
        sender_csid: &options.sender_csid,
        page_header: &options.page_header,
        job_id: &options.job_id,
        page_size: options.page_size.as_str(),
        orientation: either(options.landscape, "landscape", "portrait"),
        resolution: either(options.high_resolution, "fine", "standard"),
        rendering: either(options.fine_rendering, "grey", "black_and_white"),
    }
}
