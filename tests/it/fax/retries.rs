//! A fax that failed is sent again, as often as it may be.

use std::time::Duration;

use super::support::{
    Call, description, fax, forgotten, gateway, gateway_with, handed_over, number, say, status,
};

#[tokio::test]
async fn a_fax_that_failed_is_sent_again_until_it_arrives() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text").with("RetriesToPerform", "3");
    let id = order.id(&mut client).await;
    for attempt in 1..=2 {
        let directory = handed_over(&gateway, id, attempt).await;
        assert_eq!(description(&directory)["attempt"], attempt);
        say(&directory, "failed 6017 busy\n");
        forgotten(&directory).await;
        assert_eq!(status(&mut client, id).await, -3);
    }
    let directory = handed_over(&gateway, id, 3).await;
    say(&directory, "done\npages 2\n");
    forgotten(&directory).await;
    let told = fax(&mut client, id).await;
    assert_eq!(told.text("Status"), "0");
    assert_eq!(told.text("TrialsPerformed"), "3");
    assert_eq!(told.text("PagesSent"), "2");
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_that_has_no_retries_left_has_failed_with_the_last_code() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text").with("RetriesToPerform", "2");
    let id = order.id(&mut client).await;
    for (attempt, code) in [(1, 6017), (2, 3932), (3, 6018)] {
        let directory = handed_over(&gateway, id, attempt).await;
        say(
            &directory,
            &format!("failed {code} text\npages {attempt}\n"),
        );
        forgotten(&directory).await;
    }
    let told = fax(&mut client, id).await;
    assert_eq!(told.text("Status"), "6018");
    assert_eq!(told.text("TrialsPerformed"), "3");
    assert_eq!(told.text("PagesSent"), "3");
    assert_ne!(told.text("CompletionTime"), "0001-01-01T00:00:00");
    assert_eq!(number(&gateway, "SELECT count(*) FROM fax_outbox").await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_failure_that_is_final_is_not_repeated() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text").with("RetriesToPerform", "2");
    let id = order.id(&mut client).await;
    let directory = handed_over(&gateway, id, 1).await;
    say(&directory, "failed 3912 no fax there\nfinal\n");
    forgotten(&directory).await;
    let told = fax(&mut client, id).await;
    assert_eq!(told.text("Status"), "3912");
    assert_eq!(told.text("TrialsPerformed"), "1");
    assert_eq!(number(&gateway, "SELECT count(*) FROM fax_outbox").await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn the_next_attempt_comes_after_the_pause_which_is_up_to_a_quarter_shorter() {
    let gateway = gateway_with(|settings| {
        settings.fax.retry_pause = Duration::from_hours(1);
    })
    .await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    let directory = handed_over(&gateway, id, 1).await;
    say(&directory, "failed 6017 busy\n");
    forgotten(&directory).await;
    let left = "SELECT extract(epoch FROM due_at - now())::bigint FROM fax_outbox
                WHERE phase = 'waiting' AND attempt = 2";
    let left = number(&gateway, left).await;
    assert!((2600..=3600).contains(&left), "{left} s");
    gateway.stop().await;
}

#[tokio::test]
async fn a_pause_is_kept() {
    let gateway = gateway_with(|settings| {
        settings.fax.retry_pause = Duration::from_secs(2);
    })
    .await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    let first = handed_over(&gateway, id, 1).await;
    let said = time::OffsetDateTime::now_utc();
    say(&first, "failed 6017 busy\n");
    let second = handed_over(&gateway, id, 2).await;
    let paused = time::OffsetDateTime::now_utc() - said;
    assert!(paused >= time::Duration::milliseconds(1500), "{paused}");
    assert!(!first.exists() && second.exists());
    gateway.stop().await;
}
