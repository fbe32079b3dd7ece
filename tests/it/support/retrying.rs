//! A client that follows the protocol's only rule for trouble: what was not acknowledged is sent
//! again, unchanged.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{
    gateway::{PASSWORD, USER},
    soap::{Answer, chunk_parameters, escape, request},
};

/// How long one request may take, whatever happens to the gateway: `pool.wait`, then
/// `pool.statement_timeout`, then 2 s in which an unknown outcome is asked for, and a second.
const LONGEST_REQUEST: Duration = Duration::from_secs(15);
/// How long something is sent again and again.
const PATIENCE: Duration = Duration::from_mins(1);
/// The pause before something is sent again.
const PAUSE: Duration = Duration::from_millis(20);
/// "Internal error": the protocol's invitation to send again.
const INTERNAL: i64 = -150;

/// A client with a connection for each attempt.
#[derive(Clone, Debug)]
pub struct RetryingClient {
    address: watch::Receiver<SocketAddr>,
    /// How many attempts failed.
    pub failures: u32,
}

impl RetryingClient {
    pub fn new(address: SocketAddr) -> Self {
        Self::following(watch::channel(address).1)
    }

    /// A client of a gateway that may come back at another address.
    pub fn following(address: watch::Receiver<SocketAddr>) -> Self {
        Self {
            address,
            failures: 0,
        }
    }

    /// Starts a session. An attempt whose answer was lost leaves an empty session behind, which
    /// expires.
    pub async fn start(&mut self) -> String {
        let parameters = format!(
            "<Username>{}</Username><Password>{}</Password>",
            escape(USER),
            escape(PASSWORD)
        );
        let answer = self.until_answered("StartFileUpload", &parameters).await;
        assert_eq!(answer.result("StartFileUpload"), 0, "{answer:?}");
        answer.text("SessionID").expect("a session").to_owned()
    }

    /// Sends a chunk until it is answered, and returns the total.
    pub async fn chunk(&mut self, session: &str, bytes: &[u8], is_last: bool) -> i64 {
        let parameters = chunk_parameters(session, bytes, is_last);
        self.until_answered("UploadFileChunk", &parameters)
            .await
            .result("UploadFileChunk")
    }

    /// Uploads `chunks` as one document; each total must be exact. Returns its `SessionID`.
    pub async fn upload(&mut self, chunks: &[&[u8]]) -> String {
        let session = self.start().await;
        let mut total = 0;
        for (index, chunk) in chunks.iter().enumerate() {
            total += i64::try_from(chunk.len()).expect("a short chunk");
            let is_last = index + 1 == chunks.len();
            let answered = self.chunk(&session, chunk, is_last).await;
            assert_eq!(answered, total, "chunk {index} of session {session}");
        }
        session
    }

    /// Calls an operation until it is answered.
    pub async fn until_answered(&mut self, operation: &str, parameters: &str) -> Answer {
        let request = request(operation, parameters);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let address = *self.address.borrow();
            let attempt = timeout(LONGEST_REQUEST, exchange(address, &request)).await;
            let trouble = match attempt.expect("no request hangs") {
                Ok(answer) if answer.status == 503 || result_is_internal(&answer, operation) => {
                    format!("{answer:?}")
                }
                Ok(answer) => return answer,
                Err(error) => error.to_string(),
            };
            self.failures += 1;
            assert!(Instant::now() < deadline, "{operation}: still {trouble}");
            sleep(PAUSE).await;
        }
    }
}

fn result_is_internal(answer: &Answer, operation: &str) -> bool {
    answer.status == 200 && answer.result(operation) == INTERNAL
}

/// Sends one request on a connection of its own and reads the answer.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    let mut connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    connection.write_all(request).await?;
    let mut bytes = Vec::new();
    while connection.read_buf(&mut bytes).await? > 0 {
        if let Some(answer) = whole_answer(&bytes) {
            return Ok(answer);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// The answer, once all that its `Content-Length` announces is there.
fn whole_answer(bytes: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(bytes).expect("answers are in UTF-8");
    let (head, body) = text.split_once("\r\n\r\n")?;
    let field = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    };
    let length: usize = head.lines().find_map(field).expect("a Content-Length");
    let status = head.split(' ').nth(1)?.parse().expect("a status");
    (body.len() >= length).then(|| Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}
