//! What a fax asks for stands in the queue file of its job.

use chunkgate::fax::{
    delivery::{Delivery, Fax, Outcome},
    item::PageSize,
};
use time::{Duration as Span, OffsetDateTime};

use super::{
    super::support::{attempt, fax},
    desk::Desk,
    server::{QueueFile, is_here, tag},
};

async fn job_of(desk: &Desk, fax: &Fax) -> QueueFile {
    let handed = desk.hylafax().hand_over(fax).await;
    assert_eq!(handed.expect("taken"), None);
    desk.job(fax.attempt)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_mapped() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let mut fax = fax(attempt(7, 1));
    fax.item.recipient = "+49 (30) 123-456".to_owned();
    let options = &mut fax.item.options;
    options.sender_csid = "+49 40 99".to_owned();
    options.page_header = "Offer 100% \"good\" \\ \u{e4}".to_owned();
    options.retries = 4;
    let job = job_of(&desk, &fax).await;
    let tag = tag(fax.attempt);
    for (name, value) in [
        ("jobtag", tag.as_str()),
        ("number", "+4930123456"),
        ("external", "+49 (30) 123-456"),
        ("sender", "anna"),
        ("receiver", "Bo Berg"),
        ("regarding", "Offer"),
        ("tsi", "+49 40 99"),
        ("tagline", "Offer 100  \"good\" \\ \u{e4}"),
        ("desiredtl", "1"),
        ("maxdials", "5"),
        ("maxtries", "5"),
        ("resolution", "196"),
        ("pagewidth", "210"),
        ("pagelength", "297"),
        ("modem", "any"),
        ("notify", "none"),
        ("owner", "chunkgate"),
        ("jobtype", "facsimile"),
    ] {
        assert_eq!(job.get(name), value, "{name}");
    }
    let kinds: Vec<&str> = job
        .documents
        .iter()
        .map(|(kind, _)| kind.as_str())
        .collect();
    assert_eq!(kinds, ["pdf", "tiff"]);
    let number = |name: &str| job.get(name).parse::<i64>().expect("a time");
    let (sent, killed) = (number("tts"), number("killtime"));
    assert!((killed - sent - 24 * 3600).abs() <= 60, "{sent} {killed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_and_resolutions() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let sizes = [
        (PageSize::A4, "210", "297"),
        (PageSize::Letter, "216", "279"),
        (PageSize::Legal, "216", "356"),
        (PageSize::B4, "250", "353"),
    ];
    for (transaction, (size, width, height)) in (1..).zip(sizes) {
        let mut fax = fax(attempt(transaction, 1));
        fax.item.options.page_size = size;
        fax.item.options.high_resolution = false;
        let job = job_of(&desk, &fax).await;
        assert_eq!(
            (job.get("pagewidth"), job.get("pagelength")),
            (width, height)
        );
        assert_eq!((job.get("resolution"), job.get("desiredtl")), ("98", "0"));
        // faxq would have taken it from the queue otherwise.
        assert!(job.path.parent().unwrap().ends_with("sendq"), "{job:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postponed_fax_waits_there_if_it_is_to() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let until = OffsetDateTime::now_utc() + Span::hours(5);
    for (transaction, holds) in [(1, true), (2, false)] {
        let mut fax = fax(attempt(transaction, 1));
        fax.item.options.postponed_until = Some(until);
        let delivery = desk.server.delivery_with(&desk.rows.ledger, |settings| {
            settings.hold_postponed = holds;
        });
        assert_eq!(delivery.holds_postponed(), holds);
        delivery.hand_over(&fax).await.expect("taken");
        let job = desk.job(fax.attempt);
        let tts: i64 = job.get("tts").parse().expect("a time");
        let early = tts - until.unix_timestamp();
        assert_eq!((0..120).contains(&early), holds, "{early}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_stay_in_their_places() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let mut fax = fax(attempt(7, 1));
    let wild = "a\"b\\\r\nJKILL 1\r\nstate:7\0%s%n $(id) `id` \u{1f4e0}";
    fax.item.options.subject = wild.to_owned();
    fax.item.options.page_header = wild.repeat(8);
    fax.item.contact = "\u{ff}\u{feff}x".repeat(40);
    let job = job_of(&desk, &fax).await;
    let kept = "a\"b\\JKILL 1state:7%s%n $(id) `id` \u{1f4e0}";
    assert_eq!(job.get("regarding"), kept);
    assert!(!job.is_suspended());
    assert!(job.get("tagline").starts_with("a\"b"), "{job:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_number_is_not_dialled() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let numbers = ["1234567\" MODEM \"x", "1;reboot", "123`id`456", "@tel"];
    for (transaction, number) in (1..).zip(numbers) {
        let mut fax = fax(attempt(transaction, 1));
        fax.item.recipient = number.to_owned();
        let delivery = desk.hylafax();
        delivery.hand_over(&fax).await.expect("an answer");
        assert_eq!(desk.server.jobs(fax.attempt).len(), 0);
        let told = delivery.outcomes(&[fax.attempt]).await.expect("an answer");
        assert!(
            matches!(&told[..], [(_, Outcome::Failed { code: 900_002, .. })]),
            "{told:?}"
        );
    }
}
