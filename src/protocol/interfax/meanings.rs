//! What the numbers mean, in words for people, and what else the help page tells them.

use crate::{
    fax::outcome::REASONS,
    soap::{Operation, Type, help::Guide},
};

use super::{cancel_file_upload, codes, start_file_upload, upload_file_chunk};

/// What the help page knows beyond the contract.
pub const GUIDE: Guide = Guide {
    meaning,
    sample_result,
    next,
    codes: CODES,
};

/// The numbers that operations answer with, as the vendor lists them: also those that are never
/// sent here, since clients have them in their tables.
const CODES: &[(i32, &str)] = &[
    (0, "done"),
    (-111, "the number is not the one this account may send to"),
    (
        codes::NO_RECIPIENTS,
        "no recipient has a number that can be dialled, or there are too many",
    ),
    (codes::POSTPONED_TOO_FAR, "postponed by more than 30 days"),
    (
        codes::NO_DOCUMENTS,
        "no document, or one of a type that is not taken",
    ),
    (
        codes::INTERNAL,
        "internal failure: nothing was changed, or the chunk or fax is held once; send the same again",
    ),
    (codes::NOT_PRIMARY, "not a primary user"),
    (codes::SOMEBODY_ELSES, "the transaction is somebody else's"),
    (-312, "sent again already"),
    (
        codes::SWITCH_GROUP,
        "the account belongs to another switch group",
    ),
    (codes::NO_SERVICE, "the account has no fax service"),
    (
        codes::NOTHING_ASKED,
        "ReturnItems or ReturnStats must be true",
    ),
    (
        codes::TYPES_AND_SIZES,
        "there are more types than sizes, or fewer",
    ),
    (
        codes::AUTHENTICATION,
        "wrong user or password, or a disabled account; also while guesses are slowed down",
    ),
    (codes::MISSING_TYPE, "a document has no type"),
    (
        codes::NO_TRANSACTION,
        "no such transaction, or none that can still be cancelled",
    ),
    (codes::BAD_SIZE, "a size is no positive number"),
    (codes::SIZE_MISMATCH, "the sizes do not match the data"),
    (
        codes::NO_IMAGE,
        "no image: the documents are not kept any more, or none can be made of them",
    ),
    (codes::AMBIGUOUS_TYPE, "a type has both /AB and /PB"),
    (
        codes::TOO_MANY_REQUESTS,
        "too many open sessions, or status asked for too often",
    ),
    (codes::BAD_QUERY, "a verb or its data make no sense"),
    (codes::TOO_MANY_DOCUMENTS, "too many documents"),
    (codes::MISSING_CHUNK, "no chunk, or an empty one"),
    (
        codes::WRONG_SESSION,
        "session unknown, expired, cancelled, closed or used",
    ),
    (
        codes::TOTAL_TOO_BIG,
        "chunk or upload too big; the session stays open",
    ),
    (codes::TOO_MANY_RESENDS, "sent again too often"),
    (-1876, "too many log-ins with a wrong password"),
    (
        codes::ADDRESS,
        "the account may not be used from this address",
    ),
];

/// Every number with its meaning: those of operations, and those that faxes end with here.
pub fn all() -> impl Iterator<Item = (i32, &'static str)> {
    let ends = REASONS.iter().filter_map(|reason| {
        let code = i32::try_from(reason.code).ok()?;
        Some((code, reason.text))
    });
    CODES.iter().copied().chain(ends)
}

/// What a number means.
pub fn of_code(code: i32) -> Option<&'static str> {
    all()
        .find(|(known, _)| *known == code)
        .map(|(_, meaning)| meaning)
}

/// What the result of an operation means.
fn meaning(operation: &Operation, result: &str) -> Option<String> {
    let code: i64 = result.parse().ok()?;
    if code > 0 && operation.name == upload_file_chunk::NAME {
        return Some(format!("{code} bytes received so far"));
    }
    if code > 0 && operation.result == Type::Long {
        return Some(format!("transaction {code}"));
    }
    let code = i32::try_from(code).ok()?;
    Some(of_code(code)?.to_owned())
}

/// The total after the example of a chunk, `Hello`, is its length.
fn sample_result(operation: &Operation) -> Option<&'static str> {
    (operation.name == upload_file_chunk::NAME).then_some("5")
}

/// After a cancelled session comes nothing that could name it.
fn next(operation: &Operation) -> &'static [&'static str] {
    match operation.name {
        start_file_upload::NAME => &[upload_file_chunk::NAME, cancel_file_upload::NAME],
        upload_file_chunk::NAME => &[cancel_file_upload::NAME],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::of_code;
    use crate::protocol::interfax::codes::{Wire, wire};

    #[test]
    fn every_number_that_a_new_session_can_get_is_explained() {
        use crate::engine::UploadError;
        for error in [
            UploadError::SessionNotOpen,
            UploadError::EmptyChunk,
            UploadError::BadCredentials,
            UploadError::GuessesSlowedDown,
            UploadError::AccountDisabled,
            UploadError::AddressNotAllowed,
            UploadError::OtherSwitchGroup,
            UploadError::NoFaxService,
            UploadError::NotPrimary,
        ] {
            let Wire::Code(code) = wire(&error) else {
                panic!("{error} has no number");
            };
            assert!(of_code(code).is_some(), "{error}: {code}");
        }
    }
}
