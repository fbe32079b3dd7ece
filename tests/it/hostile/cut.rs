//! A request cut at every byte: nothing of it is stored, and the next one works.

use futures_util::{StreamExt, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Duration, timeout},
};

use super::{
    attack::{document, post, upload},
    victim::Victim,
};

/// Connections at once.
const ABREAST: usize = 32;
/// What no end of a connection takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a client ends before its request does.
#[derive(Clone, Copy, Debug)]
enum End {
    /// It says that it sends no more, and listens.
    HalfClosed,
    /// It closes the connection.
    Closed,
}

#[tokio::test]
async fn a_request_cut_at_any_byte_stores_nothing() {
    let victim = Victim::start(&[]).await;
    let whole = post(
        "UploadFileChunk",
        document(
            "",
            "",
            &upload(&victim.session, "Y3V0", "<IsLast>true</IsLast>"),
        )
        .as_bytes(),
    );
    let address = victim.gateway.address;
    for end in [End::HalfClosed, End::Closed] {
        stream::iter(0..whole.len())
            .for_each_concurrent(ABREAST, async |cut| {
                let mut connection = TcpStream::connect(address).await.expect("a connection");
                connection.write_all(&whole[..cut]).await.expect("it reads");
                match end {
                    End::HalfClosed => connection.shutdown().await.expect("half a close"),
                    End::Closed => return,
                }
                let mut answer = String::new();
                timeout(PATIENCE, connection.read_to_string(&mut answer))
                    .await
                    .expect("an end in time")
                    .expect("an answer, or none");
                let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 400 ");
                assert!(refused, "{cut} bytes: {answer}");
            })
            .await;
        assert!(victim.serves().await, "{end:?}");
    }
    victim.stop_unharmed().await;
}
