//! What a client orders, and whether it can be done.

use time::{Duration as Span, OffsetDateTime};

use crate::engine::{Append, session::SessionKey};

use super::{
    FaxError,
    item::{FaxDocument, FaxOptions},
    repository::NewRecipient,
    settings::FaxSettings,
};

/// How far ahead a fax may be postponed.
const FURTHEST: Span = Span::days(30);
/// The longest sender's identification, in characters.
const LONGEST_CSID: usize = 20;
/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 60;
/// The longest of the other texts, in characters.
const LONGEST_TEXT: usize = 255;

/// Where the documents of an order are.
pub enum Source {
    /// In an upload of the client's.
    Upload(SessionKey),
    /// In the call itself.
    Inline(Box<Append>),
}

/// What a client wants to have faxed.
pub struct Order {
    /// The front end's name of the call. Whoever sends a call again sends the same one.
    pub call: &'static str,
    /// To whom; see [`recipients`](super::recipients::recipients).
    pub recipients: Vec<NewRecipient>,
    /// The types of the documents as the client names them.
    pub types: Vec<String>,
    /// Their lengths in bytes; `None` = one document, as long as it is.
    pub sizes: Option<Vec<u64>>,
    /// Where they are.
    pub source: Source,
    /// The rest. `retries` is how often the client wants it; see `retries_given`.
    pub options: FaxOptions,
    /// Whether the client says how often; else the gateway's setting holds.
    pub retries_given: bool,
}

impl Order {
    /// The types of the documents, if the order can be done as far as it tells by itself.
    ///
    /// # Errors
    /// The first thing that is wrong with it, in the original service's order.
    pub(super) fn check(&self, settings: &FaxSettings) -> Result<Vec<String>, FaxError> {
        let count = self.recipients.len();
        if count > settings.max_recipients {
            let limit = settings.max_recipients;
            return Err(FaxError::TooManyRecipients { count, limit });
        }
        if !self.recipients.iter().any(|recipient| recipient.is_valid) {
            return Err(FaxError::NoRecipient);
        }
        if self.types.is_empty() || self.types.iter().any(|kind| kind.trim().is_empty()) {
            return Err(FaxError::MissingType);
        }
        let (types, sizes) = (self.types.len(), self.sizes.as_ref().map_or(1, Vec::len));
        if types != sizes {
            return Err(FaxError::TypesAndSizesDiffer { types, sizes });
        }
        let kinds = self.types.iter().map(|kind| base_type(kind));
        let kinds: Vec<String> = kinds.collect::<Result<_, _>>()?;
        if types > settings.max_documents {
            let limit = settings.max_documents;
            return Err(FaxError::TooManyDocuments {
                count: types,
                limit,
            });
        }
        Ok(kinds)
    }

    /// The documents in an upload of `received` bytes, if they are of types that are taken.
    /// Whether their lengths add up is another question.
    pub(super) fn documents(
        &self,
        kinds: Vec<String>,
        received: u64,
        settings: &FaxSettings,
    ) -> Result<Vec<FaxDocument>, FaxError> {
        if received == 0 {
            return Err(FaxError::NoDocument);
        }
        if let Some(unknown) = kinds
            .iter()
            .find(|kind| !settings.file_types.contains(kind))
        {
            return Err(FaxError::UnknownType(unknown.clone()));
        }
        let lengths = self.sizes.clone().unwrap_or_else(|| vec![received]);
        let documents = kinds.into_iter().zip(lengths);
        let documents = documents.map(|(kind, length)| FaxDocument { kind, length });
        Ok(documents.collect())
    }

    /// The options within their limits.
    ///
    /// # Errors
    /// [`FaxError::PostponedTooFar`].
    pub(super) fn options(
        &self,
        settings: &FaxSettings,
        now: OffsetDateTime,
    ) -> Result<FaxOptions, FaxError> {
        let postponed_until = self.options.postponed_until.filter(|until| *until > now);
        if postponed_until.is_some_and(|until| until - now > FURTHEST) {
            return Err(FaxError::PostponedTooFar);
        }
        Ok(FaxOptions {
            postponed_until,
            ..self.bounded_options(settings)
        })
    }

    /// The options but for the time, cut to their limits.
    pub(super) fn bounded_options(&self, settings: &FaxSettings) -> FaxOptions {
        let asked = &self.options;
        let retries = if self.retries_given {
            asked.retries
        } else {
            settings.retries
        };
        FaxOptions {
            subject: cut(&asked.subject, LONGEST_SUBJECT),
            reply_address: cut(&asked.reply_address, LONGEST_TEXT),
            sender_csid: cut(&asked.sender_csid, LONGEST_CSID),
            page_header: cut(&asked.page_header, LONGEST_TEXT),
            job_id: cut(&asked.job_id, LONGEST_TEXT),
            retries: retries.min(settings.max_retries),
            ..asked.clone()
        }
    }
}

/// A text cut to so many characters. A NUL, which no database holds, is left out.
pub(super) fn cut(text: &str, longest: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(longest).collect()
}

/// A type as it is compared: `pdf/AB` is `PDF`, and so is `.Pdf`.
///
/// The switches are the original service's; what they ask for is left to whoever sends the fax.
fn base_type(kind: &str) -> Result<String, FaxError> {
    let upper = kind.trim().to_ascii_uppercase();
    let mut parts = upper.split('/');
    let base = parts.next().unwrap_or_default().trim();
    let switches: Vec<&str> = parts.map(str::trim).collect();
    if switches.contains(&"AB") && switches.contains(&"PB") {
        return Err(FaxError::AmbiguousType);
    }
    Ok(cut(base.trim_start_matches('.'), 16))
}

#[cfg(test)]
mod tests {
    use super::{FaxError, base_type, cut};

    #[test]
    fn types_are_compared_in_upper_case_without_their_switches() {
        for (given, base) in [
            ("pdf", "PDF"),
            (" .Tif ", "TIF"),
            ("doc/AB", "DOC"),
            ("html/pb", "HTML"),
        ] {
            assert_eq!(base_type(given).unwrap(), base);
        }
        assert!(matches!(
            base_type("doc/AB/PB"),
            Err(FaxError::AmbiguousType)
        ));
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("äöü\0ß", 3), "äöü");
        assert_eq!(cut("a\0b", 3), "ab");
    }
}
