//! Many large chunks at once need no more memory than a few small ones.

use std::sync::Arc;

use base64_simd::STANDARD;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::Barrier,
    task::JoinSet,
};

use crate::support::{
    process::{DataDirectory, Process},
    retrying::RetryingClient,
    soap::{read_answer, request},
};

pub const CLIENTS: usize = 200;
pub const CHUNK: usize = 3 << 20;
/// The most that may be resident beyond what is before the chunks, in KiB: `http.body_memory`, and
/// the 128 KiB that the HTTP server may read ahead on each connection.
pub const GROWTH: u64 = 48 * 1024 + 128 * CLIENTS as u64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_large_chunks_at_once_take_no_more_than_their_buffers() {
    let directory = DataDirectory::new();
    let gateway = Process::start(directory.path(), &[("content.min_free", "0")]).await;
    gateway.add_account().await;
    let mut client = RetryingClient::new(gateway.address);
    let chunk: Arc<str> = STANDARD.encode_to_string(vec![b'm'; CHUNK]).into();
    let idle = gateway.peak_memory();

    let all_connected = Arc::new(Barrier::new(CLIENTS));
    let mut uploads = JoinSet::new();
    for _ in 0..CLIENTS {
        let session = client.start().await;
        let connection = TcpStream::connect(gateway.address).await;
        uploads.spawn(upload(
            connection.expect("a connection"),
            session,
            Arc::clone(&chunk),
            Arc::clone(&all_connected),
        ));
    }
    uploads.join_all().await;

    let peak = gateway.peak_memory();
    eprintln!("at most {peak} KiB resident, {idle} KiB of them before the chunks");
    assert!(peak < idle + GROWTH, "{peak} KiB were resident");
    gateway.stop().await;
}

/// Sends one chunk when all others are about to.
pub async fn upload(
    mut connection: impl AsyncRead + AsyncWrite + Unpin,
    session: String,
    chunk: Arc<str>,
    all: Arc<Barrier>,
) {
    let mark = "HERE";
    let parameters =
        format!("<SessionID>{session}</SessionID><Chunk>{mark}</Chunk><IsLast>true</IsLast>");
    let frame = String::from_utf8(request("UploadFileChunk", &parameters)).expect("UTF-8");
    let length = frame.split_once("\r\n\r\n").expect("a head").1.len();
    let frame = frame.replace(
        &format!("Content-Length: {length}"),
        &format!("Content-Length: {}", length - mark.len() + chunk.len()),
    );
    let (before, behind) = frame.split_once(mark).expect("the mark");
    let sent = async {
        connection.write_all(before.as_bytes()).await?;
        all.wait().await;
        connection.write_all(chunk.as_bytes()).await?;
        connection.write_all(behind.as_bytes()).await?;
        connection.flush().await
    };
    sent.await.expect("the gateway reads");
    let answer = read_answer(&mut connection).await;
    assert_eq!(answer.result("UploadFileChunk"), 3 << 20);
}
