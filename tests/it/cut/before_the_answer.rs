//! A connection that ends after the last byte of a request: the client does not know whether its
//! chunk was stored, and sends it again.

use crate::support::proxy::{Cut, End};

use super::{Commit, Stage};

/// Cuts right behind the request.
fn behind(end: End) -> impl Fn(usize, usize) -> Cut {
    move |request, _| Cut {
        after: request,
        end,
    }
}

#[tokio::test]
async fn a_chunk_whose_client_closed_before_the_answer_is_stored_once() {
    let mut stage = Stage::set().await;
    for chunk in 0..3 {
        let cut = behind(End::Finish);
        stage.upload(chunk, &cut, Commit::AtOnce).await;
        stage.upload(chunk, &cut, Commit::AfterTheCut).await;
    }
    stage.gateway.stop().await;
}

#[tokio::test]
async fn a_chunk_whose_connection_broke_before_the_answer_is_stored_once() {
    let mut stage = Stage::set().await;
    for chunk in 0..3 {
        let cut = behind(End::Reset);
        stage.upload(chunk, &cut, Commit::AfterTheCut).await;
    }
    stage.gateway.stop().await;
}
