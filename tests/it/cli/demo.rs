//! The demo goes through the socket, verifies, and serves on.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
};

use nix::sys::signal::Signal;

use super::support::{Running, open_folder, program, run_with_input};

const PORTS: [&str; 4] = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];

#[test]
fn it_uploads_verifies_and_serves_until_it_is_stopped() {
    let (folder, data_dir) = open_folder();
    // Whoever starts the demo can read the file; the user it becomes cannot.
    let file = folder.path().join("mine.bin");
    fs::write(&file, vec![7; 1_234_567]).unwrap();
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let paths = [
        file.to_str().unwrap(),
        "--data-dir",
        data_dir.to_str().unwrap(),
    ];
    let mut demo = program(&[&["demo"], &paths[..], &PORTS].concat())
        .stdout(Stdio::piped())
        .spawn()
        .map(Running)
        .expect("the program starts");
    let mut lines = BufReader::new(demo.0.stdout.take().expect("stdout is piped")).lines();
    let mut next = |words: &str| {
        let line = lines
            .by_ref()
            .map_while(Result::ok)
            .find(|line| line.contains(words));
        line.unwrap_or_else(|| panic!("no line with {words:?}"))
    };
    next("StartFileUpload");
    next("IsLast");
    next("segment 1: ");
    next("1,234,567 bytes stored and verified");
    let service = next("service ")
        .split_whitespace()
        .last()
        .unwrap()
        .to_owned();
    let account = next("account ");
    let password = account.split_whitespace().last().unwrap();

    // The account it names works, for any client.
    let upload = [
        "upload",
        file.to_str().unwrap(),
        "--url",
        &service,
        "--user",
        "demo",
    ];
    let mut upload = program(&[&upload[..], &["--password-stdin"]].concat());
    run_with_input(&mut upload, password).ends_with(0);

    assert_eq!(demo.stop(Signal::SIGINT), Some(0));
}
