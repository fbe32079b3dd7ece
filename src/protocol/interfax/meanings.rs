//! What the numbers mean, in words for people, and what else the help page tells them.

use crate::soap::{Operation, help::Guide};

use super::{cancel_file_upload, codes, start_file_upload, upload_file_chunk};

/// What the help page knows beyond the contract.
pub const GUIDE: Guide = Guide {
    meaning,
    sample_result,
    next,
    codes: CODES,
};

/// Every number that is not a count of bytes.
const CODES: &[(i32, &str)] = &[
    (0, "done"),
    (
        codes::INTERNAL,
        "internal failure: nothing was changed, or the chunk is held once; send the same chunk again",
    ),
    (codes::NOT_PRIMARY, "not a primary user"),
    (
        codes::SWITCH_GROUP,
        "the account belongs to another switch group",
    ),
    (codes::NO_SERVICE, "the account has no fax service"),
    (
        codes::AUTHENTICATION,
        "wrong user or password, or a disabled account; also while guesses are slowed down",
    ),
    (codes::SIZE_MISMATCH, "the sizes do not match the data"),
    (codes::TOO_MANY_REQUESTS, "too many open sessions"),
    (codes::MISSING_CHUNK, "no chunk, or an empty one"),
    (
        codes::WRONG_SESSION,
        "session unknown, expired, cancelled, closed or used",
    ),
    (
        codes::TOTAL_TOO_BIG,
        "chunk or upload too big; the session stays open",
    ),
    (
        codes::ADDRESS,
        "the account may not be used from this address",
    ),
];

/// What the result of an operation means.
fn meaning(operation: &Operation, result: &str) -> Option<String> {
    let code: i64 = result.parse().ok()?;
    if code > 0 && operation.name == upload_file_chunk::NAME {
        return Some(format!("{code} bytes received so far"));
    }
    let code = i32::try_from(code).ok()?;
    Some(of_code(code)?.to_owned())
}

fn of_code(code: i32) -> Option<&'static str> {
    let known = CODES.iter().find(|(known, _)| *known == code);
    known.map(|(_, meaning)| *meaning)
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
