//! Segments without live bytes are used again, others never.

use std::sync::Arc;

use bytes::Bytes;
use chunkgate::{
    content::{Extent, MAX_BLOCK, SharedStore, Store},
    jobs,
};

use super::support::Jobs;
use crate::content::{
    support::{append, open, read, small},
    test_disk::TestDisk,
};

/// Names an extent in the rows of a new session.
async fn name(jobs: &Jobs, extent: &Extent) {
    jobs.sessions(1, "1 hour").await;
    let checksum = format!("{:032x}", extent.checksum);
    jobs.run(&format!(
        "UPDATE upload_extent SET segment = {}, segment_offset = {}, length = {}, checksum = decode('{checksum}', 'hex')
         WHERE session_id = (SELECT max(id) FROM upload_session)",
        extent.segment, extent.offset, extent.length
    ))
    .await;
}

#[tokio::test]
async fn only_segments_without_live_pinned_or_uncommitted_bytes_are_taken() {
    let journal = open(TestDisk::new(), small());
    let store = Arc::clone(&journal) as SharedStore;
    let jobs = Jobs::on(Arc::clone(&store)).await;
    // As large as a segment takes, so that each lies in one of its own.
    let block = |n: u8| Bytes::from(vec![n; MAX_BLOCK]);
    let mut sealed = Vec::new();
    for n in 0..4 {
        sealed.push(append(&*store, &block(n)).await.expect("durable"));
    }
    let extents: Vec<Extent> = sealed.iter().map(|sealed| sealed.extents[0]).collect();
    assert!(
        extents
            .windows(2)
            .all(|two| two[0].segment != two[1].segment)
    );
    name(&jobs, &extents[0]).await;
    // The second is on its way into the database; the third is nobody's.
    let uncommitted = sealed.swap_remove(1);
    drop(sealed);
    jobs::reclaim(jobs.parts.clone()).await;
    assert_eq!(read(&*store, &extents[..1]).await.expect("live"), block(0));
    assert_eq!(
        read(&*store, &extents[1..2]).await.expect("pinned"),
        block(1)
    );
    assert!(read(&*store, &extents[2..3]).await.is_err(), "free");

    // Another database, or an older copy of this one, cannot say what lives.
    jobs.run("UPDATE content_store SET mark = gen_random_uuid()")
        .await;
    drop(uncommitted);
    jobs::reclaim(jobs.parts.clone()).await;
    assert_eq!(read(&*store, &extents[1..2]).await.expect("kept"), block(1));
    jobs.run("UPDATE content_store SET mark = mark_before")
        .await;
    jobs::reclaim(jobs.parts.clone()).await;
    assert!(read(&*store, &extents[1..2]).await.is_err(), "given up");
    assert_eq!(read(&*store, &extents[..1]).await.expect("live"), block(0));

    // Its session runs out.
    jobs.run("UPDATE upload_session SET expires_at = now()")
        .await;
    jobs::expire(jobs.parts.clone()).await;
    jobs::reclaim(jobs.parts.clone()).await;
    assert_eq!(read(&*store, &extents[..1]).await.expect("kept"), block(0));
    jobs::drop_undeletable(jobs.parts.clone()).await;
    jobs::reclaim(jobs.parts.clone()).await;
    assert!(read(&*store, &extents[..1]).await.is_err(), "dropped");
    journal.close().await;
}
