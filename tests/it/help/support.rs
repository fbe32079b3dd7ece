//! Documents as a client gets them, and what is in them.

use crate::support::{gateway::Gateway, request::Request, soap::Answer, wire::Wire};

/// The answer to a GET of `/dfs.asmx` with this query (and its question mark).
pub async fn get(gateway: &Gateway, query: &str, headers: &[(&'static str, &str)]) -> Answer {
    let mut request = Request::get(&format!("/dfs.asmx{query}"));
    for &(name, value) in headers {
        request = request.header(name, value);
    }
    Wire::connect(gateway.address).await.ask(&request).await
}

/// The value of a header, whatever the case of its name.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (known, value) = line.split_once(": ")?;
        known.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// A form of a help page, as a browser sends it.
pub fn post(query: &str, fields: &[(&str, &str)]) -> Request {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    Request::post("", body.finish())
        .line(&format!("POST /dfs.asmx{query} HTTP/1.1"))
        .without("SOAPAction")
        .header("Content-Type", "application/x-www-form-urlencoded")
}

/// The text of the `pre` with this id, as a browser would copy it.
pub fn shown(page: &str, id: &str) -> String {
    let start = format!("id=\"{id}\">");
    let (_, rest) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("no {id} in {page}"));
    let (text, _) = rest.split_once("</pre>").expect("an end");
    unescape(&text.replace("<mark>", "").replace("</mark>", ""))
}

/// Text as it was before it was escaped.
pub fn unescape(text: &str) -> String {
    assert!(!text.contains('<'), "markup in {text}");
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}
