//! The name by which the service knows an attempt.
//!
//! `<content store>-<transaction>.<attempt>.<microseconds since 1970>`: stores have names of their
//! own, so two gateways never share a key; and the time of the submission tells a fax from another
//! one that got its number after the database was set back to an older copy.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::fax::{delivery::Attempt, item::TransactionId};

/// The key of an attempt to send a fax that was submitted then.
pub(super) fn key_of(store: Uuid, attempt: Attempt, submitted: OffsetDateTime) -> String {
    written(store, attempt, submitted.unix_timestamp_nanos() / 1000)
}

fn written(store: Uuid, attempt: Attempt, submitted: i128) -> String {
    format!("{store}-{attempt}.{submitted}")
}

/// The attempt in a key; none if it is not written as we write them.
pub(super) fn attempt_of(key: &str) -> Option<Attempt> {
    let (rest, submitted) = key.rsplit_once('.')?;
    let (rest, number) = rest.rsplit_once('.')?;
    let (store, transaction) = rest.rsplit_once('-')?;
    let attempt = Attempt {
        transaction: TransactionId(transaction.parse().ok()?),
        number: number.parse().ok()?,
    };
    // Numbers and identifiers can be written in more than one way.
    let again = written(store.parse().ok()?, attempt, submitted.parse().ok()?);
    (attempt.transaction.0 > 0 && again == key).then_some(attempt)
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::{Attempt, OffsetDateTime, TransactionId, Uuid, attempt_of, key_of};

    const STORE: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

    #[test]
    fn a_key_is_read_as_it_is_written_and_no_other() {
        let submitted = OffsetDateTime::UNIX_EPOCH + Duration::microseconds(1_769_860_800_000_007);
        for (transaction, number) in [(1, 1), (42, 3), (999_999_998, u32::MAX)] {
            let attempt = Attempt {
                transaction: TransactionId(transaction),
                number,
            };
            let store = STORE.parse::<Uuid>().expect("a store");
            let key = key_of(store, attempt, submitted);
            let expected = format!("{STORE}-{transaction}.{number}.1769860800000007");
            assert_eq!(key, expected);
            assert_eq!(attempt_of(&key), Some(attempt));
        }
        let upper = STORE.to_uppercase();
        let simple = STORE.replace('-', "");
        let wrong = [
            String::new(),
            STORE.to_owned(),
            "42.1.7".to_owned(),
            format!("{STORE}-042.1.7"),
            format!("{STORE}-42.01.7"),
            format!("{STORE}-42.1.07"),
            format!("{STORE}-42.1.+7"),
            format!("{STORE}-+42.1.7"),
            format!("{STORE}--42.1.7"),
            format!("{STORE}-0.1.7"),
            format!("{STORE}-42.4294967296.7"),
            format!("{STORE}-42.1.7 "),
            format!("{STORE}-42.1"),
            format!("{STORE}-42"),
            format!("{upper}-42.1.7"),
            format!("{simple}-42.1.7"),
            format!("{{{STORE}}}-42.1.7"),
        ];
        for key in wrong {
            assert_eq!(attempt_of(&key), None, "{key}");
        }
    }
}
