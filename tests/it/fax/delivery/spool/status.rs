//! What a status means, and that nothing hostile is taken for one.

use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    path::Path,
    time::{Duration, Instant},
};

use chunkgate::fax::delivery::{Delivery, Outcome, Report, Withdrawal, spool::RealSpoolDisk};
use nix::{sys::stat::Mode, unistd::mkfifo};

use super::{
    super::support::{attempt, fax},
    consumer::Room,
};
use crate::support::{alone::has_process_of_its_own, log::Log};

/// The outcome that a status stands for.
async fn outcome(text: &[u8]) -> Option<Outcome> {
    let room = Room::real(RealSpoolDisk::default());
    let spool = room.spool();
    let attempt = attempt(42, 1);
    spool.hand_over(&fax(attempt)).await.unwrap();
    room.say(attempt, text);
    let told = spool.outcomes(&[attempt]).await.unwrap();
    told.into_iter().next().map(|(_, outcome)| outcome)
}

fn failed(code: u32, text: &str) -> Outcome {
    Outcome::Failed {
        code,
        text: text.to_owned(),
        may_retry: true,
        report: Report::default(),
    }
}

#[tokio::test]
async fn these_are_understood() {
    let plain = Outcome::Sent(Report::default());
    let full = Outcome::Sent(Report {
        pages: 3,
        duration: 999_999_999,
        remote_csid: "+49 30 1".to_owned(),
    });
    let last = Outcome::Failed {
        code: 1,
        text: String::new(),
        may_retry: false,
        report: Report {
            pages: 2,
            ..Report::default()
        },
    };
    let cases: [(&[u8], Outcome); 8] = [
        // Also if `taken` was never made.
        (b"done\n", plain.clone()),
        (b"done\r\n", plain),
        (
            b"done\r\npages 3\r\nduration 999999999\r\nremote-csid +49 30 1\r\n",
            full,
        ),
        (b"failed 6017 Busy\n", failed(6017, "Busy")),
        (b"failed 999999999 x\r\n", failed(999_999_999, "x")),
        (b"failed 1\npages 2\nfinal\n", last),
        (b"failed 7 a\tb\x1b[1m\x00c\n", failed(7, "a b [1m c")),
        (b"failed 7 \xe4rger\n", failed(7, "\u{fffd}rger")),
    ];
    for (text, meaning) in cases {
        assert_eq!(outcome(text).await, Some(meaning), "{text:?}");
    }
}

#[tokio::test]
async fn texts_are_cut() {
    let text = format!(
        "failed 7 {}\nremote-csid {}\n",
        "\u{e4}".repeat(1000),
        "9".repeat(1000)
    );
    let Some(Outcome::Failed { text, report, .. }) = outcome(text.as_bytes()).await else {
        panic!("not understood");
    };
    assert_eq!(text, "\u{e4}".repeat(255));
    assert_eq!(report.remote_csid, "9".repeat(40));
}

#[tokio::test]
async fn these_are_not() {
    let long = [b"done\n".as_slice(), &b"pages 1\n".repeat(600)].concat();
    let cases: [&[u8]; 24] = [
        b"",
        b"\n",
        b"done",
        b"failed 60",
        b"Done\n",
        b" done\n",
        b"done 1\n",
        b"done\nsomething else\n",
        b"done\n\n",
        b"done\npages x\n",
        b"done\npages -1\n",
        b"done\npages 1000000000\n",
        b"done\nfinal 1\n",
        b"failed\n",
        b"failed \n",
        b"failed x\n",
        b"failed 0 x\n",
        b"failed -5\n",
        b"failed +5\n",
        b"failed 1000000000 x\n",
        b"failed 99999999999999999999 x\n",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\xff\xfe\n",
        b"done\0\n",
        &long,
    ];
    for text in cases {
        assert_eq!(outcome(text).await, None, "{text:?}");
    }
}

