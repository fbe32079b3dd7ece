//! What becomes of odd and forged heads: what two readers could understand in two ways is
//! refused, and its connection ends, so that nothing behind it is taken for a request.

use crate::support::{gateway::Gateway, soap::envelope, wire::Wire};

/// The answer to a request behind which the connection carries on, or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    CarriesOn,
    Ends,
}
use Then::{CarriesOn, Ends};

/// A request to cancel an unknown session, in parts that a case can change.
struct Parts {
    line: &'static str,
    host: &'static str,
    length: String,
    more: String,
    body: String,
}

impl Parts {
    fn bytes(&self) -> Vec<u8> {
        let Self {
            line,
            host,
            length,
            more,
            body,
        } = self;
        let head = format!(
            "{line}\r\n{host}Content-Type: text/xml\r\n\
             SOAPAction: \"http://www.interfax.cc/CancelFileUpload\"\r\n{length}{more}\r\n{body}"
        );
        head.into_bytes()
    }
}

fn call() -> String {
    envelope("CancelFileUpload", "<SessionID>nobody</SessionID>")
}

fn parts() -> Parts {
    let body = call();
    Parts {
        line: "POST /dfs.asmx HTTP/1.1",
        host: "Host: localhost\r\n",
        length: format!("Content-Length: {}\r\n", body.len()),
        more: String::new(),
        body,
    }
}

fn line(line: &'static str) -> Vec<u8> {
    Parts { line, ..parts() }.bytes()
}

fn with(more: impl Into<String>) -> Vec<u8> {
    let more = more.into();
    Parts { more, ..parts() }.bytes()
}

fn length(value: &str) -> Vec<u8> {
    let length = format!("Content-Length: {value}\r\n");
    Parts { length, ..parts() }.bytes()
}

/// In chunked coding, with this in place of the size line, and this behind the data.
fn chunked(size: &str, behind: &str) -> Vec<u8> {
    let body = format!("{size}{}{behind}", call());
    coded("chunked", body)
}

fn coded(coding: &str, body: String) -> Vec<u8> {
    let length = format!("Transfer-Encoding: {coding}\r\n");
    let whole = Parts {
        length,
        body,
        ..parts()
    };
    whole.bytes()
}

fn bare(head: &str) -> Vec<u8> {
    head.as_bytes().to_vec()
}

