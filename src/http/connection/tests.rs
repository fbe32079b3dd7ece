use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    runtime::Handle,
    time::{Instant, sleep},
};

use super::{ClientStream, Peer, Unacknowledged};
use crate::engine::{AnswerReceipt, Delivery, Evidence};

fn connected() -> (TcpStream, ClientStream) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    server.set_nonblocking(true).unwrap();
    let server = tokio::net::TcpStream::from_std(server).unwrap();
    let unacknowledged = Unacknowledged::new(Handle::current());
    (client, ClientStream::new(server, false, unacknowledged))
}

/// What a receipt was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    evidence: Option<Arc<dyn Evidence>>,
    outcome: Option<&'static str>,
}

struct Slip(Told);

impl AnswerReceipt for Slip {
    fn written(&mut self, evidence: Arc<dyn Evidence>) {
        self.0.0.lock().unwrap().evidence = Some(evidence);
    }

    fn delivered(self: Box<Self>) {
        self.0.0.lock().unwrap().outcome = Some("delivered");
    }
}

impl Drop for Slip {
    fn drop(&mut self) {
        let mut told = self.0.0.lock().unwrap();
        told.evidence = None;
        told.outcome.get_or_insert("lost");
    }
}

impl Told {
    fn outcome(&self) -> Option<&'static str> {
        self.0.lock().unwrap().outcome
    }

    fn look(&self) -> Option<Delivery> {
        let evidence = self.0.lock().unwrap().evidence.clone();
        evidence.map(|evidence| evidence.look())
    }

    async fn over(&self) -> &'static str {
        loop {
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn answer(server: &mut ClientStream) -> Told {
    let told = Told::default();
    server.connection().carry(Box::new(Slip(told.clone())));
    assert!(told.look().is_none(), "nothing is written yet");
    server.write_all(b"the answer").await.unwrap();
    server.flushed();
    told
}

async fn until(told: &Told, delivery: Delivery) {
    let begun = Instant::now();
    while told.look() != Some(delivery) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{delivery:?}");
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_client_that_sends_no_more_has_finished() {
    let (client, mut server) = connected();
    assert_eq!(server.connection().peer(), Peer::Present);
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(server.connection().peer(), Peer::Finished);
}

#[tokio::test]
async fn it_has_finished_even_if_not_all_it_sent_was_read() {
    let (mut client, server) = connected();
    client.write_all(b"\r\n").unwrap();
    assert_eq!(server.connection().peer(), Peer::Present);
    drop(client);
    assert_eq!(server.connection().peer(), Peer::Finished);
}

#[tokio::test]
async fn a_broken_connection_is_known_after_the_server_has_heard_of_it() {
    let (client, mut server) = connected();
    let socket = socket2::SockRef::from(&client);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    server.read(&mut [0]).await.unwrap_err();
    assert_eq!(server.connection().peer(), Peer::Gone);
}

#[tokio::test]
async fn an_answer_is_acknowledged_by_a_kernel_whether_the_client_has_finished_or_not() {
    for finished in [false, true] {
        let (mut client, mut server) = connected();
        if finished {
            client.shutdown(Shutdown::Write).unwrap();
        }
        let told = answer(&mut server).await;
        until(&told, Delivery::Acknowledged).await;
        assert_eq!(told.outcome(), None, "nobody has asked");
        client.read_exact(&mut [0; 10]).unwrap();
        server.connection().settle();
        assert_eq!(told.outcome(), Some("delivered"));
    }
}

#[tokio::test]
async fn an_answer_to_a_client_that_has_closed_is_lost() {
    let (client, mut server) = connected();
    drop(client);
    let told = answer(&mut server).await;
    until(&told, Delivery::Lost).await;
    drop(server);
    assert_eq!(told.outcome(), Some("lost"));
}

#[tokio::test]
async fn an_answer_that_its_client_did_not_read_is_lost_although_its_kernel_had_it() {
    let (client, mut server) = connected();
    let told = answer(&mut server).await;
    until(&told, Delivery::Acknowledged).await;
    drop(client);
    until(&told, Delivery::Lost).await;
    server.connection().settle();
    assert_eq!(told.outcome(), Some("lost"));
}

#[tokio::test]
async fn a_break_that_the_server_has_read_is_remembered() {
    let (client, mut server) = connected();
    let told = answer(&mut server).await;
    until(&told, Delivery::Acknowledged).await;
    drop(client);
    server.read(&mut [0]).await.unwrap_err();
    assert_eq!(told.look(), Some(Delivery::Lost));
}

#[tokio::test]
async fn a_client_that_reads_and_closes_has_its_answer() {
    let (mut client, mut server) = connected();
    let told = answer(&mut server).await;
    client.read_exact(&mut [0; 10]).unwrap();
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    drop(server);
    assert_eq!(told.outcome(), Some("delivered"));
}

#[tokio::test]
async fn after_our_own_close_an_answer_is_waited_for_and_the_client_sees_the_end() {
    let (mut client, mut server) = connected();
    let told = answer(&mut server).await;
    drop(server);
    let mut read = String::new();
    client.read_to_string(&mut read).unwrap();
    assert_eq!(read, "the answer");
    assert_eq!(told.over().await, "delivered");
}

#[tokio::test]
async fn an_answer_of_which_something_was_not_written_is_lost() {
    let (_client, mut server) = connected();
    let told = Told::default();
    server.connection().carry(Box::new(Slip(told.clone())));
    server.write_all(b"the ans").await.unwrap();
    drop(server);
    assert_eq!(told.outcome(), Some("lost"));
}

#[tokio::test]
async fn more_answers_than_a_waiting_client_has_are_not_remembered() {
    let (_client, mut server) = connected();
    let mut all = Vec::new();
    for _ in 0..super::CARRIED + 3 {
        all.push(answer(&mut server).await);
    }
    let lost = all.iter().filter(|told| told.outcome() == Some("lost"));
    assert_eq!(lost.count(), 3);
}
