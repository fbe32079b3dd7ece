use chunkgate::settings::{Settings, SettingsError, Sources};

use super::{environment, file, refusal};

/// Sets one variable, and expects the refusal to name key, value, variable and what is allowed.
fn refuses(key: &str, value: &str, allowed: &str) {
    let variable = format!("CHUNKGATE__{}", key.replace('.', "__").to_uppercase());
    let text = refusal(&environment(&[(&variable, value)]));
    let problem = format!("{key} is `{value}` (from: environment {variable}); allowed: {allowed}");
    assert!(text.contains(&problem), "no `{problem}` in\n{text}");
    assert!(
        text.contains(&format!("Set {key} in the file, or {variable}")),
        "{text}"
    );
}

#[test]
fn each_kind_of_value_says_what_is_allowed() {
    refuses("server.listen", "localhost", "an IP address and a port");
    refuses("server.data_dir", "", "a path");
    refuses(
        "server.workers",
        "all",
        "`cores`, or a whole number from 1 to 256",
    );
    refuses(
        "server.public_url",
        "gate.example",
        "`http://host` or `https://host`",
    );
    refuses(
        "database.allow_unsafe_durability",
        "yes",
        "`true` or `false`",
    );
    refuses("pool.size", "many", "a whole number from 2 to 1000");
    refuses("http.max_body", "10MB", "a size");
    refuses("http.body_timeout", "60", "a span of time");
    refuses(
        "http.trusted_proxies",
        "10.0.0.0/33",
        "networks or addresses",
    );
    refuses(
        "http.trusted_proxies",
        "10.0.0.0/8, 10.0.0.300, ::1",
        "networks or addresses separated by commas, as in `10.0.0.0/8, 192.0.2.7`; `10.0.0.300` is not one",
    );
    refuses("interfax.path", "dfs.asmx", "a path that begins with `/`");
    refuses("interfax.path", "/healthz", "a path that begins with `/`");
    refuses("log.format", "xml", "`text` or `json`");
    refuses(
        "log.level",
        "loud",
        "`error`, `warn`, `info`, `debug` or `trace`",
    );
}

#[test]
fn bounds_are_kept_and_named() {
    refuses("pool.size", "1", "a whole number from 2 to 1000");
    refuses("pool.size", "1001", "a whole number from 2 to 1000");
    refuses(
        "content.segment_size",
        "64KiB",
        "a size (`65536`, `64KiB`, `10MiB`, `1GiB`) from 1MiB to 4GiB",
    );
    refuses(
        "accounts.hash_memory",
        "18MiB",
        "a size (`65536`, `64KiB`, `10MiB`, `1GiB`) from 19MiB to 1GiB",
    );
    refuses(
        "accounts.hash_iterations",
        "1",
        "a whole number from 2 to 100",
    );
    refuses(
        "server.shutdown_timeout",
        "2h",
        "a span of time (`500ms`, `90s`, `5min`, `2h`, `30d`) from 1s to 1h",
    );
    refuses("http.max_body", "99999999999TiB", "a size");
}

#[test]
fn values_must_fit_one_another() {
    refuses(
        "content.recycle_after",
        "10s",
        "more than pool.statement_timeout (10s)",
    );
    refuses(
        "pool.lock_timeout",
        "11s",
        "at most pool.statement_timeout (10s)",
    );
    refuses(
        "session.max_chunk",
        "8MiB",
        "at most 7798784 bytes: three quarters of http.max_body (10MiB)",
    );
    refuses(
        "session.max_total",
        "2MiB",
        "at least session.max_chunk (3MiB)",
    );
    refuses(
        "content.unproven_total",
        "31MiB",
        "at least content.unproven_per_address (32MiB)",
    );
    refuses(
        "session.sweep_interval",
        "61min",
        "at most session.timeout (60min)",
    );
    refuses(
        "http.body_memory",
        "16MiB",
        "at least 17039360 bytes: 8192 for each of http.max_in_flight (2048)",
    );
    refuses(
        "http.min_rate_grace",
        "31min",
        "at most http.body_timeout (30min)",
    );
    refuses(
        "content.unproven_per_address",
        "2MiB",
        "at least session.max_chunk (3MiB)",
    );
    refuses(
        "admin.listen",
        "127.0.0.1:8080",
        "another address than server.listen (127.0.0.1:8080)",
    );
}

#[test]
fn both_ports_may_be_left_to_the_kernel() {
    let sources = environment(&[
        ("CHUNKGATE__SERVER__LISTEN", "127.0.0.1:0"),
        ("CHUNKGATE__ADMIN__LISTEN", "127.0.0.1:0"),
    ]);
    assert!(Settings::load(&sources).is_ok());
}

#[test]
fn all_problems_are_listed_together() {
    let (_file, path) = file("[server]\nlisten = 8080\nlisen = 1\n");
    let sources = Sources {
        file: Some(path),
        ..environment(&[
            ("CHUNKGATE__POOL__SIZE", "0"),
            ("CHUNKGATE_LOG_LEVEL", "debug"),
        ])
    };
    match Settings::load(&sources) {
        Err(SettingsError::Invalid(problems)) => assert_eq!(problems.len(), 4, "{problems:#?}"),
        other => panic!("{other:?}"),
    }
    let text = refusal(&sources);
    assert_eq!(text.matches("\n  - ").count(), 4, "{text}");
}

#[test]
fn broken_relations_are_listed_beside_unknown_names() {
    let text = refusal(&environment(&[
        ("CHUNKGATE__CONTENT__RECYCLE_AFTER", "10s"),
        ("CHUNKGATE__SESSION__MAX_TOTAL", "2MiB"),
        ("CHUNKGATE__LOG__LEVLE", "debug"),
    ]));
    assert_eq!(text.matches("\n  - ").count(), 3, "{text}");
}

#[test]
fn a_missing_file_is_named() {
    let file = Some("/nowhere/chunkgate.toml".into());
    let text = refusal(&Sources {
        file,
        ..Sources::default()
    });
    assert!(
        text.contains("cannot read the configuration file /nowhere/chunkgate.toml"),
        "{text}"
    );
}