/// What somebody may put where the status belongs.
fn hostile(kind: &str, path: &Path, elsewhere: &Path) {
    match kind {
        "pipe" => mkfifo(path, Mode::S_IRWXU).unwrap(),
        "link to a file" => symlink("/etc/passwd", path).unwrap(),
        "link to a status" => {
            fs::write(elsewhere, "done\n").unwrap();
            symlink(elsewhere, path).unwrap();
        }
        "link to a pipe" => {
            mkfifo(elsewhere, Mode::S_IRWXU).unwrap();
            symlink(elsewhere, path).unwrap();
        }
        "link to nothing" => symlink("/nowhere", path).unwrap(),
        "link to an endless device" => symlink("/dev/zero", path).unwrap(),
        "directory" => fs::create_dir(path).unwrap(),
        "huge file" => File::create(path).unwrap().set_len(1 << 30).unwrap(),
        "socket" => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        _ => panic!("{kind}"),
    }
}

#[tokio::test]
async fn nothing_but_a_small_file_is_a_status() {
    let kinds = [
        "pipe",
        "link to a file",
        "link to a status",
        "link to a pipe",
        "link to nothing",
        "link to an endless device",
        "directory",
        "huge file",
        "socket",
    ];
    let elsewhere = tempfile::tempdir().unwrap();
    for kind in kinds {
        let room = Room::real(RealSpoolDisk::default());
        let spool = room.spool();
        let attempt = attempt(42, 1);
        spool.hand_over(&fax(attempt)).await.unwrap();
        let target = elsewhere.path().join(kind);
        hostile(kind, &room.directory(attempt).join("status"), &target);
        let begun = Instant::now();
        assert_eq!(spool.outcomes(&[attempt]).await.unwrap(), [], "{kind}");
        // Somebody is at it; it is not ours to take any more.
        let answer = spool.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::TooLate, "{kind}");
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{kind} takes long"
        );
        // What is forgotten goes away, and what links lead to does not.
        spool.forget(attempt).await.unwrap();
        assert!(!room.directory(attempt).exists());
        let ours = ["link to a status", "link to a pipe"].contains(&kind);
        assert!(target.exists() || !ours, "{kind}");
    }
}

#[tokio::test]
async fn nothing_but_a_small_file_is_our_withdrawal() {
    let elsewhere = tempfile::tempdir().unwrap();
    for kind in [
        "pipe",
        "link to a file",
        "link to nothing",
        "directory",
        "huge file",
        "socket",
    ] {
        let room = Room::real(RealSpoolDisk::default());
        let spool = room.spool();
        let attempt = attempt(42, 1);
        spool.hand_over(&fax(attempt)).await.unwrap();
        let taken = room.directory(attempt).join("taken");
        hostile(kind, &taken, &elsewhere.path().join(kind));
        let answer = spool.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::TooLate, "{kind}");
        room.say(attempt, b"done\n");
        let answer = spool.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::Ended(Outcome::Sent(Report::default())));
    }
}

#[test]
fn what_is_not_understood_is_logged_once_with_the_reason() {
    let name =
        "fax::delivery::spool::status::what_is_not_understood_is_logged_once_with_the_reason";
    if !has_process_of_its_own(name) {
        return;
    }
    let log = Log::keep();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let room = Room::real(RealSpoolDisk::default());
        let spool = room.spool();
        let (first, second) = (attempt(41, 1), attempt(42, 1));
        for attempt in [first, second] {
            spool.hand_over(&fax(attempt)).await.unwrap();
        }
        room.say(first, b"failed 0 x\n");
        fs::create_dir(room.directory(second).join("status")).unwrap();
        for _ in 0..5 {
            assert_eq!(spool.outcomes(&[first, second]).await.unwrap(), []);
        }
    });
    let text = log.text();
    assert_eq!(text.matches("write it anew").count(), 2, "{text}");
    assert!(
        text.contains("41.1") && text.contains("code 0 means success"),
        "{text}"
    );
    assert!(
        text.contains("42.1") && text.contains("no regular file"),
        "{text}"
    );
}
