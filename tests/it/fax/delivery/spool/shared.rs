//! Gateways that share a spool do not harm each other.

use std::sync::{Arc, Mutex, mpsc};

use bytes::Bytes;
use chunkgate::{
    engine::UploadError,
    fax::delivery::{Content, Delivery, spool::RealSpoolDisk},
};
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use tokio::{sync::oneshot, task::spawn_blocking};

use super::{
    super::support::{SMALL, attempt, documents, fax},
    consumer::Room,
    memory_disk::MemoryDisk,
    races::at,
};

#[tokio::test]
async fn gateways_may_share_a_spool() {
    let room = Room::real(RealSpoolDisk::default());
    let (one, other) = (room.spool(), room.spool());
    let attempt = attempt(42, 1);
    let (first, second) = (fax(attempt), fax(attempt));
    let (first, second) = tokio::join!(one.hand_over(&first), other.hand_over(&second));
    first.unwrap();
    second.unwrap();
    assert_eq!(other.kept(None, 9).await.unwrap(), [attempt]);
    assert!(room.take(attempt));
    room.say(attempt, b"done\n");
    assert_eq!(one.outcomes(&[attempt]).await.unwrap().len(), 1);
    assert_eq!(other.outcomes(&[attempt]).await.unwrap().len(), 1);
}

/// Content that pauses when all its bytes have come.
struct Paused {
    bytes: Bytes,
    go_on: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Content for Paused {
    fn open(&self) -> BoxStream<'static, Result<Bytes, UploadError>> {
        let go_on = self.go_on.lock().unwrap().take().expect("opened once");
        let end = go_on.into_stream().filter_map(async |_| None);
        stream::iter([Ok(self.bytes.clone())]).chain(end).boxed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_leaves_a_fax_whole_or_takes_all_of_it() {
    let (mut whole, mut none) = (0, 0);
    for step in 0.. {
        let disk = MemoryDisk::new();
        let room = Arc::new(Room::in_memory(&disk));
        let spool = room.spool();
        let attempt = attempt(42, 1);
        let (go_on, paused) = oneshot::channel();
        let mut fax = fax(attempt);
        fax.content = Arc::new(Paused {
            bytes: documents(attempt, &SMALL).concat().into(),
            go_on: Mutex::new(Some(paused)),
        });
        let (ended, wait) = mpsc::channel();
        let handing_over = tokio::spawn(async move {
            let answer = spool.hand_over(&fax).await;
            let _ = ended.send(());
            answer
        });
        while !disk.wrote("2.tif", SMALL[1]) {
            tokio::task::yield_now().await;
        }
        // The other gateway starts and sweeps; the hand-over ends in the middle of that.
        let go_on = Mutex::new(Some(go_on));
        let wait = Mutex::new(wait);
        let came = at(&disk, step, move || {
            go_on.lock().unwrap().take().unwrap().send(()).unwrap();
            wait.lock().unwrap().recv().unwrap();
        });
        let other = Arc::clone(&room);
        spawn_blocking(move || other.spool()).await.unwrap();
        // Drops the sender, if it did not come to that.
        disk.no_hook();
        if handing_over.await.unwrap().is_ok() {
            let (_, received) = room.look(attempt).expect("handed over");
            assert_eq!(received.documents, documents(attempt, &SMALL));
            whole += 1;
        } else {
            assert!(room.look(attempt).is_none());
            none += 1;
        }
        if !came() {
            break;
        }
    }
    assert!(whole > 5 && none > 2, "whole {whole}, none {none}");
}
