//! `serve` with its own Postgres: beside other commands, after root, until a signal.

use std::{
    fs::{self, Permissions},
    io,
    net::{SocketAddr, TcpStream},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    time::Duration,
};

use chunkgate::pg::Search;
use nix::sys::signal::Signal;

use super::{
    serving::{PORTS, Serving},
    support::{Running, open_folder, program, run, run_with_input},
};
use crate::support::{eventually::until, process::free_port, request::Request, retrying::exchange};

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
    for (option, variable, clients, operators) in [
        ("--listen", "SERVER", taken.as_str(), free),
        ("--admin-listen", "ADMIN", free, taken.as_str()),
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
                .says(&format!("CHUNKGATE__{variable}__LISTEN=ADDR"))
                .says(&taken);
        }
    }
}

/// A client that connects then is refused, and goes elsewhere or comes again; it does not wait.
#[tokio::test]
async fn nobody_waits_at_the_ports_while_the_database_starts() {
    let (folder, data_dir) = open_folder();
    let (bin, gate) = (folder.path().join("bin"), folder.path().join("gate"));
    fs::create_dir(&bin).unwrap();
    let real = Search::machine(None)
        .programs_for(Path::new("/nonexistent"))
        .unwrap();
    symlink(real.postgres().with_file_name("initdb"), bin.join("initdb")).unwrap();
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] || until [ -e {} ]; do sleep 0.1; done\nexec {} \"$@\"\n",
        gate.display(),
        real.postgres().display()
    );
    fs::write(bin.join("postgres"), script).unwrap();
    fs::set_permissions(bin.join("postgres"), Permissions::from_mode(0o755)).unwrap();

    let [clients, operators] = [(); 2].map(|()| SocketAddr::from(([127, 0, 0, 1], free_port())));
    let gateway = program(&["serve", "--data-dir", data_dir.to_str().unwrap()])
        .args(["--listen", &clients.to_string()])
        .args(["--admin-listen", &operators.to_string()])
        .env("CHUNKGATE__POSTGRES__BIN_DIR", &bin)
        .spawn()
        .map(Running)
        .unwrap();
    until("a cluster", async || {
        data_dir.join("postgres/postgresql.conf").exists()
    })
    .await;
    for _ in 0..20 {
        for address in [clients, operators] {
            let refused = TcpStream::connect(address).expect_err("nobody is there yet");
            assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    fs::write(gate, "").unwrap();
    until("service", async || {
        let answer = exchange(clients, &Request::get("/healthz").bytes()).await;
        answer.is_ok_and(|answer| answer.status == 200)
    })
    .await;
    assert_eq!(gateway.stop(Signal::SIGTERM), Some(0));
}

/// Whoever may look at a Postgres' environment, or is shown it by an error, learns nothing.
#[test]
fn no_setting_is_handed_on_to_the_programs_of_postgres() {
    let (_folder, data_dir) = open_folder();
    let secret = "0123456789abcdef0123456789abcdef";
    // Whatever it is: it is inherited, or it is not.
    let serving = Serving::with(
        &data_dir,
        &[
            ("CHUNKGATE__WEBHOOK__SECRET", secret),
            ("PGOPTIONS", secret),
        ],
    );
    let gateway = serving.process.0.id().to_string();
    let mut children = 0;
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let read = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
        let stat = String::from_utf8_lossy(&read("stat")).into_owned();
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, it)| it.split(' ').nth(1).map(str::to_owned));
        if parent.as_deref() != Some(gateway.as_str()) {
            continue;
        }
        children += 1;
        let environment = String::from_utf8_lossy(&read("environ")).into_owned();
        assert!(!environment.is_empty(), "{stat}");
        assert!(
            !environment.contains(secret) && !environment.contains("CHUNKGATE"),
            "{environment}"
        );
    }
    // The server and its watcher.
    assert_eq!(children, 2);
    assert_eq!(serving.stop(Signal::SIGTERM), Some(0));
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

#[test]
fn a_directory_without_data_is_not_taken_for_an_empty_gateway() {
    let (_folder, data_dir) = open_folder();
    let path = data_dir.to_str().unwrap();
    for command in [
        &["verify"][..],
        &["session", "list"],
        &["account", "list"],
        &["account", "show", "acme"],
    ] {
        let arguments = [command, &["--data-dir", path]].concat();
        run(&mut program(&arguments))
            .ends_with(3)
            .says("there is no chunkgate data")
            .says("--data-dir");
    }
    assert!(!data_dir.exists());
}

#[test]
fn a_database_that_was_made_by_the_way_is_named() {
    let (folder, data_dir) = open_folder();
    let migrate = || {
        let mut migrate = program(&["migrate", "--data-dir", "data"]);
        run(migrate.current_dir(folder.path())).ends_with(0)
    };
    migrate().says(&format!("made a new database in {}\n", data_dir.display()));
    assert_eq!(migrate().stderr, "");
}

#[test]
fn nobody_else_can_read_what_is_stored() {
    let (_folder, data_dir) = open_folder();
    // As systemd makes it unless it is told otherwise.
    fs::create_dir(&data_dir).unwrap();
    fs::set_permissions(&data_dir, Permissions::from_mode(0o755)).unwrap();
    let serving = Serving::start(&data_dir, None);
    let content = data_dir.join("content");
    let open = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o077;
    assert_eq!(open(&content), 0);
    for file in fs::read_dir(&content).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(open(&path), 0, "{}", path.display());
    }
    assert_eq!(serving.stop(Signal::SIGTERM), Some(0));
}
