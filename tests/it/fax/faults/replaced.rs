//! A gateway whose place another one has taken submits nothing.

use chunkgate::engine::repository::RepositoryError;

use super::support::{Desk, SPOOL};

#[tokio::test]
async fn an_upload_is_not_taken_by_a_process_that_is_not_registered() {
    let desk = Desk::new().await;
    let submission = desk.submission(SPOOL, &[true], 0).await;
    desk.world.replace(desk.boot).await;
    let refused = desk.faxes.submit(&submission).await;
    assert!(
        matches!(refused, Err(RepositoryError::Replaced)),
        "{refused:?}"
    );
    let open = format!(
        "SELECT count(*) FROM upload_session WHERE id = {} AND state = 'complete'",
        submission.session
    );
    assert_eq!(desk.world.number(&open).await, 1);
    let boot = desk.world.boot().await;
    let submission = chunkgate::fax::repository::NewSubmission { boot, ..submission };
    let taken = desk.faxes.submit(&submission).await.expect("an answer");
    assert!(taken.is_some());
}
