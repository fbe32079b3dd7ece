//! The names in a spool, none of which a client chooses.

use std::path::{Path, PathBuf};

use crate::fax::{
    delivery::{Attempt, DeliveryError},
    item::TransactionId,
};

/// The description of the fax.
pub(super) const DESCRIPTION: &str = "fax.json";
/// Whoever makes it has the attempt: the consumer to send it, or the gateway to withdraw it.
pub(super) const TAKEN: &str = "taken";
/// How it ended; from the consumer.
pub(super) const STATUS: &str = "status";

/// Nine digits, so that `ls` shows the attempts in order: no transaction has more.
const DIGITS: usize = 9;

/// Where attempts lie.
pub(super) const NEW: &str = "new";

/// The directory of an attempt in the spool `spool`, whether or not it is there.
pub fn directory_of(spool: &Path, attempt: Attempt) -> PathBuf {
    spool.join(NEW).join(written(attempt))
}

fn written(attempt: Attempt) -> String {
    format!("{:0DIGITS$}.{}", attempt.transaction.0, attempt.number)
}

/// The name of an attempt's directory.
pub(super) fn of(attempt: Attempt) -> Result<String, DeliveryError> {
    let name = written(attempt);
    // An attempt without a name of its own would be taken for another one, or never be found.
    if parse(&name) == Some(attempt) {
        Ok(name)
    } else {
        let problem =
            format!("there is no attempt {attempt}: this is a fault of chunkgate's, report it");
        Err(DeliveryError::Unavailable(problem))
    }
}

/// The attempt whose directory has this name; none if it is not one of ours.
pub(super) fn parse(name: &str) -> Option<Attempt> {
    let (transaction, number) = name.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if transaction.len() != DIGITS || !digits(transaction) {
        return None;
    }
    if !digits(number) || number.starts_with('0') {
        return None;
    }
    let transaction = transaction.parse().ok().filter(|number| *number > 0)?;
    Some(Attempt {
        transaction: TransactionId(transaction),
        number: number.parse().ok()?,
    })
}
