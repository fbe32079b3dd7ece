//! An answer is waited for as long as its client takes it at `http.min_rate`, and no longer.

use std::time::Duration;

use chunkgate::{
    http::ConnectionLimits,
    soap::{Body, Data},
};
use futures_util::{StreamExt as _, stream};
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::{Instant, sleep, timeout},
};

use super::streaming::Streaming;
use crate::support::request::Request;

/// The time without progress is far below that of the whole answer.
const LIMITS: ConnectionLimits = ConnectionLimits {
    head: Duration::from_mins(1),
    answer: Duration::from_secs(1),
    answer_rate: 256 * 1024,
};
const BLOCK: usize = 48 * 1024;

fn server(blocks: usize) -> Streaming {
    Streaming::start(LIMITS, move || {
        let stream = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![7; BLOCK].into()));
        let mut body = Body::empty();
        body.push_base64(Data::stream((blocks * BLOCK) as u64, stream.take(blocks)));
        body
    })
}

/// Asks on a connection whose client holds little unread.
async fn ask(server: &Streaming) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(16 * 1024).expect("an option");
    let mut stream = socket.connect(server.address).await.expect("a connection");
    SockRef::from(&stream)
        .set_tcp_nodelay(true)
        .expect("an option");
    let request = Request::get("/").header("Connection", "close");
    stream.write_all(&request.bytes()).await.expect("room");
    stream
}

/// Reads `piece` bytes every `pause` until the end; tells how many there were, and whether the
/// connection was ended in order.
async fn read(stream: &mut TcpStream, piece: usize, pause: Duration) -> (usize, bool) {
    let (mut read, mut block) = (0, vec![0; piece]);
    loop {
        match stream.read(&mut block).await {
            Ok(0) => return (read, true),
            Ok(more) => read += more,
            Err(_) => return (read, false),
        }
        sleep(pause).await;
    }
}

async fn delivered(server: &mut Streaming) -> bool {
    let told = timeout(Duration::from_secs(20), server.delivered.recv()).await;
    told.expect("in time").expect("a receipt")
}

#[tokio::test]
async fn a_large_answer_to_a_slow_but_steady_client_comes_whole() {
    let blocks = 96;
    let mut server = server(blocks);
    let mut stream = ask(&server).await;
    let begun = Instant::now();
    // Some 800 kB a second.
    let (read, in_order) = read(&mut stream, 16 * 1024, Duration::from_millis(20)).await;
    let length = blocks * BLOCK / 3 * 4;
    assert!(in_order && read > length, "{read} of {length} bytes");
    let took = begun.elapsed();
    assert!(
        took > 4 * LIMITS.answer,
        "the client was not slow: {took:?}"
    );
    assert!(delivered(&mut server).await);
}

#[tokio::test]
async fn a_client_that_takes_it_in_trickles_is_given_up() {
    let mut server = server(1000);
    let mut stream = ask(&server).await;
    let begun = Instant::now();
    // Never nothing for as long as `LIMITS.answer`, but half the rate.
    let pause = Duration::from_millis(40);
    let reading = read(&mut stream, 5 * 1024, pause);
    let told = tokio::select! {
        told = delivered(&mut server) => told,
        ended = reading => panic!("an end before the receipt's: {ended:?}"),
    };
    assert!(!told);
    let took = begun.elapsed();
    assert!(took < 8 * LIMITS.answer, "{took:?}");
}

#[tokio::test]
async fn a_client_that_stops_after_it_took_much_is_given_up_as_soon() {
    let mut server = server(1000);
    let mut stream = ask(&server).await;
    stream
        .read_exact(&mut vec![0; 20 << 20])
        .await
        .expect("bytes");
    let begun = Instant::now();
    assert!(!delivered(&mut server).await);
    let took = begun.elapsed();
    assert!(took < 3 * LIMITS.answer, "{took:?}");
}
