//! Forms to a service that records its calls, and to a gateway.

use chunkgate::soap::{handle_form, handle_query};

use crate::{
    soap::support::{Call, Recorder, Served, in_pieces},
    support::request::Request,
    xml::support::run,
};

pub const FORM: &str = "application/x-www-form-urlencoded";

/// What a form comes to, by POST and by GET alike.
pub fn submit(operation: &str, form: &str) -> Served {
    let path_info = format!("/{operation}");
    let post = submit_bytes(operation, form.as_bytes());
    let service = Recorder::default();
    let outcome = run(handle_query(&service, &path_info, form));
    let get = Served::of((outcome, service.ran.into_inner()));
    assert_eq!(post, get, "GET and POST differ");
    post
}

/// What a form comes to by POST.
pub fn submit_bytes(operation: &str, form: &[u8]) -> Served {
    let path_info = format!("/{operation}");
    in_pieces(form, |source| {
        let service = Recorder::default();
        let outcome = run(handle_form(&service, &path_info, Some(FORM), source));
        (outcome, service.ran.into_inner())
    })
}

/// The text of an error; nothing ran.
pub fn error(served: &Served) -> &str {
    assert_eq!((served.status, &served.ran[..]), (500, &[][..]));
    assert_eq!(served.content_type, Some("text/plain; charset=utf-8"));
    assert_eq!(served.cache_control, Some("private"));
    &served.body
}

/// The call of a chunk.
pub fn chunk_call(session: &str, chunk: &[u8], is_last: bool) -> Call {
    Call::Chunk {
        session: Some(session.to_owned()),
        chunk: Some(chunk.to_vec()),
        is_last,
    }
}

/// A request that posts a form to an operation of the gateway.
pub fn form_request(operation: &str, form: &str) -> Request {
    Request::post("", form)
        .without("SOAPAction")
        .header("Content-Type", FORM)
        .line(&format!("POST /dfs.asmx/{operation} HTTP/1.1"))
}

/// The same as GET.
pub fn query_request(operation: &str, form: &str) -> Request {
    Request::get(&format!("/dfs.asmx/{operation}?{form}"))
}

/// The form of a chunk in base64.
pub fn chunk_form(session: &str, chunk: &[u8], is_last: bool) -> String {
    let base64 = base64_simd::STANDARD.encode_to_string(chunk);
    let escaped = base64.replace('+', "%2B").replace('/', "%2F");
    format!("SessionID={session}&Chunk={escaped}&IsLast={is_last}")
}

/// The number in the answer of a form binding.
pub fn result(body: &str) -> i64 {
    let number = body
        .split_once(" xmlns=\"http://www.interfax.cc\">")
        .and_then(|(_, rest)| rest.split_once("</"))
        .unwrap_or_else(|| panic!("no result in {body}"));
    number.0.parse().expect("a number")
}
