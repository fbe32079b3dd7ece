//! A connection that ends inside a request: the chunk sent again is stored, once.

use crate::support::proxy::{Cut, End};

use super::{Commit, Stage};

/// Where a request of `request` bytes, its head `head` bytes long, is cut.
const PLACES: [fn(request: usize, head: usize) -> usize; 8] = [
    |_, _| 0,
    |_, head| head / 2,
    |_, head| head,
    |_, head| head + 100,
    |request, _| request / 3,
    |request, _| request / 2,
    |request, _| request - 100,
    |request, _| request - 1,
];

async fn cut_everywhere(end: End) {
    let mut stage = Stage::set().await;
    for place in PLACES {
        for chunk in 0..3 {
            let cut = |request, head| Cut {
                after: place(request, head),
                end,
            };
            stage.upload(chunk, cut, Commit::AtOnce).await;
        }
    }
    stage.gateway.stop().await;
}

#[tokio::test]
async fn a_request_whose_connection_was_closed_is_sent_again() {
    cut_everywhere(End::Finish).await;
}

#[tokio::test]
async fn a_request_whose_connection_was_broken_is_sent_again() {
    cut_everywhere(End::Reset).await;
}
