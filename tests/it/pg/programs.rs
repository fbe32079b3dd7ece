//! The programs of the cluster's version, else the newest; none: how to mend it.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use chunkgate::pg::Search;
use tempfile::TempDir;

/// A machine with these versions installed as on Debian.
fn machine(versions: &[u32]) -> (TempDir, Search) {
    let folder = tempfile::tempdir().expect("a folder");
    for version in versions {
        let bin = folder.path().join(version.to_string()).join("bin");
        fs::create_dir_all(&bin).expect("a folder");
        program(&bin.join("initdb"), "exit 1");
        program(
            &bin.join("postgres"),
            &format!("echo 'postgres (PostgreSQL) {version}.3'"),
        );
    }
    let search = Search {
        bin_dir: None,
        path: None,
        versions: folder.path().to_owned(),
    };
    (folder, search)
}

fn program(path: &Path, body: &str) {
    fs::write(path, format!("#!/bin/sh\n{body}\n")).expect("a program");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
}

fn cluster_of(version: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("PG_VERSION"), version).expect("a version");
    let path = folder.path().to_owned();
    (folder, path)
}

#[test]
fn a_new_cluster_gets_the_newest_version() {
    let (_machine, search) = machine(&[15, 17, 16, 9]);
    let programs = search
        .programs_for(Path::new("/nonexistent"))
        .expect("programs");
    assert_eq!(programs.version(), 17);
}

#[test]
fn a_cluster_keeps_the_version_that_made_it() {
    let (_machine, search) = machine(&[15, 17]);
    let (_cluster, cluster) = cluster_of("15\n");
    let programs = search.programs_for(&cluster).expect("programs");
    assert_eq!(programs.version(), 15);
}

#[test]
fn a_missing_version_is_named_with_its_package() {
    let (_machine, search) = machine(&[15, 17]);
    let (_cluster, cluster) = cluster_of("16\n");
    let message = search
        .programs_for(&cluster)
        .expect_err("16 is missing")
        .to_string();
    assert!(message.contains("only 15, 17 is installed"), "{message}");
    assert!(message.contains("install postgresql-16"), "{message}");
}

#[test]
fn the_setting_is_the_only_place_if_set() {
    let (folder, search) = machine(&[15, 17]);
    let bin_dir = |version: &str| Search {
        bin_dir: Some(folder.path().join(version).join("bin")),
        ..search.clone()
    };
    let new = Path::new("/nonexistent");
    assert_eq!(
        bin_dir("15").programs_for(new).expect("programs").version(),
        15
    );
    let message = bin_dir("14")
        .programs_for(new)
        .expect_err("nothing there")
        .to_string();
    assert!(message.contains("14/bin (`postgres.bin_dir`)"), "{message}");
}

#[test]
fn without_programs_the_error_names_three_ways_on() {
    let (_machine, search) = machine(&[]);
    let message = search
        .programs_for(Path::new("/nonexistent"))
        .expect_err("nothing")
        .to_string();
    for way in [
        "apt-get install postgresql",
        "create_main_cluster = false",
        "postgres.bin_dir",
        "database.url",
        "docker compose up",
    ] {
        assert!(message.contains(way), "{way} is missing in: {message}");
    }
}
