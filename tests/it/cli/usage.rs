//! Exit codes and messages that every command shares.

use std::process::Stdio;

use super::support::{ended, program, run, run_with_input};

#[test]
fn wrong_usage_is_2() {
    for arguments in [
        &[][..],
        &["no-such-command"],
        &["serve", "--no-such-option"],
        &["session", "show", "not-a-session"],
        &["fax", "show", "0"],
        &["fax", "list", "--state", "open"],
        &["fax", "finish", "1"],
        &["fax", "finish", "1", "--done", "--failed", "6017"],
        &["fax", "finish", "1", "--done", "--no-retry"],
        &["fax", "finish", "1", "--failed", "0"],
        &["account", "add", "acme", "--max-chunk", "3MB"],
    ] {
        run(&mut program(arguments)).ends_with(2);
    }
    run(&mut program(&["account", "set", "acme"]))
        .ends_with(2)
        .says("nothing to change");
}

#[test]
fn settings_that_cannot_be_used_are_2_and_all_named() {
    let mut serve = program(&["serve", "--listen", "localhost"]);
    serve.env("CHUNKGATE__SESSION__TIMEOUT", "soon");
    run(&mut serve)
        .ends_with(2)
        .says("server.listen")
        .says("session.timeout");
}

#[test]
fn the_help_of_the_program_lists_the_exit_codes_and_that_of_a_command_has_examples() {
    run(&mut program(&["--help"]))
        .ends_with(0)
        .shows("Exit codes:");
    for command in [
        &["serve"][..],
        &["demo"],
        &["account", "add"],
        &["account", "list"],
        &["account", "show"],
        &["account", "set"],
        &["account", "remove"],
        &["session", "list"],
        &["session", "show"],
        &["session", "export"],
        &["session", "cancel"],
        &["fax", "list"],
        &["fax", "show"],
        &["fax", "retry"],
        &["fax", "cancel"],
        &["fax", "export"],
        &["fax", "finish"],
        &["upload"],
        &["migrate"],
        &["verify"],
        &["check-config"],
    ] {
        let help = run(&mut program(&[command, &["--help"]].concat())).ends_with(0);
        assert!(help.stdout.contains("Example"), "{command:?}: {help:?}");
        assert!(help.stdout.contains("--data-dir"), "{command:?}: {help:?}");
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = program(&["check-config"])
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .expect("the program runs");
    let run = ended(&output).ends_with(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_password_is_asked_for_only_on_a_terminal() {
    run(&mut program(&["account", "add", "acme"]))
        .ends_with(2)
        .says("--password-stdin");
    let mut empty = program(&["account", "add", "acme", "--password-stdin"]);
    run_with_input(&mut empty, "\n").ends_with(2).says("empty");
}
