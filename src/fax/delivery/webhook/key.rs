//! The name by which the service knows an attempt.

use uuid::Uuid;

use crate::fax::{delivery::Attempt, item::TransactionId};

/// The key of an attempt that is posted for the first time. Content stores have names of their own,
/// so the attempts of two gateways never share one.
pub(super) fn key_of(store: Uuid, attempt: Attempt) -> String {
    format!("{store}-{attempt}")
}

/// The attempt in a key; none if it is not written as we write them.
pub(super) fn attempt_of(key: &str) -> Option<Attempt> {
    let (rest, number) = key.rsplit_once('.')?;
    let (store, transaction) = rest.rsplit_once('-')?;
    let attempt = Attempt {
        transaction: TransactionId(transaction.parse().ok()?),
        number: number.parse().ok()?,
    };
    let store = store.parse().ok()?;
    // Numbers and identifiers can be written in more than one way.
    (attempt.transaction.0 > 0 && key_of(store, attempt) == key).then_some(attempt)
}

#[cfg(test)]
mod tests {
    use super::{Attempt, TransactionId, Uuid, attempt_of, key_of};

    const STORE: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

    #[test]
    fn a_key_is_read_as_it_is_written_and_no_other() {
        for (transaction, number) in [(1, 1), (42, 3), (999_999_998, u32::MAX)] {
            let attempt = Attempt {
                transaction: TransactionId(transaction),
                number,
            };
            let key = key_of(STORE.parse::<Uuid>().expect("a store"), attempt);
            assert_eq!(key, format!("{STORE}-{transaction}.{number}"));
            assert_eq!(attempt_of(&key), Some(attempt));
        }
        let upper = STORE.to_uppercase();
        let simple = STORE.replace('-', "");
        let wrong = [
            String::new(),
            STORE.to_owned(),
            "42.1".to_owned(),
            format!("{STORE}-042.1"),
            format!("{STORE}-42.01"),
            format!("{STORE}-+42.1"),
            format!("{STORE}--42.1"),
            format!("{STORE}-0.1"),
            format!("{STORE}-42.4294967296"),
            format!("{STORE}-42.1 "),
            format!("{STORE}-42"),
            format!("{upper}-42.1"),
            format!("{simple}-42.1"),
            format!("{{{STORE}}}-42.1"),
        ];
        for key in wrong {
            assert_eq!(attempt_of(&key), None, "{key}");
        }
    }
}
