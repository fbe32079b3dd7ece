//! Making it, permissions, what it refuses, what it sweeps.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use chunkgate::fax::delivery::{
    Delivery, DeliveryError, Fax,
    spool::{Spool, SpoolSettings, claim},
};
use nix::sys::stat::{Mode, umask};
use uuid::Uuid;

use super::super::support::{attempt, fax};
use crate::support::alone::has_process_of_its_own;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn the_group_may_take_faxes_whatever_the_umask() {
    let name = "fax::delivery::spool::opening::the_group_may_take_faxes_whatever_the_umask";
    if !has_process_of_its_own(name) {
        return;
    }
    umask(Mode::from_bits_truncate(0o077));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (group_access, modes) in [
        (true, [0o2750, 0o2700, 0o2750, 0o2770, 0o640, 0o640, 0o640]),
        (false, [0o700, 0o700, 0o700, 0o700, 0o600, 0o600, 0o600]),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let settings = SpoolSettings {
            group_access,
            ..SpoolSettings::new(directory.path().join("spool"))
        };
        let spool = Spool::open(&settings).unwrap();
        runtime.block_on(async {
            spool.hand_over(&fax(attempt(42, 1))).await.unwrap();
            spool.withdraw(attempt(42, 1)).await.unwrap();
        });
        let paths = [
            "",
            "tmp",
            "new",
            "new/000000042.1",
            "new/000000042.1/fax.json",
            "new/000000042.1/1.pdf",
            "new/000000042.1/taken",
        ];
        for (path, expected) in paths.into_iter().zip(modes) {
            let found = mode(&settings.path.join(path));
            assert_eq!(found, expected, "{path}: {found:o}");
        }
    }
}

#[test]
fn permissions_of_what_is_there_are_the_operators() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spool");
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o751)).unwrap();
    Spool::open(&SpoolSettings::new(&path)).unwrap();
    Spool::open(&SpoolSettings::new(&path)).unwrap();
    assert_eq!(mode(&path), 0o751);
}

#[test]
fn directories_above_are_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/b/spool");
    Spool::open(&SpoolSettings::new(&path)).unwrap();
    assert!(path.join("new").is_dir());
}

/// What is wrong with this path.
fn refused(path: &Path) -> String {
    match Spool::open(&SpoolSettings::new(path)) {
        Err(DeliveryError::Unavailable(text)) => text,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("not refused"),
    }
}

#[test]
fn what_is_no_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "mine").unwrap();
    for path in [file.clone(), file.join("below")] {
        let text = refused(&path);
        assert!(text.contains("set another directory"), "{text}");
        assert!(text.contains(file.to_str().unwrap()), "{text}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");

    let spool = directory.path().join("spool");
    fs::create_dir(&spool).unwrap();
    fs::write(spool.join("new"), "mine").unwrap();
    let text = refused(&spool);
    assert!(text.contains("set another directory"), "{text}");
}

#[test]
fn what_cannot_be_written_is_refused() {
    // Root may write everywhere, but not there.
    let text = refused(Path::new("/proc/spool"));
    assert!(
        text.contains("cannot make the directory /proc/spool"),
        "{text}"
    );
}

#[test]
fn what_is_no_path_is_refused() {
    let text = refused(Path::new(""));
    assert!(text.contains("cannot use as a spool"), "{text}");
}

#[tokio::test]
async fn old_leftovers_are_swept_and_new_ones_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let settings = SpoolSettings::new(directory.path());
    let spool = Spool::open(&settings).unwrap();
    spool.hand_over(&fax(attempt(1, 1))).await.unwrap();
    let tmp = directory.path().join("tmp");
    let long_ago = SystemTime::now() - settings.sweep_after - Duration::from_secs(1);
    for name in ["old", "new"] {
        fs::create_dir(tmp.join(name)).unwrap();
        fs::write(tmp.join(name).join("1.pdf"), "%PDF").unwrap();
        fs::write(tmp.join(format!("{name} file")), "").unwrap();
    }
    for name in ["old", "old file"] {
        let file = File::open(tmp.join(name)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    Spool::open(&settings).unwrap();
    let left = || {
        let entries = fs::read_dir(&tmp).unwrap();
        let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(left(), ["new", "new file"]);
    // A gateway that never stops sweeps, too.
    for name in ["new", "new file"] {
        let file = File::open(tmp.join(name)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    spool.probe().await.unwrap();
    assert!(left().is_empty());
    assert_eq!(spool.kept(None, 9).await.unwrap(), [attempt(1, 1)]);
}

#[tokio::test]
async fn a_fax_that_took_too_long_to_write_is_not_handed_over() {
    let directory = tempfile::tempdir().unwrap();
    let spool = Spool::open(&SpoolSettings::new(directory.path())).unwrap();
    let late = Fax {
        until: Instant::now(),
        ..fax(attempt(1, 1))
    };
    let error = spool.hand_over(&late).await.unwrap_err();
    assert!(error.to_string().contains("took longer"), "{error}");
    assert_eq!(spool.kept(None, 9).await.unwrap(), []);
    assert_eq!(
        fs::read_dir(directory.path().join("tmp")).unwrap().count(),
        0
    );
}

#[tokio::test]
async fn a_spool_belongs_to_one_store() {
    let directory = tempfile::tempdir().unwrap();
    let [ours, others] = [7, 8].map(Uuid::from_u128);
    for _ in 0..2 {
        claim(directory.path(), ours).unwrap();
    }
    let error = claim(directory.path(), others).unwrap_err().to_string();
    assert!(error.contains("spool.directory"), "{error}");
    assert!(error.contains(&ours.to_string()), "{error}");
    let names = fs::read_dir(directory.path()).unwrap();
    let names: Vec<_> = names.map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, ["owner"]);
    fs::remove_file(directory.path().join("owner")).unwrap();
    claim(directory.path(), others).unwrap();
}

#[tokio::test]
async fn a_spool_that_vanished_takes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spool");
    let spool = Spool::open(&SpoolSettings::new(&path)).unwrap();
    // As when its file system is not mounted.
    fs::rename(&path, directory.path().join("elsewhere")).unwrap();
    fs::create_dir(&path).unwrap();
    let errors = [
        spool.hand_over(&fax(attempt(1, 1))).await.unwrap_err(),
        spool.withdraw(attempt(1, 1)).await.unwrap_err(),
        spool.forget(attempt(1, 1)).await.unwrap_err(),
        spool.kept(None, 9).await.unwrap_err(),
        spool.probe().await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("mount it"), "{error}");
    }
    assert_eq!(spool.outcomes(&[attempt(1, 1)]).await.unwrap(), []);
}
