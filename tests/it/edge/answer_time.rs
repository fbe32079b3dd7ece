//! A client that does not take its answers is read no further, and its connection ends after
//! `http.answer_timeout`.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::{gateway::Gateway, request::Request, wire::Wire};

/// Answered with some ten kilobytes.
const DESCRIPTION: &str = "/dfs.asmx?wsdl";
/// Requests sent at once.
const BATCH: usize = 200;
const BATCHES: usize = 10;

#[tokio::test]
async fn a_client_that_asks_and_never_reads_is_given_up() {
    let gateway =
        Gateway::with(|settings| settings.http.answer_timeout = Duration::from_millis(300)).await;
    for target in [DESCRIPTION, "/elsewhere"] {
        let batch = Request::get(target).bytes().repeat(BATCH);
        let mut wire = Wire::connect(gateway.address).await;
        let asking = async { while wire.offer(&batch).await {} };
        let ended = timeout(Duration::from_secs(30), asking).await;
        assert!(ended.is_ok(), "{target} is answered for ever");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_that_reads_late_gets_every_answer() {
    let gateway = Gateway::start().await;
    let request = Request::get(DESCRIPTION);
    let answer = Wire::connect(gateway.address).await.ask(&request).await;
    let expected = BATCHES * BATCH * (answer.head.len() + answer.body.len());

    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let batches = request.bytes().repeat(BATCHES * BATCH);
    let sending = async { writing.write_all(&batches).await.unwrap() };
    let receiving = async {
        // Meanwhile the answers fill what the kernel holds for both ends.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut answers = vec![0; expected];
        timeout(Duration::from_secs(30), reading.read_exact(&mut answers))
            .await
            .expect("all answers in time")
            .expect("all answers");
        assert!(answers.ends_with(answer.body.as_bytes()));
    };
    tokio::join!(sending, receiving);
    gateway.stop().await;
}
