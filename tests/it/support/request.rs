//! Requests as a test wants them: SOAP of either version, with any header, cut anywhere.

use base64_simd::STANDARD;
use chunkgate::soap::Version;

/// The namespace of the service's elements.
pub const NAMESPACE: &str = "http://www.interfax.cc";

/// An HTTP request.
#[derive(Clone, Debug)]
pub struct Request {
    line: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A GET without a body.
    pub fn get(target: &str) -> Self {
        Self {
            line: format!("GET {target} HTTP/1.1"),
            headers: vec![("Host", "localhost".to_owned())],
            body: Vec::new(),
        }
    }

    /// A POST of `body` to the service as SOAP 1.1.
    pub fn post(action: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            line: "POST /dfs.asmx HTTP/1.1".to_owned(),
            headers: vec![
                ("Host", "localhost".to_owned()),
                ("Content-Type", "text/xml; charset=utf-8".to_owned()),
                ("SOAPAction", format!("\"{action}\"")),
                ("Content-Length", body.len().to_string()),
            ],
            body,
        }
    }

    /// A call in SOAP 1.1.
    pub fn soap_11(operation: &str, parameters: &str) -> Self {
        let body = envelope(Version::V11, operation, parameters);
        Self::post(&format!("{NAMESPACE}/{operation}"), body)
    }

    /// A call in SOAP 1.2, with its action in the content type.
    pub fn soap_12(operation: &str, parameters: &str) -> Self {
        let body = envelope(Version::V12, operation, parameters);
        let content_type =
            format!("application/soap+xml; charset=utf-8; action=\"{NAMESPACE}/{operation}\"");
        Self::post("", body)
            .without("SOAPAction")
            .header("Content-Type", &content_type)
    }

    /// With this header, in place of one of the same name.
    pub fn header(self, name: &'static str, value: &str) -> Self {
        let mut request = self.without(name);
        request.headers.push((name, value.to_owned()));
        request
    }

    /// Without this header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    /// As if a proxy in front of the gateway had it from `client`.
    pub fn forwarded_for(self, client: &str) -> Self {
        self.header("X-Forwarded-For", client)
    }

    /// With another request line.
    pub fn line(mut self, line: &str) -> Self {
        line.clone_into(&mut self.line);
        self
    }

    /// The request line and the headers, the empty line included.
    pub fn head(&self) -> Vec<u8> {
        let mut head = format!("{}\r\n", self.line);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        head.into_bytes()
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// All of it.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head(), self.body.clone()].concat()
    }
}

/// An envelope of either version around a call.
pub fn envelope(version: Version, operation: &str, parameters: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"{}\"><soap:Body>\
         <{operation} xmlns=\"{NAMESPACE}\">{parameters}</{operation}>\
         </soap:Body></soap:Envelope>",
        version.envelope()
    )
}

/// The parameters of StartFileUpload but for SessionID.
pub fn credentials(user: &str, password: &str) -> String {
    let mut escaped = String::new();
    for (name, value) in [("Username", user), ("Password", password)] {
        escaped += &format!("<{name}>");
        chunkgate::xml::escape(value, &mut escaped);
        escaped += &format!("</{name}>");
    }
    escaped
}

/// The element of a chunk.
pub fn chunk_element(bytes: &[u8]) -> String {
    format!("<Chunk>{}</Chunk>", STANDARD.encode_to_string(bytes))
}

/// The element of a SessionID.
pub fn session_element(session: &str) -> String {
    format!("<SessionID>{session}</SessionID>")
}
