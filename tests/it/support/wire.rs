//! A connection on which a test decides about every byte and every end.

use std::{io::ErrorKind, net::SocketAddr, time::Duration};

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{
    request::Request,
    soap::{Answer, read_answer},
};

/// What no wait of a test on a connection exceeds.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open connection.
pub struct Wire {
    stream: TcpStream,
}

impl Wire {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("an option");
        Self { stream }
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream
            .write_all(bytes)
            .await
            .expect("the gateway reads");
    }

    /// Sends bytes as far as the gateway takes them; whether it took all.
    pub async fn offer(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Says that nothing more will be sent, and keeps listening.
    pub async fn finish(&mut self) {
        self.stream.shutdown().await.expect("half a close");
    }

    /// Breaks the connection: whatever was answered on it, its client has not read that.
    pub fn reset(self) {
        let socket = SockRef::from(&self.stream);
        let at_once = Some(Duration::ZERO);
        socket.set_linger(at_once).expect("an option");
    }

    /// Reads one answer.
    pub async fn answer(&mut self) -> Answer {
        timeout(PATIENCE, read_answer(&mut self.stream))
            .await
            .expect("an answer in time")
    }

    /// Sends a request and reads its answer.
    pub async fn ask(&mut self, request: &Request) -> Answer {
        self.send(&request.bytes()).await;
        self.answer().await
    }

    /// Reads exactly these bytes.
    pub async fn expect(&mut self, bytes: &str) {
        let mut read = vec![0; bytes.len()];
        timeout(PATIENCE, self.stream.read_exact(&mut read))
            .await
            .expect("bytes in time")
            .expect("bytes");
        assert_eq!(String::from_utf8_lossy(&read), bytes);
    }

    /// Waits until the gateway has closed the connection; returns what came before.
    pub async fn closed(mut self) -> String {
        let mut rest = Vec::new();
        let read = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await;
        match read.expect("an end in time") {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{error}"),
        }
        String::from_utf8_lossy(&rest).into_owned()
    }
}
