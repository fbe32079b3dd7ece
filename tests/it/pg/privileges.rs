//! Root is given up; a directory that would not work is refused with one that does.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
};

use chunkgate::pg::privileges::{MachineUsers, OsUser, Users, hand_over};

use super::Place;

fn nobody() -> OsUser {
    MachineUsers
        .by_name("nobody")
        .expect("every machine has it")
}

fn myself() -> OsUser {
    MachineUsers
        .by_uid(rustix::process::geteuid().as_raw())
        .expect("this user has a name")
}

#[tokio::test]
async fn a_gateway_and_its_server_do_not_run_as_root() {
    let place = Place::new();
    let mut host = place.start();
    let server = host.ready().await;
    for process in [host.process(), server.postmaster] {
        let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
        let uids = status
            .lines()
            .find(|line| line.starts_with("Uid:"))
            .expect("a line");
        // Real, effective, saved and file system's: none may be root's.
        assert!(
            uids.split_whitespace().skip(1).all(|uid| uid != "0"),
            "{uids}"
        );
    }
    host.stop().await;
}

#[test]
fn a_directory_the_user_cannot_get_to_is_refused_and_left_alone() {
    let place = Place::new();
    let closed = place.folder.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("it is ours");

    let wanted = closed.join("data");
    let message = hand_over(&nobody(), &wanted)
        .expect_err("it is closed")
        .to_string();
    let blocked = format!("nobody cannot enter {}", closed.display());
    assert!(message.starts_with(&blocked), "{message}");
    assert!(
        message.contains("`server.data_dir` to /var/lib/chunkgate"),
        "{message}"
    );
    assert!(!wanted.exists());
}

#[test]
fn a_directory_of_somebody_else_is_refused() {
    let place = Place::new();
    fs::create_dir(place.directory()).expect("a folder");
    fs::write(place.directory().join("letter"), "private").expect("a file");
    let message = hand_over(&nobody(), &place.directory())
        .expect_err("it is ours")
        .to_string();
    assert!(message.contains("and not to nobody"), "{message}");
    assert_eq!(
        place.directory().metadata().expect("it is there").uid(),
        myself().uid
    );
}

#[test]
fn a_new_directory_is_made_for_the_user_alone() {
    let place = Place::new();
    // Only root can make one for somebody else.
    let user = if myself().uid == 0 {
        nobody()
    } else {
        myself()
    };
    let wanted = place.directory().join("inner");
    hand_over(&user, &wanted).expect("it can be made");
    for made in [place.directory(), wanted] {
        let data = made.metadata().expect("it is there");
        assert_eq!(
            (data.uid(), data.mode() & 0o777),
            (user.uid, 0o700),
            "{}",
            made.display()
        );
    }
}