/// Name, request, status, and what becomes of the connection.
type Case = (&'static str, Vec<u8>, u16, Then);

fn lengths() -> Vec<Case> {
    let whole = call().len();
    let repeated = format!("Content-Length: {whole}\r\n");
    vec![
        ("nothing odd", parts().bytes(), 200, CarriesOn),
        ("a length twice", with(repeated), 400, Ends),
        ("two lengths", with("Content-Length: 3\r\n"), 400, Ends),
        (
            "a list of lengths",
            length(&format!("{whole}, {whole}")),
            400,
            Ends,
        ),
        (
            "no length",
            Parts {
                length: String::new(),
                ..parts()
            }
            .bytes(),
            400,
            Ends,
        ),
        ("an empty length", length(""), 400, Ends),
        ("a negative length", length("-1"), 400, Ends),
        (
            "a length with a sign",
            length(&format!("+{whole}")),
            400,
            Ends,
        ),
        ("a length in base 16", length("0x10"), 400, Ends),
        (
            "a length beyond all numbers",
            length("99999999999999999999999"),
            400,
            Ends,
        ),
        (
            "a length that is too small",
            length(&(whole - 1).to_string()),
            400,
            Ends,
        ),
        (
            "a length and chunked coding",
            with("Transfer-Encoding: chunked\r\n"),
            400,
            Ends,
        ),
        (
            "a length and an upgrade to HTTP/2, as Java's own client offers it",
            with(
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n",
            ),
            200,
            Ends,
        ),
        (
            "a length and an upgrade",
            with("Connection: Upgrade\r\nUpgrade: websocket\r\n"),
            400,
            Ends,
        ),
    ]
}

fn codings() -> Vec<Case> {
    let whole = call().len();
    let size = format!("{whole:x}\r\n");
    let end = "\r\n0\r\n\r\n";
    let in_chunks = || format!("{size}{}{end}", call());
    vec![
        (
            "chunked coding",
            coded("chunked", in_chunks()),
            200,
            CarriesOn,
        ),
        (
            "chunked coding, in capitals",
            coded("CHUNKED", in_chunks()),
            200,
            CarriesOn,
        ),
        (
            "chunked coding twice",
            coded("chunked\r\nTransfer-Encoding: chunked", in_chunks()),
            400,
            Ends,
        ),
        (
            "two codings",
            coded("gzip, chunked", in_chunks()),
            400,
            Ends,
        ),
        (
            "an unknown coding",
            coded("xchunked", in_chunks()),
            400,
            Ends,
        ),
        ("no coding by name", coded("identity", call()), 400, Ends),
        (
            "a coding behind a control character",
            coded("\u{b}chunked", in_chunks()),
            400,
            Ends,
        ),
        (
            "chunked coding in HTTP/1.0",
            Parts {
                line: "POST /dfs.asmx HTTP/1.0",
                length: "Transfer-Encoding: chunked\r\n".to_owned(),
                body: in_chunks(),
                ..parts()
            }
            .bytes(),
            400,
            Ends,
        ),
        (
            "a size beyond all numbers",
            chunked("fffffffffffffffff\r\n", end),
            400,
            Ends,
        ),
        ("a negative size", chunked("-1\r\n", end), 400, Ends),
        ("a size with a prefix", chunked("0x5\r\n", end), 400, Ends),
        ("no size", chunked("\r\n", end), 400, Ends),
        (
            "a size line that ends with a line feed",
            chunked(&format!("{whole:x}\n"), end),
            400,
            Ends,
        ),
        (
            "more data than the size says",
            chunked("5\r\n", end),
            400,
            Ends,
        ),
        (
            "a chunk's extension",
            chunked(&format!("{whole:x};a=b\r\n"), end),
            200,
            CarriesOn,
        ),
        (
            "a trailer",
            chunked(&size, "\r\n0\r\nX: y\r\n\r\n"),
            200,
            CarriesOn,
        ),
    ]
}

fn headers() -> Vec<Case> {
    let many = |count| "X: y\r\n".repeat(count);
    let long = |length: usize| format!("X: {}\r\n", "y".repeat(length));
    vec![
        ("a folded header", with("X: a\r\n b\r\n"), 400, Ends),
        ("a space before the colon", with("X : a\r\n"), 400, Ends),
        ("a space before the name", with(" X: a\r\n"), 400, Ends),
        ("no name", with(": a\r\n"), 400, Ends),
        ("no colon", with("X\r\n"), 400, Ends),
        ("a NUL", with("X: a\0b\r\n"), 400, Ends),
        ("a carriage return", with("X: a\rb\r\n"), 400, Ends),
        ("letters beyond ASCII", with("X: ä\r\n"), 200, CarriesOn),
        ("90 headers more", with(many(90)), 200, CarriesOn),
        ("too many headers", with(many(97)), 431, Ends),
        ("a flood of headers", with(many(20_000)), 431, Ends),
        ("a long header", with(long(60_000)), 200, CarriesOn),
        ("a header that is too long", with(long(200_000)), 431, Ends),
        (
            "no host",
            Parts {
                host: "",
                ..parts()
            }
            .bytes(),
            400,
            Ends,
        ),
        ("two hosts", with("Host: elsewhere\r\n"), 400, Ends),
        (
            "lines that end with line feeds",
            bare(
                &String::from_utf8(parts().bytes())
                    .expect("UTF-8")
                    .replace("\r\n", "\n"),
            ),
            200,
            CarriesOn,
        ),
        // To a proxy that knows only the pair, this is one header.
        (
            "a line feed alone in a header",
            with("X-Note: a\nX-Other: b\r\n"),
            400,
            Ends,
        ),
        (
            "a line feed alone behind the last header",
            with("X-Note: a\r\n\n"),
            400,
            Ends,
        ),
    ]
}

fn request_lines() -> Vec<Case> {
    let plain = |line: &str| bare(&format!("{line}\r\nHost: localhost\r\n\r\n"));
    let long = format!("GET /{} HTTP/1.1", "a".repeat(1 << 20));
    vec![
        (
            "empty lines before",
            [b"\r\n\r\n".to_vec(), parts().bytes()].concat(),
            200,
            CarriesOn,
        ),
        (
            "another host's address",
            line("POST http://elsewhere/dfs.asmx HTTP/1.1"),
            200,
            CarriesOn,
        ),
        (
            "a fragment",
            line("POST /dfs.asmx#x HTTP/1.1"),
            200,
            CarriesOn,
        ),
        (
            "an escaped letter",
            plain("GET /%64fs.asmx HTTP/1.1"),
            404,
            CarriesOn,
        ),
        (
            "two slashes",
            plain("GET //dfs.asmx HTTP/1.1"),
            404,
            CarriesOn,
        ),
        (
            "a way up",
            plain("GET /x/../dfs.asmx HTTP/1.1"),
            404,
            CarriesOn,
        ),
        ("a backslash", line("POST \\dfs.asmx HTTP/1.1"), 400, Ends),
        (
            "a NUL in the path",
            line("POST /dfs.asmx\0 HTTP/1.1"),
            400,
            Ends,
        ),
        ("two spaces", line("POST  /dfs.asmx HTTP/1.1"), 400, Ends),
        (
            "a method in small letters",
            plain("get /dfs.asmx HTTP/1.1"),
            405,
            CarriesOn,
        ),
        (
            "a method that is none",
            line("P(ST /dfs.asmx HTTP/1.1"),
            400,
            Ends,
        ),
        ("a request line of a megabyte", plain(&long), 431, Ends),
        ("HTTP/0.9", bare("GET /dfs.asmx\r\n"), 400, Ends),
        ("HTTP/1.2", line("POST /dfs.asmx HTTP/1.2"), 400, Ends),
        (
            "HTTP/2",
            bare("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            400,
            Ends,
        ),
        (
            "TLS",
            [
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(),
                &[0; 100],
            ]
            .concat(),
            400,
            Ends,
        ),
        (
            "the whole server",
            plain("OPTIONS * HTTP/1.1"),
            404,
            CarriesOn,
        ),
        ("TRACE", plain("TRACE /dfs.asmx HTTP/1.1"), 405, CarriesOn),
        ("CONNECT", plain("CONNECT internal:443 HTTP/1.1"), 404, Ends),
    ]
}

async fn check(cases: Vec<Case>) {
    let gateway = Gateway::start().await;
    for (name, request, status, then) in cases {
        let mut wire = Wire::connect(gateway.address).await;
        let whole = wire.offer(&request).await;
        // Whatever follows is a request, or nothing.
        let followed = whole
            && wire
                .offer(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .await;
        let answers = wire.closed().await;
        assert!(
            answers.starts_with(&format!("HTTP/1.1 {status} "))
                || answers.starts_with(&format!("HTTP/1.0 {status} ")),
            "{name}: {answers}"
        );
        let answered = answers.matches("HTTP/1.1 200 OK").count() - usize::from(status == 200);
        assert_eq!(
            answered == 1,
            then == CarriesOn && followed,
            "{name}: {answers}"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_body_has_one_length_or_is_refused() {
    check([lengths(), codings()].concat()).await;
}

#[tokio::test]
async fn a_header_is_well_formed_and_of_bounded_size_or_is_refused() {
    check(headers()).await;
}

#[tokio::test]
async fn a_request_line_names_one_thing_or_is_refused() {
    check(request_lines()).await;
}
