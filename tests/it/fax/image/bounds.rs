//! So many images at once and so long; what is given up is killed.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

use chunkgate::{
    engine::account::AccountId,
    fax::{
        clear_images,
        image::{ImageError, Renderer, RendererSettings},
    },
};
use futures_util::future::join_all;
use tempfile::TempDir;

use super::{ACCOUNT, GHOSTSCRIPT, Job, PLAIN, settings};
use crate::support::eventually::until;

/// A shell script that stands for Ghostscript.
struct Script(TempDir);

impl Script {
    fn new(lines: &str) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let script = Self(folder);
        fs::write(script.path(), format!("#!/bin/sh\n{lines}\n")).expect("space");
        fs::set_permissions(script.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        script
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("gs")
    }

    fn settings(&self) -> RendererSettings {
        RendererSettings {
            ghostscript: Some(self.path()),
            ..settings()
        }
    }
}

#[tokio::test]
async fn without_ghostscript_the_error_says_how_to_get_it() {
    let missing = RendererSettings {
        ghostscript: Some("/nowhere/gs".into()),
        ..settings()
    };
    let error = Job::new().with("TXT", "x").error(missing).await.to_string();
    for words in [
        "/nowhere/gs",
        "apt-get install ghostscript",
        "`fax.ghostscript`",
    ] {
        assert!(error.contains(words), "{error}");
    }
}

#[tokio::test]
async fn one_account_cannot_fill_the_disk_for_all() {
    let renderer = Renderer::new(RendererSettings {
        at_once: 1,
        wait: Duration::from_millis(10),
        ..settings()
    });
    let mut rooms = Vec::new();
    let error = loop {
        match renderer.room(ACCOUNT).await {
            Ok(room) => rooms.push(room),
            Err(error) => break error,
        }
    };
    // Eight for all.
    assert_eq!(rooms.len(), 3);
    assert!(
        matches!(error, ImageError::AllPlacesTaken { .. }),
        "{error}"
    );
    drop(renderer.room(AccountId(2)).await.expect("room for others"));
    rooms.pop();
    drop(renderer.room(ACCOUNT).await.expect("what was given back"));
}

#[test]
fn what_a_killed_process_left_is_removed() {
    let images = tempfile::tempdir().expect("a directory");
    let ours = images.path().join("image-x8Zk3");
    fs::create_dir(&ours).expect("space");
    fs::write(ours.join("document-0"), "secret").expect("space");
    let others = images.path().join("notes");
    fs::create_dir(&others).expect("space");
    clear_images(images.path());
    assert!(!ours.exists() && others.exists());
    clear_images(&images.path().join("missing"));
}

#[tokio::test]
async fn so_many_run_at_once_and_no_more() {
    let script =
        Script::new("echo + >>${0%/*}/log; sleep 0.2; echo - >>${0%/*}/log; echo >fax.tif");
    let renderer = Renderer::new(script.settings());
    let jobs: Vec<Job> = (0..6).map(|_| Job::new().with("TXT", "x")).collect();
    let renders = jobs.iter().zip([1, 1, 1, 2, 2, 2]).map(|(job, account)| {
        renderer.render(AccountId(account), job.work.path(), &job.documents, PLAIN)
    });
    for image in join_all(renders).await {
        image.expect("an image");
    }
    let log = fs::read_to_string(script.0.path().join("log")).expect("a log");
    let (mut running, mut most) = (0, 0);
    for line in log.lines() {
        running += if line == "+" { 1 } else { -1 };
        most = most.max(running);
    }
    assert_eq!((log.lines().count(), running, most), (12, 0, 2));
}

#[tokio::test]
async fn nobody_waits_for_a_place_for_ever() {
    let script = Script::new("exec sleep 600");
    let renderer = Renderer::new(RendererSettings {
        at_once: 1,
        wait: Duration::from_millis(100),
        ..script.settings()
    });
    let job = Job::new().with("TXT", "x");
    let first = renderer.render(ACCOUNT, job.work.path(), &job.documents, PLAIN);
    let other = Job::new().with("TXT", "x");
    let second = async {
        until("process", async || !job.processes().is_empty()).await;
        renderer
            .render(ACCOUNT, other.work.path(), &other.documents, PLAIN)
            .await
    };
    tokio::select! {
        first = first => panic!("{first:?}"),
        second = second => {
            let error = second.expect_err("no place");
            assert!(matches!(error, ImageError::AllPlacesTaken { at_once: 1, .. }), "{error}");
        }
    }
    other.nothing_is_left();
}

#[tokio::test]
async fn what_is_given_up_is_killed_with_everything_it_started() {
    // The sleepers are in the group, and hold the pipe of the error messages.
    let script = Script::new("sleep 600 & sleep 600 & wait");
    let short = RendererSettings {
        timeout: Duration::from_secs(1),
        ..script.settings()
    };
    let job = Job::new().with("TXT", "x");
    let error = job.error(short).await;
    assert!(matches!(error, ImageError::TooLong { .. }), "{error}");
    until("end of the processes", async || job.processes().is_empty()).await;

    let renderer = Renderer::new(script.settings());
    let render = renderer.render(ACCOUNT, job.work.path(), &job.documents, PLAIN);
    tokio::select! {
        image = render => panic!("{image:?}"),
        () = until("three processes", async || job.processes().len() == 3) => {}
    }
    until("end of the processes", async || job.processes().is_empty()).await;
    job.nothing_is_left();
}

#[tokio::test]
async fn a_dropped_future_kills_ghostscript() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let renderer = Renderer::new(settings());
    let job = Job::new().with("PS", "%!PS\nshowpage { } loop\n");
    let render = renderer.render(ACCOUNT, job.work.path(), &job.documents, PLAIN);
    tokio::select! {
        image = render => panic!("{image:?}"),
        () = until("first page", async || job.work.path().join("render/fax.tif").exists()) => {}
    }
    until("end of the process", async || job.processes().is_empty()).await;
    job.nothing_is_left();
}

#[tokio::test]
async fn limits_and_an_empty_environment_reach_the_child() {
    let script = Script::new(
        "exec >&2; for limit in c t v f n; do echo $limit $(ulimit -$limit); done; \
         env; pwd; ls -A; exit 3",
    );
    let job = Job::new().with("TXT", "x");
    let ImageError::Failed { status, output } = job.error(script.settings()).await else {
        panic!("it failed");
    };
    assert!(status.contains('3'), "{status}");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines[..5], ["c 0", "t 62", "v 524288", "f 32768", "n 64"]);
    let allowed = [
        "PATH=", "LC_ALL=", "TMPDIR=", "HOME=", "PWD=", "OLDPWD=", "_=", "SHLVL=",
    ];
    for line in lines[5..].iter().filter(|line| line.contains('=')) {
        assert!(allowed.iter().any(|name| line.starts_with(name)), "{line}");
    }
    let directory = job.work.path().join("render").display().to_string();
    assert!(lines.contains(&&*directory), "{output}");
}
