//! A whole upload submitted as a fax.

use std::path::Path;

use super::{CallError, Client, Observer, Transferred, message::Operation};

/// How often a fax is sent again after it failed; as many as the original service's clients ask for.
const RETRIES: &str = "3";
/// A time that is over: at once.
const NOW: &str = "0001-01-01T00:00:00";

/// A fax of one document, which was uploaded.
#[derive(Clone, Copy, Debug)]
pub struct Fax<'a> {
    /// The numbers, with `;` between them.
    pub number: &'a str,
    /// The document's type, as in `PDF`.
    pub kind: &'a str,
    /// What was uploaded.
    pub upload: &'a Transferred,
}

/// Why an upload was not submitted, and what became of its session.
#[derive(Debug, thiserror::Error)]
#[error("{cause}{}", aftermath(.cancelled))]
pub struct SubmitError {
    /// What went wrong.
    pub cause: CallError,
    /// How cancelling the session went.
    pub cancelled: Result<(), CallError>,
}

/// An upload that cannot be cancelled although its session is known has been used up: the answer
/// to the submission was lost, and the submission was not.
fn aftermath(cancelled: &Result<(), CallError>) -> String {
    match cancelled {
        Ok(()) => "; the session is cancelled, and nothing is faxed".to_owned(),
        Err(CallError::Refused { code: -1062, .. }) => {
            "; the session is used or expired, so the fax may be on its way: \
             `chunkgate fax list` at the gateway shows whether it is"
                .to_owned()
        }
        Err(error) => format!(
            "; the session could not be cancelled ({error}), and the fax may be on its way: \
             `chunkgate fax list` at the gateway shows whether it is"
        ),
    }
}

/// The type of a document by the end of its file's name, as in `PDF`; none if it has no end.
pub fn type_of(file: &Path) -> Option<String> {
    let extension = file.extension()?.to_str()?;
    Some(extension.to_ascii_uppercase())
}

impl Client {
    /// `SendfaxEx_2`: the `TransactionID` of the fax. Repeated if it is not answered, because the
    /// service recognises it. If it fails, the session is cancelled.
    ///
    /// # Errors
    /// [`SubmitError`], which says whether the fax may be on its way all the same.
    pub fn submit(
        &self,
        (user, password): (&str, &str),
        fax: Fax<'_>,
        observer: &mut dyn Observer,
    ) -> Result<u64, SubmitError> {
        let Transferred { session, bytes, .. } = fax.upload;
        // In the contract's order, since some services insist on it.
        let request = Operation::Submit.request(|writer| {
            for (name, value) in [
                ("Username", user),
                ("Password", password),
                ("FaxNumbers", fax.number),
                ("FileTypes", fax.kind),
                ("FileSizes", &format!("{bytes}/sessionID={session}")),
                ("Postpone", NOW),
                ("RetriesToPerform", RETRIES),
                ("PageSize", "A4"),
                ("PageOrientation", "Portrait"),
                ("IsHighResolution", "false"),
                ("IsFineRendering", "false"),
            ] {
                writer.element(name, value);
            }
        });
        let answer = self.call(Operation::Submit, &request, observer);
        let submitted = answer.and_then(|(transaction, _)| match transaction {
            0 => Err(CallError::Unexpected(
                "the service named no TransactionID".to_owned(),
            )),
            _ => Ok(transaction),
        });
        submitted.map_err(|cause| SubmitError {
            cause,
            cancelled: self.cancel(session),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::type_of;

    #[test]
    fn the_end_of_a_name_says_the_type() {
        for (name, kind) in [
            ("scans/a.b.pdf", Some("PDF")),
            ("fax.Tif", Some("TIF")),
            ("fax", None),
            (".pdf", None),
        ] {
            assert_eq!(type_of(Path::new(name)).as_deref(), kind, "{name}");
        }
    }
}
