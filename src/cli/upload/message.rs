//! The operations as SOAP 1.1 messages: requests written, answers read.

use futures_util::FutureExt;
use zeroize::Zeroizing;

use crate::xml::{self, Reader, Writer};

/// The namespace of the operations.
const SERVICE: &str = "http://www.interfax.cc";
/// The namespace of the envelope.
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// An operation of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Start,
    Chunk,
    Cancel,
    Submit,
}

impl Operation {
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "StartFileUpload",
            Self::Chunk => "UploadFileChunk",
            Self::Cancel => "CancelFileUpload",
            Self::Submit => "SendfaxEx_2",
        }
    }

    /// The value of the `SOAPAction` header, in its quotes.
    pub fn action(self) -> String {
        format!("\"{SERVICE}/{}\"", self.name())
    }

    /// A request whose parameters `write` adds. Wiped when it is dropped: it may hold a password.
    pub fn request(self, write: impl FnOnce(&mut Writer)) -> Zeroizing<String> {
        let mut writer = Writer::new();
        writer.markup(&format!(
            r#"<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><{} xmlns="{SERVICE}">"#,
            self.name()
        ));
        write(&mut writer);
        writer
            .close(self.name())
            .markup("</soap:Body></soap:Envelope>");
        Zeroizing::new(writer.finish())
    }
}

/// What the service said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The operation's number, and the `SessionID` if there is one.
    Result { code: i64, session: Option<String> },
    /// A SOAP fault, in its words.
    Fault(String),
}

/// Why an answer could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("the answer is not XML: {0}")]
    Xml(#[from] xml::Error),
    #[error("the answer has no {0}")]
    Missing(String),
}

impl Answer {
    /// Reads an answer to `operation`.
    pub fn read(operation: Operation, bytes: &[u8]) -> Result<Self, Unreadable> {
        read(operation, bytes)
            .now_or_never()
            .expect("bytes in memory are read without waiting")
    }
}

async fn read(operation: Operation, bytes: &[u8]) -> Result<Answer, Unreadable> {
    let missing = |what: &str| Unreadable::Missing(what.to_owned());
    let mut reader = Reader::new(bytes);
    let envelope = reader.child().await?;
    if !envelope.is_some_and(|element| element.is(SOAP, "Envelope")) {
        return Err(missing("SOAP envelope"));
    }
    loop {
        let element = reader.child().await?.ok_or_else(|| missing("body"))?;
        if element.is(SOAP, "Body") {
            break;
        }
        reader.skip().await?;
    }
    let response = format!("{}Response", operation.name());
    let element = reader.child().await?.ok_or_else(|| missing(&response))?;
    let answer = if element.is(SOAP, "Fault") {
        fault(&mut reader).await?
    } else if element.is(SERVICE, &response) {
        result(&mut reader, operation).await?
    } else {
        return Err(missing(&response));
    };
    // An answer that was cut off is no answer.
    reader.finish().await?;
    Ok(answer)
}

async fn result(reader: &mut Reader<&[u8]>, operation: Operation) -> Result<Answer, Unreadable> {
    let name = format!("{}Result", operation.name());
    let (mut code, mut session) = (None, None);
    while let Some(element) = reader.child().await? {
        if element.is(SERVICE, &name) {
            code = reader.text().await?.trim().parse().ok();
        } else if element.is(SERVICE, "SessionID") {
            session = Some(reader.text().await?);
        } else {
            reader.skip().await?;
        }
    }
    let code = code.ok_or(Unreadable::Missing(name))?;
    Ok(Answer::Result { code, session })
}

async fn fault(reader: &mut Reader<&[u8]>) -> Result<Answer, Unreadable> {
    let mut words = String::new();
    while let Some(element) = reader.child().await? {
        // In SOAP 1.1 the parts of a fault are in no namespace.
        if element.local == "faultstring" {
            words = reader.text().await?;
        } else {
            reader.skip().await?;
        }
    }
    Ok(Answer::Fault(words))
}

#[cfg(test)]
mod tests {
    use super::{Answer, Operation};

    const HEAD: &str = r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>"#;
    const TAIL: &str = "</soap:Body></soap:Envelope>";

    fn read(operation: Operation, body: &str) -> Result<Answer, String> {
        Answer::read(operation, format!("{HEAD}{body}{TAIL}").as_bytes())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_number_and_the_session_are_found() {
        let body = r#"<StartFileUploadResponse xmlns="http://www.interfax.cc"><StartFileUploadResult>0</StartFileUploadResult><SessionID>A1</SessionID></StartFileUploadResponse>"#;
        let session = Some("A1".to_owned());
        assert_eq!(
            read(Operation::Start, body),
            Ok(Answer::Result { code: 0, session })
        );
    }

    #[test]
    fn a_fault_keeps_its_words() {
        let body = "<soap:Fault><faultcode>soap:Client</faultcode><faultstring>no &amp; no</faultstring></soap:Fault>";
        let fault = Answer::Fault("no & no".to_owned());
        assert_eq!(read(Operation::Chunk, body), Ok(fault));
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_no_answer() {
        let whole = format!(
            r#"{HEAD}<UploadFileChunkResponse xmlns="http://www.interfax.cc"><UploadFileChunkResult>100000</UploadFileChunkResult></UploadFileChunkResponse>{TAIL}"#
        );
        for length in 0..whole.len() {
            let cut = &whole.as_bytes()[..length];
            assert!(Answer::read(Operation::Chunk, cut).is_err(), "{length}");
        }
        assert!(Answer::read(Operation::Chunk, whole.as_bytes()).is_ok());
        assert!(Answer::read(Operation::Cancel, whole.as_bytes()).is_err());
    }

    #[test]
    fn a_request_is_escaped() {
        let request = Operation::Start.request(|writer| {
            writer.element("Password", "a<b&c");
        });
        assert!(request.contains("<Password>a&lt;b&amp;c</Password>"));
        assert!(request.ends_with("</StartFileUpload></soap:Body></soap:Envelope>"));
    }
}
