//! An attack, and the words that attacks are written in.

use crate::support::soap::Answer;

/// What an attack has to be answered with.
#[derive(Clone, Debug)]
pub enum Expected {
    /// A status without a body.
    Empty(u16),
    /// The fault with this text, in SOAP 1.1.
    Fault(&'static str, &'static str),
    /// The operation ran and returned this.
    Result(&'static str, i64),
}

/// The answer to a body that is no acceptable document.
pub const MALFORMED: Expected = Expected::Empty(400);
/// The answer to a call for a session that does not exist.
pub const UNKNOWN: Expected = Expected::Result("CancelFileUpload", -1062);

/// The answer to a body beyond the limit.
pub const TOO_LONG: Expected = Expected::Fault(
    "Server",
    "There was an exception running the extensions specified in the config file. ---&gt; \
     Maximum request length exceeded.",
);

/// A request that means no good.
#[derive(Clone, Debug)]
pub struct Attack {
    pub name: &'static str,
    pub request: Vec<u8>,
    pub expected: Expected,
}

impl Expected {
    /// Whether this is the answer, to the byte where that is specified.
    pub fn is_met_by(&self, answer: &Answer) -> bool {
        match self {
            Self::Empty(status) => answer.status == *status && answer.body.is_empty(),
            Self::Fault(code, text) => {
                let envelope = format!(
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
                     <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
                     xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                     xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body><soap:Fault>\
                     <faultcode>soap:{code}</faultcode><faultstring>{text}</faultstring>\
                     <detail /></soap:Fault></soap:Body></soap:Envelope>"
                );
                answer.status == 500 && answer.body == envelope
            }
            Self::Result(operation, result) => {
                let element = format!("<{operation}Result>{result}</{operation}Result>");
                answer.status == 200 && answer.body.contains(&element)
            }
        }
    }
}

/// A request with this body, of this length, for this operation.
pub fn post(operation: &str, body: &[u8]) -> Vec<u8> {
    framed(
        operation,
        &format!("Content-Length: {}\r\n", body.len()),
        body,
    )
}

/// A request with these headers about its body.
pub fn framed(operation: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /dfs.asmx HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\n\
         SOAPAction: \"http://www.interfax.cc/{operation}\"\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// An envelope of SOAP 1.1 around a header and a body, behind a prologue.
pub fn document(prologue: &str, header: &str, body: &str) -> String {
    format!(
        "{prologue}<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\
         {header}<soap:Body>{body}</soap:Body></soap:Envelope>"
    )
}

/// The element that cancels a session.
pub fn cancel(parameters: &str) -> String {
    format!("<CancelFileUpload xmlns=\"http://www.interfax.cc\">{parameters}</CancelFileUpload>")
}

/// The element that uploads `chunk` to `session`, and then some more.
pub fn upload(session: &str, chunk: &str, more: &str) -> String {
    format!(
        "<UploadFileChunk xmlns=\"http://www.interfax.cc\"><SessionID>{session}</SessionID>\
         <Chunk>{chunk}</Chunk>{more}</UploadFileChunk>"
    )
}

/// A name for a session that nobody has.
pub const NOBODY: &str = "<SessionID>nobody</SessionID>";
