//! A SOAP 1.1 client on a plain socket, one request at a time.

use std::net::SocketAddr;

use base64_simd::STANDARD;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An HTTP answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    pub body: String,
}

impl Answer {
    /// The text of the first element of this name.
    pub fn text(&self, element: &str) -> Option<&str> {
        let start = self.body.find(&format!("<{element}>"))? + element.len() + 2;
        let end = self.body[start..].find(&format!("</{element}>"))? + start;
        Some(&self.body[start..end])
    }

    /// The number in `<operation>Result`.
    pub fn result(&self, operation: &str) -> i64 {
        let element = format!("{operation}Result");
        let text = self
            .text(&element)
            .unwrap_or_else(|| panic!("no {element} in {self:?}"));
        text.parse().expect("a number")
    }
}

/// A client that keeps its connection.
pub struct Client {
    address: SocketAddr,
    connection: Option<TcpStream>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            connection: None,
        }
    }

    /// Starts a session for the tests' account and returns the id it was given.
    pub async fn start(&mut self) -> String {
        use super::gateway::{PASSWORD, USER};
        let answer = self.start_as(USER, PASSWORD).await;
        assert_eq!(answer.result("StartFileUpload"), 0, "{answer:?}");
        answer.text("SessionID").expect("a session").to_owned()
    }

    pub async fn start_as(&mut self, user: &str, password: &str) -> Answer {
        let parameters = format!(
            "<Username>{}</Username><Password>{}</Password>",
            escape(user),
            escape(password)
        );
        self.call("StartFileUpload", &parameters).await
    }

    /// Sends a chunk and returns the result.
    pub async fn chunk(&mut self, session: &str, bytes: &[u8], is_last: bool) -> i64 {
        self.call(
            "UploadFileChunk",
            &chunk_parameters(session, bytes, is_last),
        )
        .await
        .result("UploadFileChunk")
    }

    pub async fn cancel(&mut self, session: &str) -> i64 {
        let parameters = format!("<SessionID>{session}</SessionID>");
        self.call("CancelFileUpload", &parameters)
            .await
            .result("CancelFileUpload")
    }

    /// Calls an operation with these parameters, as XML.
    pub async fn call(&mut self, operation: &str, parameters: &str) -> Answer {
        self.send(&request(operation, parameters)).await
    }

    /// Sends raw bytes and reads one answer.
    pub async fn send(&mut self, request: &[u8]) -> Answer {
        if self.connection.is_none() {
            let connection = TcpStream::connect(self.address)
                .await
                .expect("a connection");
            connection.set_nodelay(true).expect("an option");
            self.connection = Some(connection);
        }
        let connection = self.connection.as_mut().expect("just made");
        connection
            .write_all(request)
            .await
            .expect("the gateway reads");
        let answer = read_answer(connection).await;
        if answer
            .head
            .to_ascii_lowercase()
            .contains("connection: close")
        {
            self.connection = None;
        }
        answer
    }
}

/// The bytes of a SOAP 1.1 request for an operation.
pub fn request(operation: &str, parameters: &str) -> Vec<u8> {
    let body = envelope(operation, parameters);
    format!(
        "POST /dfs.asmx HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\n\
         SOAPAction: \"http://www.interfax.cc/{operation}\"\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A SOAP 1.1 envelope for an operation.
pub fn envelope(operation: &str, parameters: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         <{operation} xmlns=\"http://www.interfax.cc\">{parameters}</{operation}>\
         </soap:Body></soap:Envelope>"
    )
}

/// The parameters of `UploadFileChunk`.
pub fn chunk_parameters(session: &str, bytes: &[u8], is_last: bool) -> String {
    format!(
        "<SessionID>{session}</SessionID><Chunk>{}</Chunk><IsLast>{is_last}</IsLast>",
        STANDARD.encode_to_string(bytes)
    )
}

/// Reads one answer with a `Content-Length`.
pub async fn read_answer(connection: &mut (impl AsyncRead + Unpin)) -> Answer {
    let mut bytes = Vec::new();
    let end_of_head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        let read = connection.read_buf(&mut bytes).await.expect("an answer");
        assert!(
            read > 0,
            "the connection ended in {:?}",
            String::from_utf8_lossy(&bytes)
        );
    };
    let head = String::from_utf8(bytes[..end_of_head].to_vec()).expect("a head in ASCII");
    let length: usize = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")?
                .trim()
                .parse()
                .ok()
        })
        .expect("a Content-Length");
    while bytes.len() < end_of_head + length {
        let read = connection.read_buf(&mut bytes).await.expect("a body");
        assert!(read > 0, "the body was cut short");
    }
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    let body = String::from_utf8(bytes[end_of_head..].to_vec()).expect("UTF-8");
    Answer { status, head, body }
}

/// Text as XML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
