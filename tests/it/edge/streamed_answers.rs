//! An answer with data that is read while it is sent comes whole, with its length, or breaks off;
//! its receipt knows which.

use std::{io::Write as _, time::Duration};

use base64_simd::STANDARD;
use bytes::Bytes;
use chunkgate::soap::{Body, Data};
use futures_util::{StreamExt as _, stream};
use tokio::{fs::File, io::AsyncReadExt as _, net::TcpStream, time::timeout};

use super::streaming::{GENEROUS, Streaming};
use crate::support::{request::Request, wire::Wire};

const PATIENCE: Duration = Duration::from_secs(20);

fn bytes(length: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(length).collect()
}

fn around(data: Data) -> Body {
    let mut body = Body::from("<x>");
    body.push_base64(data);
    body.push("</x>");
    body
}

async fn delivered(server: &mut Streaming) -> bool {
    let told = timeout(PATIENCE, server.delivered.recv()).await;
    told.expect("in time").expect("a receipt")
}

/// What comes in answer to one request until the connection ends.
async fn all(server: &Streaming) -> Vec<u8> {
    let mut wire = Wire::connect(server.address).await;
    wire.send(&Request::get("/").header("Connection", "close").bytes())
        .await;
    wire.closed().await.into_bytes()
}

#[tokio::test]
async fn a_file_comes_whole() {
    let content = bytes(10 << 20);
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(&content).expect("room");
    let path = file.path().to_owned();
    let length = content.len() as u64;
    let mut server = Streaming::start(GENEROUS, move || {
        let file = std::fs::File::open(&path).expect("the file");
        around(Data::read(length, File::from_std(file)))
    });
    let mut wire = Wire::connect(server.address).await;
    let text = format!("<x>{}</x>", STANDARD.encode_to_string(&content));
    for _ in 0..2 {
        let answer = wire.ask(&Request::get("/")).await;
        let head = answer.head.to_ascii_lowercase();
        assert!(
            head.contains(&format!("\r\ncontent-length: {}\r\n", text.len())),
            "{head}"
        );
        assert!(!head.contains("transfer-encoding"), "{head}");
        assert!(answer.body == text, "{} bytes", answer.body.len());
        assert!(delivered(&mut server).await);
    }
}

#[tokio::test]
async fn one_that_is_short_or_long_or_fails_breaks_off() {
    for (blocks, fails) in [(1, false), (1, true), (3, false)] {
        let mut server = Streaming::start(GENEROUS, move || {
            let block = Bytes::from(bytes(100_000));
            let blocks = (0..blocks).map(move |_| Ok(block.clone()));
            let end = fails.then(|| Err(std::io::Error::other("gone")));
            around(Data::stream(200_000, stream::iter(blocks.chain(end))))
        });
        let answer = all(&server).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
        assert!(!answer.ends_with(b"</x>"), "{} bytes", answer.len());
        assert!(!delivered(&mut server).await);
    }
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_did_not_get_it() {
    let mut server = Streaming::start(GENEROUS, || {
        let blocks = stream::repeat_with(|| Ok::<_, std::io::Error>(bytes(1 << 16).into()));
        around(Data::stream(64 << 20, blocks.take(1 << 10)))
    });
    let mut stream = TcpStream::connect(server.address)
        .await
        .expect("a connection");
    tokio::io::AsyncWriteExt::write_all(&mut stream, &Request::get("/").bytes())
        .await
        .expect("room");
    stream
        .read_exact(&mut vec![0; 1 << 20])
        .await
        .expect("bytes");
    assert!(server.delivered.try_recv().is_err(), "it is on its way");
    drop(stream);
    assert!(!delivered(&mut server).await);
}

#[tokio::test]
async fn reading_holds_nobody_up() {
    // A source that has nothing for a while, on a server of one thread.
    let mut server = Streaming::start(GENEROUS, || {
        let block = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            Ok::<_, std::io::Error>(bytes(3).into())
        };
        around(Data::stream(3, stream::once(block)))
    });
    let begun = std::time::Instant::now();
    let answers = (0..8).map(|_| all(&server));
    for answer in futures_util::future::join_all(answers).await {
        assert!(answer.ends_with(b"<x>AAEC</x>"));
    }
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    for _ in 0..8 {
        assert!(delivered(&mut server).await);
    }
}
