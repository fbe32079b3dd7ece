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
    next("not faxed");
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

#[test]
fn it_faxes_what_it_has_verified_and_its_lines_for_a_shell_finish_the_fax() {
    let (_folder, data_dir) = open_folder();
    let data_dir = data_dir.to_str().unwrap();
    let mut demo = program(&[&["demo", "--data-dir", data_dir], &PORTS[..]].concat())
        .stdout(Stdio::piped())
        .spawn()
        .map(Running)
        .expect("the program starts");
    let lines = BufReader::new(demo.0.stdout.take().expect("stdout is piped")).lines();
    let lines: Vec<_> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.contains("serves on"))
        .collect();
    let place = |words: &str| {
        let place = lines.iter().position(|line| line.contains(words));
        place.unwrap_or_else(|| panic!("no line with {words:?} in {lines:#?}"))
    };
    assert!(place("stored and verified") < place("SendfaxEx_2"));
    place("TransactionID 1");
    place("1.pdf         340,575 bytes");
    place("\"transaction\": 1,");

    // What it says is run as it stands, by whoever started it.
    let script: Vec<_> = lines[place("Play its part") + 1..]
        .iter()
        .map_while(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with("chunkgate "))
        .collect();
    assert_eq!(script.len(), 3, "{script:?}");
    let played = std::process::Command::new("sh")
        .args(["-e", "-c", &script.join("\n")])
        .status()
        .expect("a shell");
    assert!(played.success(), "{script:?}");
    let list = ["fax", "list", "--data-dir", data_dir, "--json"];
    let begun = std::time::Instant::now();
    loop {
        let listed = run_with_input(&mut program(&list), "").ends_with(0).json();
        if listed[0]["state"] == "sent" {
            break;
        }
        assert!(begun.elapsed().as_secs() < 30, "{listed:?}");
    }
    assert_eq!(demo.stop(Signal::SIGINT), Some(0));
}
