//! A service as `docs/WEBHOOK.md` wants it, on a port of its own, that can be told to fail.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bytes::Bytes;
use chunkgate::fax::{
    delivery::{Attempt, Outcome},
    item::TransactionId,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

use super::signed::{SECRET, hex, now, verify};

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

/// What happens to a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reaction {
    /// It is answered as it should be.
    #[default]
    Proper,
    /// The connection is closed before anything was read.
    CutAtOnce,
    /// ... after so many bytes of the request.
    CutAfter(usize),
    /// ... when all of it was read and acted upon.
    CutBeforeAnswer,
    /// ... in the middle of the answer.
    CutInAnswer,
    /// Nothing is read for so long, and then all is well.
    Deaf(Duration),
    /// It is acted upon, and answered after so long.
    Slow(Duration),
    /// It is read, and this is answered.
    Say(String),
    /// ... after so long.
    SlowSay(Duration, String),
    /// ... and the connection stays open.
    SayAndStay(String),
    /// ... with such a pause before each byte.
    Drip(String, Duration),
    /// It is acted upon, and this is answered.
    ActAndSay(String),
    /// This is answered when it has only begun.
    SayAtOnce(String),
}

/// An answer of HTTP.
pub fn http(status: u16, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Whatever\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A fax that it has.
#[derive(Clone, Debug)]
pub struct Held {
    pub attempt: Attempt,
    pub recipient: String,
    pub documents: Vec<Bytes>,
    pub begun: bool,
    pub ended: Option<Outcome>,
}

#[derive(Default)]
struct Desk {
    requests: Vec<Request>,
    reactions: Vec<Reaction>,
    /// Chooses what happens to a request, after those.
    mood: Option<Box<dyn FnMut() -> Reaction + Send>>,
    faxes: BTreeMap<String, Held>,
    cancelled: BTreeSet<String>,
    connections: usize,
    /// What it answers to a fax at once, instead of taking it.
    at_once: Option<Value>,
    /// Faxes that it has begun to send, one after another.
    begun: Vec<Held>,
}

/// A service.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    serving: Arc<Mutex<JoinHandle<()>>>,
    tls: Option<TlsAcceptor>,
}

impl Receiver {
    pub async fn start() -> Self {
        Self::with(None).await
    }

