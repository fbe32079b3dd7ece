//! After a power cut at any step every sealed byte is there, and nothing else is believed.

use std::{collections::BTreeMap, error::Error, sync::Arc};

use bytes::Bytes;
use chunkgate::content::{
    ContentError, Extent, SegmentId, Store, StoreId,
    journal::{Directory, Journal, JournalReader, Unobserved},
};
use xxhash_rust::xxh3::xxh3_128;

use super::{
    support::{PATH, Random, read, small},
    test_disk::{Lie, Step, TestDisk},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the database would know, and what a test must know besides.
#[derive(Clone, Default)]
struct Ledger {
    store: Option<StoreId>,
    live: Vec<(Vec<Extent>, Vec<u8>)>,
    /// All blocks that were ever handed to the store, by checksum.
    blocks: BTreeMap<u128, Option<Extent>>,
    /// The greatest segment that was ever named by an extent.
    last_segment: Option<SegmentId>,
}

impl Ledger {
    fn names(&self, segment: SegmentId) -> bool {
        self.live
            .iter()
            .flat_map(|(extents, _)| extents)
            .any(|extent| extent.segment == segment)
    }
}

/// Opens the journal and works on it until all is done or the power fails.
async fn work(disk: &TestDisk, ledger: &mut Ledger, random: &mut Random) -> Outcome<()> {
    let directory = Directory::open(Arc::new(disk.clone()), PATH.as_ref())?;
    let store = *ledger.store.get_or_insert(directory.id());
    assert_eq!(directory.id(), store, "the store has another identity");
    let observer = Arc::new(Unobserved);
    let journal = Journal::open(directory, small(), SegmentId(0), observer)?;
    let result = appends(&*journal, ledger, random).await;
    journal.close().await;
    Ok(result?)
}

async fn appends(
    journal: &dyn Store,
    ledger: &mut Ledger,
    random: &mut Random,
) -> Result<(), ContentError> {
    // No newer segment than these may be used for what follows.
    let before = ledger.last_segment;
    for round in 0..10 {
        let mut writer = journal.writer(Some(round));
        let mut whole = Vec::new();
        let mut checksums = Vec::new();
        for _ in 0..=random.below(2) {
            let length = 1 + random.below(90_000);
            let block: Bytes = random.bytes(length);
            checksums.push(xxh3_128(&block));
            ledger.blocks.insert(xxh3_128(&block), None);
            whole.extend_from_slice(&block);
            writer.write(block).await?;
        }
        if round % 4 == 3 {
            continue;
        }
        let sealed = writer.seal().await?;
        for (checksum, extent) in checksums.iter().zip(&sealed.extents) {
            assert!(
                before.is_none_or(|before| extent.segment > before),
                "an id was used twice"
            );
            ledger.blocks.insert(*checksum, Some(*extent));
            ledger.last_segment = ledger.last_segment.max(Some(extent.segment));
        }
        ledger.live.push((sealed.extents, whole));

        // Sessions end, oldest first, and their segments are taken back.
        if round % 3 == 2 {
            let ended = ledger.live.len() / 2;
            ledger.live.drain(..ended);
            let mut free = journal.reclaimable(100);
            free.retain(|segment| !ledger.names(*segment));
            journal.reclaim(free).await?;
        }
    }
    Ok(())
}

/// Looks at what is left.
async fn check(disk: &TestDisk, ledger: &Ledger) -> Outcome<()> {
    let directory = Directory::open(Arc::new(disk.clone()), PATH.as_ref())?;
    if ledger.store.is_some_and(|store| store != directory.id()) {
        return Err("the store has another identity".into());
    }
    drop(directory);
    check_walk(disk, ledger)?;

    let journal = super::support::open(disk.clone(), small());
    let outcome = check_store(&*journal, ledger).await;
    journal.close().await;
    outcome
}

async fn check_store(journal: &dyn Store, ledger: &Ledger) -> Outcome<()> {
    for (extents, bytes) in &ledger.live {
        if read(journal, extents).await? != *bytes {
            return Err("sealed bytes differ".into());
        }
    }
    let next = super::support::append(journal, &Bytes::from_static(b"next")).await?;
    if Some(next.extents[0].segment) <= ledger.last_segment {
        return Err(format!("segment {} is used twice", next.extents[0].segment).into());
    }
    Ok(())
}

fn check_walk(disk: &TestDisk, ledger: &Ledger) -> Outcome<()> {
    let reader = JournalReader::open(Arc::new(disk.clone()), PATH.as_ref())?;
    let mut intact = Vec::new();
    for segment in reader.segments()?.into_keys() {
        for record in reader.walk(segment)? {
            let record = record?;
            if record.intact {
                intact.push(record.extent);
            }
        }
    }
    for extent in &intact {
        match ledger.blocks.get(&extent.checksum) {
            Some(None) => {}
            Some(Some(sealed)) if sealed == extent => {}
            Some(Some(_)) => return Err(format!("{extent:?} is an old record").into()),
            None if extent.length == 4 => {} // `next` of an earlier check
            None => return Err(format!("{extent:?} was never written").into()),
        }
    }
    let missing = ledger.live.iter().flat_map(|(extents, _)| extents);
    match missing.into_iter().find(|extent| !intact.contains(extent)) {
        Some(extent) => Err(format!("the walk does not find {extent:?}").into()),
        None => Ok(()),
    }
}

/// Cuts the power at every step of a run, and looks at what several disks may have kept.
async fn cut_at_every_step(lie: Option<Lie>) -> Outcome<u64> {
    for step in 0.. {
        let disk = TestDisk::new();
        disk.cut_at(step);
        if let Some(lie) = lie {
            disk.lie(lie);
        }
        let mut ledger = Ledger::default();
        let worked = work(&disk, &mut ledger, &mut Random::new(step)).await;
        for seed in 0..4 {
            let after = disk.after_power_cut(&mut Random::new(seed << 32 | step));
            let outcome = check(&after, &ledger).await;
            outcome.map_err(|error| format!("step {step}, seed {seed}: {error}"))?;
        }
        if !disk.is_off() {
            worked?;
            return Ok(step);
        }
    }
    unreachable!("a run has an end")
}

#[tokio::test]
async fn sealed_bytes_survive_a_power_cut_at_every_step() {
    let steps = cut_at_every_step(None).await.unwrap();
    assert!(steps > 60, "the run had only {steps} steps");
}

#[tokio::test]
async fn sealed_bytes_survive_one_power_cut_after_the_other() {
    for seed in 0..24 {
        let mut random = Random::new(seed);
        let mut disk = TestDisk::new();
        let mut ledger = Ledger::default();
        for life in 0..5 {
            disk.cut_at(random.next() % 120);
            // Errors are those of the power cut; what matters is what is left.
            let _ = work(&disk, &mut ledger, &mut random).await;
            disk = disk.after_power_cut(&mut random);
            if let Err(error) = check(&disk, &ledger).await {
                panic!("seed {seed}, life {life}: {error}");
            }
            disk = disk.after_power_cut(&mut random);
        }
    }
}

/// The harness above must notice each sync that is not done.
async fn assert_found_out(lie: Lie) {
    cut_at_every_step(Some(lie))
        .await
        .expect_err("something is lost");
}

#[tokio::test]
async fn an_fdatasync_of_records_that_is_not_done_is_found_out() {
    assert_found_out(|step| matches!(step, Step::SyncData(name) if name.starts_with("segment-")))
        .await;
}

#[tokio::test]
async fn an_fdatasync_of_the_segment_header_that_is_not_done_is_found_out() {
    assert_found_out(|step| matches!(step, Step::SyncData(name) if name.starts_with("ready-")))
        .await;
}

#[tokio::test]
async fn an_fdatasync_of_the_store_id_that_is_not_done_is_found_out() {
    assert_found_out(|step| *step == Step::SyncData("store-id.new".to_owned())).await;
}

#[tokio::test]
async fn a_sync_of_the_directory_that_is_not_done_is_found_out() {
    assert_found_out(|step| *step == Step::SyncDirectory("content".to_owned())).await;
}

#[tokio::test]
async fn a_sync_of_the_directory_above_that_is_not_done_is_found_out() {
    assert_found_out(|step| *step == Step::SyncDirectory("data".to_owned())).await;
}
