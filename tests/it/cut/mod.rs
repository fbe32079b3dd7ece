//! Connections cut at every stage between a client that sends again and the gateway.
//!
//! | file                | rule |
//! |---------------------|------|
//! | `in_the_request`    | a chunk that did not arrive whole leaves no trace |
//! | `before_the_answer` | a chunk whose answer was lost is stored once |
//! | `everywhere`        | uploads of random data and of zeros, cut at every place, are submitted as their clients sent them |
//!
//! Each test of the first two uploads the same three chunks, two of them equal, cuts one connection, and finds the
//! document byte for byte. That the equal chunks are there shows that a cut does not turn data
//! into a repetition.

mod before_the_answer;
mod everywhere;
mod in_the_request;

use crate::support::{
    gateway::Gateway,
    proxy::{Cut, CuttingProxy},
    retrying::RetryingClient,
    soap::{chunk_parameters, request},
};

/// A gateway with a proxy before it.
struct Stage {
    gateway: Gateway,
    proxy: CuttingProxy,
    client: RetryingClient,
}

/// When the chunk whose connection is cut can be committed.
#[derive(Clone, Copy, Debug)]
enum Commit {
    AtOnce,
    AfterTheCut,
}

/// The document: the first two chunks are equal.
fn document() -> [Vec<u8>; 3] {
    let equal = vec![b'='; 40_000];
    [equal.clone(), equal, vec![b'z'; 30_001]]
}

/// The length of the HTTP request that carries this chunk, and where its body begins.
fn lengths(session: &str, chunk: &[u8], is_last: bool) -> (usize, usize) {
    let bytes = request(
        "UploadFileChunk",
        &chunk_parameters(session, chunk, is_last),
    );
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    (bytes.len(), head.expect("an empty line") + 4)
}

impl Stage {
    async fn set() -> Self {
        let gateway = Gateway::start().await;
        let proxy = CuttingProxy::start(gateway.address).await;
        let client = RetryingClient::new(proxy.address);
        Self {
            gateway,
            proxy,
            client,
        }
    }

    /// Uploads the document while the connection of chunk number `cut_at` is cut as `cut` says
    /// for a request of that length and a head of that length.
    async fn upload(&mut self, cut_at: usize, cut: impl Fn(usize, usize) -> Cut, commit: Commit) {
        let session = self.client.start().await;
        let document = document();
        let mut total = 0;
        for (index, chunk) in document.iter().enumerate() {
            total += i64::try_from(chunk.len()).expect("a short chunk");
            let is_last = index + 1 == document.len();
            let failures = self.client.failures;
            let result = if index == cut_at {
                let (request, head) = lengths(&session, chunk, is_last);
                let lock = match commit {
                    Commit::AtOnce => None,
                    Commit::AfterTheCut => Some(hold_commits(&self.gateway, &session).await),
                };
                let was_cut = self.proxy.cut_next(cut(request, head));
                let release = async {
                    was_cut.await.expect("the connection is cut");
                    if let Some(lock) = lock {
                        lock.batch_execute("ROLLBACK").await.expect("released");
                    }
                };
                let sending = self.client.chunk(&session, chunk, is_last);
                tokio::join!(sending, release).0
            } else {
                self.client.chunk(&session, chunk, is_last).await
            };
            assert_eq!(result, total, "chunk {index}, cut at {cut_at}");
            let cuts = u32::from(index == cut_at);
            assert_eq!(self.client.failures - failures, cuts, "chunk {index}");
        }
        let id = self.gateway.session(&session).await;
        let content = self.gateway.content(id).await;
        assert!(content == document.concat(), "cut at {cut_at}");
    }
}

/// Locks the session's row, so that its appends wait until the connection returned here lets go.
async fn hold_commits(gateway: &Gateway, session: &str) -> tokio_postgres::Client {
    let id = gateway.session(session).await;
    let database = gateway.database.connect().await;
    let lock = format!("BEGIN; SELECT FROM upload_session WHERE id = {id} FOR UPDATE");
    database.batch_execute(&lock).await.expect("the row");
    database
}
