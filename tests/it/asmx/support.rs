//! Raw answers, and how the original's look.

use chunkgate::soap::Version;

use crate::support::{gateway::Gateway, request::Request, soap::Answer, wire::Wire};

pub use crate::interfax::support::NO_SESSION;

/// The answer to a request on a connection of its own, head and body as they came but for `Date`
/// and the order of the headers.
pub async fn ask(gateway: &Gateway, request: &Request) -> String {
    ask_bytes(gateway, &request.bytes()).await
}

/// The same for any bytes.
pub async fn ask_bytes(gateway: &Gateway, request: &[u8]) -> String {
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(request).await;
    raw(&wire.answer().await)
}

/// An answer as it came, but for its `Date` and the order of its headers.
pub fn raw(answer: &Answer) -> String {
    let mut lines: Vec<&str> = answer.head.split_inclusive("\r\n").collect();
    lines.retain(|line| !line.starts_with("Date: "));
    let headers = 1..lines.len() - 1;
    lines[headers].sort_unstable();
    lines.concat() + &answer.body
}

/// An answer with this status line and type.
fn answer(status: &str, content_type: &str, cache_control: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nCache-Control: {cache_control}\r\nContent-Length: {}\r\n\
         Content-Type: {content_type}\r\n\r\n{body}",
        body.len()
    )
}

/// An answer that is nothing but a status.
pub fn empty(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\nCache-Control: private\r\nContent-Length: 0\r\n\r\n")
}

/// The answer of an operation, `content` in its wrapper.
pub fn reply(version: Version, operation: &str, content: &str) -> String {
    let body = format!(
        "<soap:Body><{operation}Response xmlns=\"http://www.interfax.cc\">{content}</{operation}Response></soap:Body>"
    );
    let content_type = version.content_type();
    answer(
        "200 OK",
        content_type,
        "private, max-age=0",
        &frame(version, &body),
    )
}

/// The answer that gives a result.
pub fn result(version: Version, operation: &str, result: i64) -> String {
    let content = format!("<{operation}Result>{result}</{operation}Result>");
    reply(version, operation, &content)
}

/// A fault; the text escaped as in XML.
pub fn fault(version: Version, code: &str, text: &str) -> String {
    let fault = match version {
        Version::V11 => {
            format!("<faultcode>soap:{code}</faultcode><faultstring>{text}</faultstring><detail />")
        }
        Version::V12 => format!(
            "<soap:Code><soap:Value>soap:{code}</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang=\"en\">{text}</soap:Text></soap:Reason><soap:Detail />"
        ),
    };
    let body = format!("<soap:Body><soap:Fault>{fault}</soap:Fault></soap:Body>");
    failure(version, &frame(version, &body))
}

/// An answer with status 500 and this envelope.
pub fn failure(version: Version, envelope: &str) -> String {
    answer(
        "500 Internal Server Error",
        version.content_type(),
        "private",
        envelope,
    )
}

/// An envelope around `content`.
pub fn frame(version: Version, content: &str) -> String {
    let namespace = match version {
        Version::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
        Version::V12 => "http://www.w3.org/2003/05/soap-envelope",
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"{namespace}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">{content}</soap:Envelope>"
    )
}

/// The result of a form binding.
pub fn form_result(result: i64) -> String {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<int xmlns=\"http://www.interfax.cc\">{result}</int>"
    );
    let content_type = "text/xml; charset=utf-8";
    answer("200 OK", content_type, "private, max-age=0", &body)
}

/// The error of a form binding.
pub fn form_error(text: &str) -> String {
    answer(
        "500 Internal Server Error",
        "text/plain; charset=utf-8",
        "private",
        text,
    )
}