    pub async fn with(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let desk = Arc::new(Mutex::new(Desk::default()));
        let serving = tokio::spawn(serve(listener, Arc::clone(&desk), tls.clone()));
        Self {
            address,
            desk,
            serving: Arc::new(Mutex::new(serving)),
            tls,
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("no panic")
    }

    pub fn url(&self, path: &str) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}{path}", self.address.port())
    }

    /// What happens to the next requests, one after another.
    pub fn react(&self, reactions: impl IntoIterator<Item = Reaction>) {
        let mut reactions: Vec<_> = reactions.into_iter().collect();
        reactions.reverse();
        self.desk().reactions = reactions;
    }

    /// What happens to all other requests.
    pub fn be(&self, mood: impl FnMut() -> Reaction + Send + 'static) {
        self.desk().mood = Some(Box::new(mood));
    }

    /// What it says to every fax at once.
    pub fn say_at_once(&self, status: Value) {
        self.desk().at_once = Some(status);
    }

    /// Every request that was read to its end.
    pub fn requests(&self) -> Vec<Request> {
        self.desk().requests.clone()
    }

    /// Connections that came.
    pub fn connections(&self) -> usize {
        self.desk().connections
    }

    /// The faxes it has, by key.
    pub fn faxes(&self) -> BTreeMap<String, Held> {
        self.desk().faxes.clone()
    }

    /// The key of an attempt.
    pub fn key(&self, attempt: Attempt) -> Option<String> {
        let desk = self.desk();
        let mut faxes = desk.faxes.iter();
        let found = faxes.find(|(_, held)| held.attempt == attempt);
        found.map(|(key, _)| key.clone())
    }

    /// Begins to send an attempt; none if it does not have it, or began before.
    pub fn begin(&self, attempt: Attempt) -> Option<Held> {
        let mut desk = self.desk();
        let cancelled = desk.cancelled.clone();
        let mut faxes = desk.faxes.iter_mut();
        let (_, held) =
            faxes.find(|(key, held)| held.attempt == attempt && !cancelled.contains(*key))?;
        let first = !std::mem::replace(&mut held.begun, true);
        let held = held.clone();
        desk.begun.extend(first.then(|| held.clone()));
        first.then_some(held)
    }

    /// Attempts that wait to be sent.
    pub fn waiting(&self) -> Vec<Attempt> {
        let desk = self.desk();
        let waiting =
            |(key, held): &(&String, &Held)| !held.begun && !desk.cancelled.contains(*key);
        let waiting = desk.faxes.iter().filter(waiting);
        waiting.map(|(_, held)| held.attempt).collect()
    }

    /// Faxes that it has begun to send, one after another.
    pub fn transmissions(&self) -> Vec<Held> {
        self.desk().begun.clone()
    }

    /// Notes how it ended.
    pub fn end(&self, attempt: Attempt, outcome: &Outcome) {
        let mut desk = self.desk();
        let held = desk.faxes.values_mut().find(|held| held.attempt == attempt);
        held.expect("it has it").ended = Some(outcome.clone());
    }

    /// Closes its port; what it has is durable.
    pub async fn stop(&self) {
        let serving = std::mem::replace(
            &mut *self.serving.lock().expect("no panic"),
            tokio::spawn(async {}),
        );
        serving.abort();
        let _aborted = serving.await;
    }

    /// Opens it again.
    pub fn restart(&self) {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("an option");
        socket.bind(self.address).expect("the same port");
        let listener = socket.listen(128).expect("a listener");
        let serving = tokio::spawn(serve(listener, Arc::clone(&self.desk), self.tls.clone()));
        *self.serving.lock().expect("no panic") = serving;
    }
}

