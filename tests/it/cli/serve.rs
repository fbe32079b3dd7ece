//! `serve` with its own Postgres: beside other commands, after root, until a signal.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
};

use nix::sys::signal::Signal;

use super::{
    serving::{PORTS, Serving},
    support::{open_folder, program, run, run_with_input},
};

#[test]
fn commands_work_beside_a_gateway_and_without_one() {
    let (_folder, data_dir) = open_folder();
    let path = data_dir.to_str().unwrap();
    let on = |arguments: &[&str]| program(&[arguments, &["--data-dir", path]].concat());
    // Nobody owns the directory, nor is there one.
    let mut add = on(&["account", "add", "acme", "--password-stdin"]);
    run_with_input(&mut add, "secret\n").ends_with(0);

    let serving = Serving::start(&data_dir, None);
    assert_ne!(serving.user(), 0, "it must not run as root");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sample.pdf");
    let arguments = [
        "upload",
        file,
        "--url",
        &serving.url,
        "--user",
        "acme",
        "--password-stdin",
    ];
    run_with_input(&mut program(&arguments), "secret\n").ends_with(0);
    run(&mut on(&["session", "list"]))
        .ends_with(0)
        .shows("complete");
    run(&mut on(&["verify"])).ends_with(0).shows("all whole");
    run(&mut on(&[&["serve"], &PORTS[..]].concat()))
        .ends_with(3)
        .says("--data-dir");
    assert_eq!(serving.stop(Signal::SIGTERM), Some(0));

    run(&mut on(&["session", "list"]))
        .ends_with(0)
        .shows("complete");
    run(&mut on(&["verify"])).ends_with(0).shows("all whole");
}

#[test]
fn a_port_in_use_names_the_option_to_change() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let (_folder, data_dir) = open_folder();
    let path = data_dir.to_str().unwrap();
    let free = "127.0.0.1:0";
    for (option, clients, operators) in [
        ("--listen", taken.as_str(), free),
        ("--admin-listen", free, taken.as_str()),
    ] {
        for command in ["serve", "demo"] {
            let arguments = [
                command,
                "--data-dir",
                path,
                "--listen",
                clients,
                "--admin-listen",
                operators,
            ];
            run(&mut program(&arguments))
                .ends_with(1)
                .says(&format!("{option} ADDR"))
                .says(&taken);
        }
    }
}

#[test]
fn root_is_told_of_a_directory_that_works() {
    // Only root becomes somebody else.
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let (closed, data_dir) = open_folder();
    fs::set_permissions(closed.path(), Permissions::from_mode(0o700)).unwrap();
    let arguments = [
        &["serve", "--data-dir", data_dir.to_str().unwrap()],
        &PORTS[..],
    ]
    .concat();
    run(&mut program(&arguments))
        .ends_with(2)
        .says("/var/lib/chunkgate");
    assert!(!data_dir.exists());
}
