//! `check-config` shows everything but secrets.

use std::fs;

use chunkgate::settings;

use super::support::{program, run};

#[test]
fn each_value_comes_with_its_origin_and_its_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chunkgate.toml");
    fs::write(&file, "[session]\ntimeout = \"2h\"\n").unwrap();
    let file = file.to_str().unwrap();
    let mut check = program(&[
        "check-config",
        "--json",
        "--config",
        file,
        "--data-dir",
        "/srv/x",
    ]);
    check.env("CHUNKGATE__LOG__LEVEL", "debug");
    let lines = run(&mut check).ends_with(0).json();
    for (key, value, origin) in [
        ("session.timeout", "2h", format!("file {file}")),
        (
            "log.level",
            "debug",
            "environment CHUNKGATE__LOG__LEVEL".to_owned(),
        ),
        ("server.data_dir", "/srv/x", "command line".to_owned()),
        ("http.max_body", "10MiB", "default".to_owned()),
    ] {
        let line = lines.iter().find(|line| line["key"] == key).expect(key);
        assert_eq!(line["value"], value, "{key}");
        assert_eq!(line["origin"], origin, "{key}");
    }
}

#[test]
fn secrets_are_hidden_in_either_form() {
    for form in [&["check-config"][..], &["check-config", "--json"]] {
        let mut check = program(form);
        check.env(
            "CHUNKGATE__DATABASE__URL",
            "postgres://gate:hunter2@db.example/gate",
        );
        let shown = run(&mut check).ends_with(0).shows("(hidden)");
        assert!(!shown.stdout.contains("hunter2"), "{shown:?}");
    }
}

#[test]
fn the_example_is_a_file_that_can_be_used() {
    let example = run(&mut program(&["check-config", "--example"])).ends_with(0);
    assert_eq!(example.stdout, settings::example());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    run(&mut program(&[
        "check-config",
        "--config",
        "/no/such/file.toml",
    ]))
    .ends_with(2)
    .says("/no/such/file.toml");
}
