//! Requests as they come.

use std::collections::BTreeMap;

use tokio::io::{AsyncRead, AsyncReadExt};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The parts of its body: name, file name, type, bytes.
    pub fn parts(&self) -> Vec<Part> {
        let kind = self.header("content-type");
        let boundary = kind.strip_prefix("multipart/form-data; boundary=");
        let boundary = format!("--{}", boundary.expect("multipart"));
        let mut rest = self.body.strip_prefix(boundary.as_bytes()).expect("a part");
        let mut parts = Vec::new();
        let end = format!("\r\n{boundary}");
        while rest != b"--\r\n" {
            rest = rest.strip_prefix(b"\r\n").expect("a line end");
            let head = find(rest, b"\r\n\r\n").expect("a head");
            let length = find(&rest[head..], end.as_bytes()).expect("an end") + head;
            let text = std::str::from_utf8(&rest[..head]).expect("text");
            let value = |mark: &str| {
                let (_, after) = text.split_once(mark)?;
                let end = after.find(['"', '\r']).unwrap_or(after.len());
                Some(after[..end].to_owned())
            };
            parts.push(Part {
                name: value("; name=\"").expect("a name"),
                file: value("filename=\""),
                kind: value("Content-Type: ").expect("a type"),
                bytes: rest[head + 4..length].to_vec(),
            });
            rest = &rest[length + end.len()..];
        }
        parts
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, what)
}

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub file: Option<String>,
    pub kind: String,
    pub bytes: Vec<u8>,
}

/// Reads a request; none if it does not come to its end.
pub async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(head) = find(&bytes, b"\r\n\r\n") {
            break head;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = std::str::from_utf8(&bytes[..head])
        .expect("text")
        .to_owned();
    let (line, headers) = text.split_once("\r\n").expect("headers");
    let headers: BTreeMap<_, _> = headers
        .split("\r\n")
        .map(|header| {
            let (name, value) = header.split_once(": ").expect("a header");
            (name.to_ascii_lowercase(), value.to_owned())
        })
        .collect();
    let length: usize = headers["content-length"].parse().expect("a length");
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    assert_eq!(body.len(), length, "nothing behind the body");
    Some(Request {
        line: line.to_owned(),
        headers,
        body,
    })
}
