//! A fax is streamed: never more of it is in memory than the connection takes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use chunkgate::{
    engine::UploadError,
    fax::delivery::{Content, Delivery},
};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{
    super::support::{attempt, fax_of},
    receiver::Reaction,
    support::Office,
};

const BLOCK: usize = 256 << 10;
const BLOCKS: usize = 400;
/// What two kernels may hold of it, and a little more.
const ON_THE_WAY: usize = 24 << 20;

/// Blocks of zeros, each counted when it is taken; as often as it is opened.
#[derive(Default)]
struct Counted {
    opened: AtomicUsize,
    taken: Arc<AtomicUsize>,
}

impl Content for Counted {
    fn open(&self) -> BoxStream<'static, Result<Bytes, UploadError>> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        self.taken.store(0, Ordering::SeqCst);
        let taken = Arc::clone(&self.taken);
        let block = Bytes::from(vec![0; BLOCK]);
        stream::iter(0..BLOCKS)
            .map(move |_| {
                taken.fetch_add(BLOCK, Ordering::SeqCst);
                Ok(block.clone())
            })
            .boxed()
    }
}

#[tokio::test]
async fn what_the_service_does_not_read_is_not_read_here_either() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let content = Arc::new(Counted::default());
    let mut large = fax_of(attempt(42, 1), &[]);
    large.documents = vec![chunkgate::fax::item::FaxDocument {
        kind: "PDF".to_owned(),
        length: (BLOCKS * BLOCK) as u64,
    }];
    large.content = Arc::clone(&content) as Arc<dyn Content>;
    office
        .receiver
        .react([Reaction::Deaf(Duration::from_millis(1500))]);
    let watching = async {
        tokio::time::sleep(Duration::from_millis(1200)).await;
        let taken = content.taken.load(Ordering::SeqCst);
        assert_eq!(content.opened.load(Ordering::SeqCst), 2);
        assert!(taken < ON_THE_WAY, "{taken} bytes were read ahead");
    };
    let (posted, ()) = tokio::join!(webhook.hand_over(&large), watching);
    posted.unwrap();
    assert_eq!(content.taken.load(Ordering::SeqCst), BLOCKS * BLOCK);
    let held = office.receiver.faxes().into_values().next().unwrap();
    assert_eq!(held.documents[0].len(), BLOCKS * BLOCK);
}