async fn serve(listener: TcpListener, desk: Arc<Mutex<Desk>>, tls: Option<TlsAcceptor>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let reaction = {
            let mut desk = desk.lock().expect("no panic");
            desk.connections += 1;
            let next = desk.reactions.pop();
            next.unwrap_or_else(|| desk.mood.as_mut().map(|it| it()).unwrap_or_default())
        };
        let (desk, tls) = (Arc::clone(&desk), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => answer(stream, &desk, reaction).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => answer(stream, &desk, reaction).await,
                    Err(_) => None,
                },
            }
        });
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    desk: &Mutex<Desk>,
    reaction: Reaction,
) -> Option<()> {
    let said = match &reaction {
        Reaction::CutAtOnce => return None,
        Reaction::CutAfter(bytes) => {
            let mut read = vec![0; *bytes];
            let _ = stream.read_exact(&mut read).await;
            return None;
        }
        Reaction::SayAtOnce(said) => {
            let _begun = stream.read(&mut [0; 300]).await;
            stream.write_all(said.as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
            sleep(Duration::from_millis(200)).await;
            return None;
        }
        Reaction::Deaf(time) => {
            sleep(*time).await;
            act(&read(&mut stream).await?, desk)
        }
        Reaction::Say(said) => {
            note(&mut stream, desk).await?;
            said.clone()
        }
        Reaction::SlowSay(time, said) => {
            note(&mut stream, desk).await?;
            sleep(*time).await;
            said.clone()
        }
        Reaction::SayAndStay(said) => {
            note(&mut stream, desk).await?;
            stream.write_all(said.as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
            sleep(Duration::from_mins(1)).await;
            return None;
        }
        Reaction::Drip(said, pause) => {
            note(&mut stream, desk).await?;
            for byte in said.as_bytes() {
                sleep(*pause).await;
                stream.write_all(&[*byte]).await.ok()?;
            }
            String::new()
        }
        Reaction::ActAndSay(said) => {
            act(&read(&mut stream).await?, desk);
            said.clone()
        }
        Reaction::Slow(time) => {
            let said = act(&read(&mut stream).await?, desk);
            sleep(*time).await;
            said
        }
        Reaction::CutBeforeAnswer => {
            act(&read(&mut stream).await?, desk);
            return None;
        }
        Reaction::CutInAnswer => {
            let said = act(&read(&mut stream).await?, desk);
            said[..said.len() - 3].to_owned()
        }
        Reaction::Proper => act(&read(&mut stream).await?, desk),
    };
    stream.write_all(said.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// Reads a request without acting upon it.
async fn note<S: AsyncRead + Unpin>(stream: &mut S, desk: &Mutex<Desk>) -> Option<()> {
    let request = read(stream).await?;
    desk.lock().expect("no panic").requests.push(request);
    Some(())
}

/// Reads a request; none if it does not come to its end.
async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Request> {
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

/// Does what a service must do, and answers.
fn act(request: &Request, desk: &Mutex<Desk>) -> String {
    let mut desk = desk.lock().expect("no panic");
    desk.requests.push(request.clone());
    let is_fax = request.header("content-type").starts_with("multipart/");
    let message = if is_fax {
        request.parts().remove(0).bytes
    } else {
        request.body.clone()
    };
    let signature = request.header("chunkgate-signature");
    if !verify(SECRET, signature, &message, now()) {
        return http(401, "wrong signature");
    }
    let told: Value = serde_json::from_slice(&message).expect("JSON");
    let key = told["key"].as_str().expect("a key").to_owned();
    assert_eq!(request.header("idempotency-key"), key);
    // The key first: what was said of it stands.
    if is_fax {
        if desk.cancelled.contains(&key) {
            return http(200, &json!({"status": "cancelled"}).to_string());
        }
        let at_once = desk.at_once.clone();
        let held = desk
            .faxes
            .entry(key)
            .or_insert_with(|| held(request, &told));
        if let Some(status) = at_once {
            let first = !std::mem::replace(&mut held.begun, true);
            let held = held.clone();
            desk.begun.extend(first.then_some(held));
            return http(200, &status.to_string());
        }
        let status = status_of(held.ended.as_ref());
        return http(202, &status.to_string());
    }
    assert_eq!(told["event"], "cancel");
    let known = desk.faxes.get(&key);
    if let Some(held) = known.filter(|it| it.begun) {
        return http(200, &status_of(held.ended.as_ref()).to_string());
    }
    desk.cancelled.insert(key);
    http(200, &json!({"status": "cancelled"}).to_string())
}

fn held(request: &Request, told: &Value) -> Held {
    let described = told["documents"].as_array().expect("a list");
    let parts = request.parts();
    assert_eq!(parts.len(), 1 + described.len());
    let documents = parts[1..].iter().zip(described).map(|(part, described)| {
        assert_eq!(described["part"], part.name);
        assert_eq!(described["size"], part.bytes.len());
        let digest = hex(&Sha256::digest(&part.bytes));
        assert_eq!(described["sha256"], digest);
        Bytes::from(part.bytes.clone())
    });
    let number = |name: &str| told[name].as_i64().expect("a number");
    Held {
        attempt: Attempt {
            transaction: TransactionId(number("transaction").try_into().expect("small")),
            number: number("attempt").try_into().expect("small"),
        },
        recipient: told["recipient"].as_str().expect("a number").to_owned(),
        documents: documents.collect(),
        begun: false,
        ended: None,
    }
}

/// A status as the service says it.
pub fn status_of(outcome: Option<&Outcome>) -> Value {
    match outcome {
        None => json!({"status": "accepted"}),
        Some(Outcome::Sent(report)) => json!({
            "status": "sent", "pages": report.pages, "duration": report.duration,
            "remote_csid": report.remote_csid,
        }),
        Some(Outcome::Failed {
            code,
            text,
            may_retry,
            ..
        }) => json!({"status": "failed", "code": code, "text": text, "final": !may_retry}),
        Some(Outcome::Refused { .. }) => panic!("no service says so later"),
    }
}
