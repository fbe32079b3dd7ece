//! A server that answers request after request by a script, and remembers what it was asked.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// How one request is answered, after it was read to its end.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// `StartFileUpload` succeeds with this `SessionID`.
    Session(&'static str),
    /// The operation's result is this number.
    Result(i64),
    /// An HTTP status and no body.
    Status(u16),
    /// An HTTP status, a content type and a body.
    Refusal(u16, &'static str, &'static str),
    /// The connection ends without an answer.
    HangUp,
    /// The connection ends in the middle of an answer that would have been good.
    HangUpInTheAnswer,
    /// Nothing comes until the client goes away.
    Silence,
}

/// A request that arrived whole.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which connection it came on, counted from 0.
    pub connection: usize,
    pub body: String,
}

pub struct ScriptedServer {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl ScriptedServer {
    pub fn start(script: &[Step]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut play = Play {
            script: Vec::from(script).into_iter(),
            requests: Arc::clone(&requests),
        };
        // Ends with the test's process, if no connection comes any more.
        thread::spawn(move || {
            for (number, connection) in listener.incoming().enumerate() {
                play.serve(number, connection.expect("a connection"));
            }
        });
        Self { port, requests }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/dfs.asmx", self.port)
    }

    /// What has arrived so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no panic").clone()
    }
}

struct Play {
    script: std::vec::IntoIter<Step>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Play {
    /// Answers on one connection until it ends.
    fn serve(&mut self, number: usize, connection: TcpStream) {
        let mut reader = BufReader::new(connection);
        while let Some((operation, body)) = read_request(&mut reader) {
            let connection = number;
            let mut requests = self.requests.lock().expect("no panic");
            requests.push(Request { connection, body });
            drop(requests);
            let step = self.script.next().expect("the script goes on");
            let stream = reader.get_mut();
            let result = |code: i64| answer(&operation, &code.to_string(), "");
            match step {
                Step::Session(session) => {
                    let session = format!("<SessionID>{session}</SessionID>");
                    send(stream, &answer(&operation, "0", &session));
                }
                Step::Result(code) => send(stream, &result(code)),
                Step::Status(status) => send(
                    stream,
                    &format!("HTTP/1.1 {status} Busy\r\nContent-Length: 0\r\n\r\n"),
                ),
                Step::Refusal(status, content_type, body) => send(
                    stream,
                    &format!(
                        "HTTP/1.1 {status} No\r\nContent-Type: {content_type}\r\n\
                         Content-Length: {}\r\n\r\n{body}",
                        body.len()
                    ),
                ),
                Step::HangUp => return,
                Step::HangUpInTheAnswer => {
                    let whole = result(4);
                    let end = whole.find("Result>").expect("a result");
                    send(stream, &whole[..end]);
                    return;
                }
                Step::Silence => {
                    let _ = reader.read_to_end(&mut Vec::new());
                    return;
                }
            }
        }
    }
}

/// The operation and the body of the next request; none when the client has gone.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let (mut operation, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(": ") else {
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().expect("a length"),
            "soapaction" => {
                let path = value.trim_matches('"');
                path.rsplit('/')
                    .next()
                    .expect("a name")
                    .clone_into(&mut operation);
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((operation, String::from_utf8(body).expect("UTF-8")))
}

fn answer(operation: &str, result: &str, more: &str) -> String {
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><{operation}Response xmlns="http://www.interfax.cc"><{operation}Result>{result}</{operation}Result>{more}</{operation}Response></soap:Body></soap:Envelope>"#
    );
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn send(stream: &mut TcpStream, text: &str) {
    // A client that has gone shows in what it asks next.
    let _ = stream.write_all(text.as_bytes());
}
