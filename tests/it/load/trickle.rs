//! A thousand clients that trickle cost a fast one next to nothing.

use std::{net::SocketAddr, time::Duration};

use tokio::{io::AsyncWriteExt, net::TcpStream, sync::watch, task::JoinSet, time::interval};

use crate::support::{
    process::{DataDirectory, Process},
    retrying::RetryingClient,
    soap::{Client, chunk_parameters, request},
    speed::{chunks_of_a_phase, kept},
};

const TRICKLING: u32 = 1000;
/// How often each of them sends a few bytes.
const NOW_AND_THEN: Duration = Duration::from_secs(5);
const A_FEW_BYTES: usize = 16;
const CHUNK: usize = 200_000;
/// Pairs of phases, each alone and beside the thousand.
const PAIRS: usize = 9;
const KEPT: f64 = 0.9;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fast_client_keeps_its_speed_beside_a_thousand_that_trickle() {
    let directory = DataDirectory::new();
    let changes = [("content.min_free", "0"), ("session.max_total", "1GiB")];
    let gateway = Process::start(directory.path(), &changes).await;
    gateway.add_account().await;
    let session = RetryingClient::new(gateway.address).start().await;
    let fast = request(
        "UploadFileChunk",
        &chunk_parameters(&session, &vec![b'f'; CHUNK], false),
    );
    let mut client = Client::new(gateway.address);
    chunks_of_a_phase(&mut client, &fast).await;

    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        alone.extend(chunks_of_a_phase(&mut client, &fast).await);
        let trickling = Trickling::start(gateway.address, &session).await;
        beside.extend(chunks_of_a_phase(&mut client, &fast).await);
        trickling.stop().await;
    }
    let kept = kept(&mut alone, &mut beside);
    eprintln!("kept of its speed: {kept:.2}");
    assert!(kept >= KEPT, "{kept:.2}");
    gateway.stop().await;
}

/// The thousand.
struct Trickling {
    clients: JoinSet<()>,
    enough: watch::Sender<bool>,
}

impl Trickling {
    /// Returns when all of them are connected and have begun a chunk.
    async fn start(address: SocketAddr, session: &str) -> Self {
        let (enough, stop) = watch::channel(false);
        let chunk = vec![b't'; CHUNK];
        let request = request("UploadFileChunk", &chunk_parameters(session, &chunk, false));
        let mut clients = JoinSet::new();
        for number in 0..TRICKLING {
            let mut connection = TcpStream::connect(address).await.expect("a connection");
            let (begin, rest) = request.split_at(1000);
            connection.write_all(begin).await.expect("it reads");
            let rest = rest.to_vec();
            let mut stop = stop.clone();
            let first = NOW_AND_THEN * number / TRICKLING;
            clients.spawn(async move {
                let trickling = async {
                    tokio::time::sleep(first).await;
                    let mut ticks = interval(NOW_AND_THEN);
                    for bytes in rest.chunks(A_FEW_BYTES) {
                        ticks.tick().await;
                        connection.write_all(bytes).await.expect("it reads");
                    }
                };
                tokio::select! {
                    () = trickling => panic!("the chunk came to its end"),
                    _ = stop.changed() => {}
                }
            });
        }
        Self { clients, enough }
    }

    async fn stop(self) {
        self.enough.send_replace(true);
        self.clients.join_all().await;
    }
}
