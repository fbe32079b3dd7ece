//! Chunks that equal the one right before them, and of which nobody can say whether they are data
//! or that one sent again: `FileSizes` decides, when the upload is submitted.

use crate::{
    interfax::support::{document, holds, status},
    support::{gateway::Gateway, soap::Client},
};

use super::support::{
    Call, documents, gateway, gateway_with, handed_over, number, run, submissions,
};

/// Bytes of a chunk.
const CHUNK: usize = 3000;

/// A chunk of an upload: its bytes, and how it came in.
#[derive(Clone, Copy)]
enum Came {
    Certain(u8),
    Stored(u8),
    LeftOut,
}
use Came::{Certain, LeftOut, Stored};

fn chunk(of: u8) -> Vec<u8> {
    match of {
        0 => vec![0; CHUNK],
        // Texts, each with bytes of its own.
        other => document(CHUNK).iter().map(|byte| byte ^ other).collect(),
    }
}

fn chunks(of: &[u8]) -> Vec<u8> {
    of.iter().flat_map(|of| chunk(*of)).collect()
}

/// An upload with doubts about some of its chunks.
async fn upload(gateway: &Gateway, client: &mut Client, came: &[Came]) -> String {
    let session = client.start().await;
    let id = gateway.session(&session).await;
    let mut total = 0;
    let mut doubts = Vec::new();
    for came in came {
        match came {
            Certain(of) | Stored(of) => {
                if let Stored(_) = came {
                    doubts.push((total, true));
                }
                total += CHUNK;
                let answer = client.chunk(&session, &chunk(*of), false).await;
                assert_eq!(answer, i64::try_from(total).expect("short"));
            }
            LeftOut => doubts.push((total, false)),
        }
    }
    for (position, stored) in doubts {
        let insert = format!(
            "INSERT INTO upload_doubt (session_id, position, length, stored) VALUES ({id}, {position}, {CHUNK}, {stored})"
        );
        run(gateway, &insert).await;
    }
    session
}

/// Everything that a submission may change.
async fn rows(gateway: &Gateway, session: &str) -> String {
    let id = gateway.session(session).await;
    let sql = gateway.database.connect().await;
    let query = format!(
        "SELECT concat((SELECT json_agg(e ORDER BY position) FROM upload_extent e WHERE session_id = {id}),
                       (SELECT json_agg(d ORDER BY id) FROM upload_doubt d WHERE session_id = {id}),
                       (SELECT row_to_json(s) FROM upload_session s WHERE id = {id}))"
    );
    sql.query_one(&query, &[]).await.expect("rows").get(0)
}

/// Submits the upload and looks at the document that comes out.
async fn becomes(gateway: &Gateway, client: &mut Client, session: &str, expected: &[u8]) {
    let id = Call::order_of(session, expected.len()).id(client).await;
    let directory = handed_over(gateway, id, 1).await;
    assert!(documents(&directory)[0].1 == expected);
    assert!(holds(gateway, session, expected).await);
    let status = status(gateway, session).await;
    assert_eq!(status.received, expected.len() as u64);
    assert_eq!(status.doubtful_chunks, 0);
}

#[tokio::test]
async fn a_chunk_that_was_stored_twice_is_dropped() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let came = [Certain(1), Certain(0), Stored(0), Stored(0), Certain(2)];
    let session = upload(&gateway, &mut client, &came).await;
    let other = upload(&gateway, &mut client, &came).await;
    becomes(&gateway, &mut client, &session, &chunks(&[1, 0, 0, 2])).await;
    becomes(&gateway, &mut client, &other, &chunks(&[1, 0, 2])).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_chunk_that_was_left_out_is_put_back() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let came = [Certain(1), Certain(0), LeftOut, LeftOut, Certain(2)];
    let session = upload(&gateway, &mut client, &came).await;
    let at_the_end = upload(&gateway, &mut client, &[Certain(1), LeftOut]).await;
    becomes(&gateway, &mut client, &session, &chunks(&[1, 0, 0, 2])).await;
    becomes(&gateway, &mut client, &at_the_end, &chunks(&[1, 1])).await;
    gateway.stop().await;
}

#[tokio::test]
async fn chunks_are_dropped_and_put_back_in_one_upload() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let came = [
        Certain(0),
        Stored(0),
        LeftOut,
        Stored(0),
        Certain(1),
        Certain(2),
    ];
    let session = upload(&gateway, &mut client, &came).await;
    becomes(
        &gateway,
        &mut client,
        &session,
        &chunks(&[0, 0, 0, 0, 1, 2]),
    )
    .await;
    let session = upload(&gateway, &mut client, &came).await;
    becomes(&gateway, &mut client, &session, &chunks(&[0, 1, 2])).await;
    gateway.stop().await;
}

#[tokio::test]
async fn an_upload_as_long_as_its_sizes_stays_as_it_is() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let came = [Certain(0), Stored(0), Certain(1), LeftOut];
    let session = upload(&gateway, &mut client, &came).await;
    becomes(&gateway, &mut client, &session, &chunks(&[0, 0, 1])).await;
    gateway.stop().await;
}

