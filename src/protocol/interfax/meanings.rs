//! What the numbers mean, in words for people.

use crate::soap::Operation;

use super::{codes, upload_file_chunk};

/// What the result of an operation means.
pub fn meaning(operation: &Operation, result: &str) -> Option<String> {
    let code: i64 = result.parse().ok()?;
    if code > 0 && operation.name == upload_file_chunk::NAME {
        return Some(format!("{code} bytes received so far"));
    }
    let code = i32::try_from(code).ok()?;
    Some(of_code(code)?.to_owned())
}

fn of_code(code: i32) -> Option<&'static str> {
    Some(match code {
        0 => "done",
        codes::INTERNAL => {
            "internal failure: nothing was changed, or the chunk is held once; send the same chunk again"
        }
        codes::NOT_PRIMARY => "not a primary user",
        codes::SWITCH_GROUP => "the account belongs to another switch group",
        codes::NO_SERVICE => "the account has no fax service",
        codes::AUTHENTICATION => {
            "wrong user or password, or a disabled account; also while guesses are slowed down"
        }
        codes::SIZE_MISMATCH => "the sizes do not match the data",
        codes::TOO_MANY_REQUESTS => "too many open sessions",
        codes::MISSING_CHUNK => "no chunk, or an empty one",
        codes::WRONG_SESSION => "session unknown, expired, cancelled, closed or used",
        codes::TOTAL_TOO_BIG => "chunk or upload too big; the session stays open",
        codes::ADDRESS => "the account may not be used from this address",
        _ => return None,
    })
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
