//! The gateway under attack, and how to see what an attack did to it.

use std::{collections::HashMap, ffi::OsString, fs, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::{
    process::{Changes, DataDirectory, Process, memory_of},
    retrying::RetryingClient,
    soap::{Answer, Client, chunk_parameters, request},
};

/// What the session of the victim has.
const UPLOADED: &[u8] = b"what must not change";
/// What no answer takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running gateway with a session that has some bytes.
pub struct Victim {
    pub gateway: Process,
    /// The session's name.
    pub session: String,
    _directory: DataDirectory,
}

impl Victim {
    pub async fn start(changes: Changes<'_>) -> Self {
        let directory = DataDirectory::new();
        let changes = [
            changes,
            &[("content.min_free", "0"), ("session.max_total", "100GiB")],
        ]
        .concat();
        let gateway = Process::start(directory.path(), &changes).await;
        gateway.add_account().await;
        let session = RetryingClient::new(gateway.address).start().await;
        let mut client = Client::new(gateway.address);
        assert!(client.chunk(&session, UPLOADED, false).await > 0);
        Self {
            gateway,
            session,
            _directory: directory,
        }
    }

    /// Another session, which may grow.
    pub async fn other_session(&self) -> String {
        RetryingClient::new(self.gateway.address).start().await
    }

    /// Whether the next client is served, on a new connection.
    pub async fn serves(&self) -> bool {
        let parameters = "<SessionID>nobody</SessionID>";
        let answer = exchange(
            self.gateway.address,
            &request("CancelFileUpload", parameters),
        )
        .await;
        answer.is_some_and(|answer| answer.result("CancelFileUpload") == -1062)
    }

    /// The end: nothing got into the session, which still goes on.
    pub async fn stop_unharmed(self) {
        let mut client = Client::new(self.gateway.address);
        let more = chunk_parameters(&self.session, b"!", true);
        let answer = client.send(&request("UploadFileChunk", &more)).await;
        let total = i64::try_from(UPLOADED.len() + 1).expect("a small number");
        assert_eq!(answer.result("UploadFileChunk"), total);
        let stored = self.gateway.export(&self.session).await;
        assert_eq!(stored, [UPLOADED, b"!"].concat());
        self.gateway.stop().await;
    }

    /// What each thread of the gateway has computed. Its Postgres is another process.
    pub fn computed(&self) -> Computed {
        let threads = format!("/proc/{}/task", self.gateway.process());
        let threads = fs::read_dir(threads).expect("the gateway runs").flatten();
        let times = threads.filter_map(|thread| {
            let line = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            Some((thread.file_name(), line.split(' ').next()?.parse().ok()?))
        });
        Computed(times.collect())
    }

    /// Memory of the gateway, in KiB: `VmRSS` for now, `VmHWM` for the most there ever was.
    pub fn memory(&self, which: &str) -> u64 {
        memory_of(self.gateway.process(), which)
    }
}

/// Processor time by thread, in nanoseconds.
pub struct Computed(HashMap<OsString, u64>);

impl Computed {
    /// What was computed since then. Threads come and go: one that has gone counts no more.
    pub fn since(&self, before: &Self) -> Duration {
        let more = |(thread, time): (&OsString, &u64)| {
            time.saturating_sub(before.0.get(thread).copied().unwrap_or_default())
        };
        Duration::from_nanos(self.0.iter().map(more).sum())
    }
}

/// Sends a request on a new connection, as far as it is taken, and returns the answer, if there is
/// one.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    let (mut reading, mut writing) = connection.split();
    let mut read = Vec::new();
    let mut sending = Box::pin(writing.write_all(request));
    let mut sent = false;
    let exchanged = async {
        loop {
            if let Some(answer) = whole(&read) {
                return Some(answer);
            }
            tokio::select! {
                // A gateway that reads no further is not at fault.
                _ = &mut sending, if !sent => sent = true,
                got = reading.read_buf(&mut read) => {
                    if !matches!(got, Ok(1..)) {
                        return whole(&read);
                    }
                }
            }
        }
    };
    timeout(PATIENCE, exchanged)
        .await
        .expect("an answer in time")
}

/// The answer, if all of it is here.
fn whole(read: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(read).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length: usize = head.lines().find_map(|line| {
        let lower = line.to_ascii_lowercase();
        lower
            .strip_prefix("content-length:")?
            .trim()
            .parse::<usize>()
            .ok()
    })?;
    (body.len() >= length).then(|| Answer {
        status: head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0),
        head: head.to_owned(),
        body: body[..length].to_owned(),
    })
}