#[tokio::test]
async fn sizes_that_nothing_or_too_much_meets_are_1008_and_change_nothing() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let came = [
        Certain(0),
        Stored(0),
        Certain(1),
        Certain(2),
        Stored(2),
        Stored(2),
    ];
    let session = upload(&gateway, &mut client, &came).await;
    let before = rows(&gateway, &session).await;
    // Two places would do for one chunk less, and for two.
    for length in [1, CHUNK, 4 * CHUNK, 5 * CHUNK, 6 * CHUNK - 1, 7 * CHUNK] {
        let order = Call::order_of(&session, length);
        assert_eq!(order.result(&mut client).await, -1008, "{length}");
    }
    assert_eq!(rows(&gateway, &session).await, before);
    // Nor does anything else that is wrong.
    let order = Call::order_of(&session, 3 * CHUNK);
    for (name, value, code) in [
        ("FileTypes", "XYZ", -123),
        ("FaxNumbers", "", -112),
        ("Postpone", "2999-12-31T00:00:00Z", -114),
    ] {
        let order = order.clone().with(name, value);
        assert_eq!(order.result(&mut client).await, code, "{name}");
    }
    assert_eq!(rows(&gateway, &session).await, before);
    assert_eq!(submissions(&gateway).await, 0);
    becomes(&gateway, &mut client, &session, &chunks(&[0, 1, 2])).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_chunk_that_arrives_after_the_sizes_were_compared_changes_nothing() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = upload(&gateway, &mut client, &[Certain(0), Stored(0)]).await;
    // Its row is kept from the submission until it has another length.
    let sql = gateway.database.connect().await;
    let id = gateway.session(&session).await;
    let append = format!(
        "BEGIN; UPDATE upload_session SET received = received + 1, appends = appends + 1 WHERE id = {id}"
    );
    sql.batch_execute(&append).await.expect("a lock");
    let order = Call::order_of(&session, CHUNK);
    let (result, ()) = tokio::join!(order.result(&mut client), async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        crate::support::eventually::until("submission", async || {
            number(&gateway, waiting).await == 1
        })
        .await;
        sql.batch_execute("COMMIT").await.expect("an end");
    });
    assert_eq!(result, -150);
    assert_eq!(submissions(&gateway).await, 0);
    let left = format!("SELECT count(*) FROM upload_extent WHERE session_id = {id}");
    assert_eq!(number(&gateway, &left).await, 2);
    assert_eq!(status(&gateway, &session).await.doubtful_chunks, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn chunks_in_doubt_do_not_lift_the_limit() {
    let gateway = gateway_with(|settings| {
        settings.session.max_total = 3 * CHUNK as u64;
    })
    .await;
    let mut client = gateway.client();
    let came = [Certain(0), LeftOut, Certain(1), Certain(2)];
    let session = upload(&gateway, &mut client, &came).await;
    let too_long = Call::order_of(&session, 4 * CHUNK);
    assert_eq!(too_long.result(&mut client).await, -1063);
    becomes(&gateway, &mut client, &session, &chunks(&[0, 1, 2])).await;
    gateway.stop().await;
}

/// Sends chunks, each on a connection of its own; those that are named are sent twice, because a
/// proxy has read the first answer and lost it.
async fn send(gateway: &Gateway, document: &[u8], twice: &[usize]) -> String {
    let session = gateway.client().start().await;
    for (number, chunk) in document.chunks(CHUNK).enumerate() {
        for _ in 0..=twice.iter().filter(|it| **it == number).count() {
            let total = gateway.client().chunk(&session, chunk, false).await;
            assert!(total > 0, "{total} for chunk {number}");
        }
    }
    session
}

#[tokio::test]
async fn an_upload_of_zeros_whose_chunks_a_proxy_doubled_is_faxed_as_it_was_meant() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let zeros = vec![0; 10 * CHUNK];
    for twice in [&[][..], &[0], &[4], &[9], &[2, 2, 7]] {
        let session = send(&gateway, &zeros, twice).await;
        for wrong in [CHUNK / 2, 14 * CHUNK, 10 * CHUNK + 1] {
            let order = Call::order_of(&session, wrong);
            assert_eq!(order.result(&mut client).await, -1008, "{twice:?}");
        }
        becomes(&gateway, &mut client, &session, &zeros).await;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn blank_paper_among_text_is_faxed_as_it_was_meant() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    // Blank paper in two places, and text of which a proxy doubles some.
    let page = chunks(&[1, 0, 0, 0, 2, 3, 0, 0, 4]);
    for twice in [&[][..], &[0, 5], &[4, 8, 8]] {
        let session = send(&gateway, &page, twice).await;
        becomes(&gateway, &mut client, &session, &page).await;
    }
    // Which of the two places has one too many, nobody knows.
    let session = send(&gateway, &page, &[2]).await;
    let order = Call::order_of(&session, page.len());
    assert_eq!(order.result(&mut client).await, -1008);
    gateway.stop().await;
}

#[tokio::test]
async fn text_that_is_really_there_twice_is_faxed_twice() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let page = chunks(&[1, 2, 2, 3]);
    let session = send(&gateway, &page, &[]).await;
    let stored = status(&gateway, &session).await;
    assert_eq!(stored.received, 3 * CHUNK as u64);
    becomes(&gateway, &mut client, &session, &page).await;
    gateway.stop().await;
}
