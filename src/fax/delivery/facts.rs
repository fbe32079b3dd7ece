//! What any consumer is told of a fax, in JSON.

use std::fmt::Write;

use serde::Serialize;
use time::OffsetDateTime;

use super::Fax;
use crate::fax::item::FaxOptions;

/// The extension of a document's file is no longer than this.
const EXTENSION: usize = 8;

/// What is known of a fax, but for its documents.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
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

impl<'a> Facts<'a> {
    pub fn of(fax: &'a Fax) -> Self {
        let item = &fax.item;
        Self {
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
        }
    }
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

/// The name of the file of the `ordinal`th document, from 1.
pub(super) fn file_name(ordinal: usize, kind: &str) -> String {
    let plain = kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && (1..=EXTENSION).contains(&kind.len()) {
        format!("{ordinal}.{}", kind.to_ascii_lowercase())
    } else {
        // Types were checked when the fax came; a path must not hang on that.
        format!("{ordinal}.bin")
    }
}

/// Bytes as people compare them.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
