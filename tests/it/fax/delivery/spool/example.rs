//! The example consumer works.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Output};

use chunkgate::fax::{
    delivery::{
        Attempt, Delivery, Outcome, Report, Withdrawal,
        spool::{Spool, SpoolSettings},
    },
    item::PageSize,
    outcome::GIVEN_UP,
};
use tempfile::TempDir;
use tokio::process::Command;

use super::super::support::{SMALL, attempt, documents, fax, fax_of};
use crate::clients::program::{Program, in_repository};

/// Stands for the program that sends: writes down its arguments, keeps the documents, and fails
/// for numbers that end with 7.
const SENDER: &str = r#"#!/bin/sh
printf '%s\n' "$*" >>"$SENT/calls"
cat "$2" "$3" >"$SENT/$1"
case $1 in
*7) printf 'Busy\nreally'; exit 1 ;;
esac
"#;

struct Place {
    directory: TempDir,
    spool: Spool,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::open(&SpoolSettings::new(directory.path().join("spool"))).unwrap();
        let sender = directory.path().join("sender");
        fs::write(&sender, SENDER).unwrap();
        fs::set_permissions(&sender, fs::Permissions::from_mode(0o755)).unwrap();
        Self { directory, spool }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn command(&self) -> Command {
        let mut command = Command::new("sh");
        command
            .arg(in_repository("config/spool-consumer.sh"))
            .arg(self.path().join("spool"))
            .env("SEND_FAX", self.path().join("sender"))
            .env("SENT", self.path())
            .kill_on_drop(true);
        command
    }

    /// Runs the script to its end, which has nothing to complain of.
    async fn consume(&self) {
        let Output { status, stderr, .. } = self.command().output().await.unwrap();
        assert_eq!(String::from_utf8_lossy(&stderr), "");
        assert!(status.success(), "{status}");
    }

    /// The calls of the program that sends.
    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.path().join("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    async fn hand_over(&self, attempt: Attempt, recipient: &str) {
        let mut fax = fax(attempt);
        recipient.clone_into(&mut fax.item.recipient);
        fax.item.options.page_size = PageSize::B4;
        self.spool.hand_over(&fax).await.unwrap();
    }
}

fn failed(code: u32, text: &str, may_retry: bool) -> Outcome {
    Outcome::Failed {
        code,
        text: text.to_owned(),
        may_retry,
        report: Report::default(),
    }
}

#[tokio::test]
async fn it_sends_each_fax_once_and_says_how_it_went() {
    if !Program("jq").is_here().await {
        return;
    }
    let place = Place::new();
    place.consume().await;
    assert!(place.calls().is_empty());

    let [good, busy, hostile, withdrawn, early] = [1, 2, 3, 4, 5].map(|it| attempt(it, 1));
    place.hand_over(good, "+49 (30) 123-45.6").await;
    place.hand_over(busy, "030777").await;
    place
        .hand_over(hostile, "-d 1; touch pwned\n$(touch pwned)")
        .await;
    place.hand_over(withdrawn, "666").await;
    for attempt in [withdrawn, early] {
        let answer = place.spool.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::Withdrawn);
    }
    for _ in 0..2 {
        place.consume().await;
        assert_eq!(
            place.calls(),
            ["+4930123456 1.pdf 2.tif", "030777 1.pdf 2.tif"]
        );
        let told = place
            .spool
            .outcomes(&[good, busy, hostile, withdrawn, early])
            .await;
        let expected = [
            (good, Outcome::Sent(Report::default())),
            (busy, failed(2, "Busy really", true)),
            (hostile, failed(3, "not a fax number", false)),
            (withdrawn, GIVEN_UP.outcome()),
            (early, GIVEN_UP.outcome()),
        ];
        assert_eq!(told.unwrap(), expected);
    }
    let bytes = fs::read(place.path().join("+4930123456")).unwrap();
    assert_eq!(bytes, documents(good, &SMALL).concat());

    // Again, and the first attempt is out of the way.
    place.spool.forget(busy).await.unwrap();
    place.hand_over(attempt(2, 2), "030778").await;
    place.consume().await;
    assert_eq!(place.calls()[2..], ["030778 1.pdf 2.tif"]);
}

#[tokio::test]
async fn several_of_them_send_each_fax_once() {
    if !Program("jq").is_here().await {
        return;
    }
    let place = Place::new();
    for transaction in 1..=30 {
        let fax = fax_of(attempt(transaction, 1), &[10, 10]);
        place.spool.hand_over(&fax).await.unwrap();
    }
    tokio::join!(place.consume(), place.consume(), place.consume());
    assert_eq!(place.calls().len(), 30);
    let attempts: Vec<_> = (1..=30).map(|it| attempt(it, 1)).collect();
    assert_eq!(place.spool.outcomes(&attempts).await.unwrap().len(), 30);
}

#[tokio::test]
async fn it_takes_nothing_that_it_cannot_send() {
    if !Program("jq").is_here().await {
        return;
    }
    let place = Place::new();
    place.hand_over(attempt(1, 1), "1").await;
    let refused = place
        .command()
        .env_remove("SEND_FAX")
        .output()
        .await
        .unwrap();
    assert!(!refused.status.success());
    // Not even a description that is damaged.
    let directory = place.path().join("spool/new/000000001.1");
    fs::write(directory.join("fax.json"), "{").unwrap();
    place.consume().await;
    assert!(!directory.join("taken").exists());
    assert!(place.calls().is_empty());
}
