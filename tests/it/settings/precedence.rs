use std::{path::Path, time::Duration};

use chunkgate::settings::{Loaded, LogFormat, Origin, Settings, Sources};

use super::{environment, file, pairs};

fn origin(loaded: &Loaded, key: &str) -> Origin {
    let found = loaded.origins.iter().find(|effective| effective.key == key);
    found.unwrap().origin.clone()
}

#[test]
fn nothing_given_is_the_defaults() {
    let loaded = Settings::load(&Sources::default()).unwrap();
    let settings = loaded.settings;
    assert_eq!(settings.server.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(settings.server.data_dir, Path::new("./var"));
    assert_eq!(settings.server.user, None);
    assert!(settings.server.workers >= 1);
    assert!(settings.database.url.is_none());
    assert_eq!(settings.http.max_body, 10 << 20);
    assert_eq!(settings.http.trusted_proxies, []);
    assert_eq!(settings.content.segment_size, 64 << 20);
    assert_eq!(settings.session.timeout, Duration::from_hours(1));
    assert_eq!(settings.session.retention, Duration::from_hours(30 * 24));
    assert_eq!(settings.session.max_chunk, 3_145_728);
    assert_eq!(settings.session.max_total, 20_971_520);
    assert_eq!(settings.log.format, LogFormat::Text);
    assert!(
        loaded
            .origins
            .iter()
            .all(|effective| effective.origin == Origin::Default)
    );
}

#[test]
fn each_source_overrules_the_one_before() {
    let (_file, path) =
        file("[session]\ntimeout = \"2min\"\nmax_chunk = \"1MiB\"\nsweep_interval = \"7s\"\n");
    let loaded = Settings::load(&Sources {
        file: Some(path.clone()),
        environment: pairs(&[
            ("CHUNKGATE__SESSION__TIMEOUT", "3min"),
            ("CHUNKGATE__SESSION__MAX_CHUNK", "2MiB"),
        ]),
        flags: pairs(&[("session.timeout", "4min")]),
    })
    .unwrap();
    let session = &loaded.settings.session;
    assert_eq!(session.sweep_interval, Duration::from_secs(7));
    assert_eq!(session.max_chunk, 2 << 20);
    assert_eq!(session.timeout, Duration::from_mins(4));
    assert_eq!(session.max_total, 20 << 20);

    assert_eq!(
        origin(&loaded, "session.sweep_interval"),
        Origin::File(path)
    );
    assert_eq!(
        origin(&loaded, "session.max_chunk"),
        Origin::Environment("CHUNKGATE__SESSION__MAX_CHUNK".into())
    );
    assert_eq!(origin(&loaded, "session.timeout"), Origin::Flag);
    assert_eq!(origin(&loaded, "session.max_total"), Origin::Default);
}

#[test]
fn lists_are_read_from_file_and_environment() {
    let networks = |sources: &Sources| {
        let settings = Settings::load(sources).unwrap().settings;
        let networks = settings.http.trusted_proxies;
        networks.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let (_file, path) = file("[http]\ntrusted_proxies = [\"10.0.0.0/8\", \"192.0.2.7\"]\n");
    let from_file = Sources {
        file: Some(path),
        ..Sources::default()
    };
    assert_eq!(networks(&from_file), ["10.0.0.0/8", "192.0.2.7/32"]);
    let from_environment = environment(&[("CHUNKGATE__HTTP__TRUSTED_PROXIES", "::1, fd00::/8")]);
    assert_eq!(networks(&from_environment), ["::1/128", "fd00::/8"]);
}

#[test]
fn an_empty_variable_unsets_what_may_be_unset() {
    let (_file, path) = file("[database]\nurl = \"postgres://db/chunkgate\"\n");
    let loaded = Settings::load(&Sources {
        file: Some(path),
        ..environment(&[("CHUNKGATE__DATABASE__URL", "")])
    });
    assert!(loaded.unwrap().settings.database.url.is_none());
}

#[test]
fn units_are_those_people_write() {
    let size = |text: &str| {
        let sources = environment(&[("CHUNKGATE__CONTENT__MIN_FREE", text)]);
        Settings::load(&sources).unwrap().settings.content.min_free
    };
    assert_eq!(size("0"), 0);
    assert_eq!(size("4096"), 4096);
    assert_eq!(size("4096B"), 4096);
    assert_eq!(size("4KiB"), 4096);
    assert_eq!(size(" 3 GiB "), 3 << 30);
    let span = |text: &str| {
        let sources = environment(&[("CHUNKGATE__HTTP__BODY_TIMEOUT", text)]);
        Settings::load(&sources).unwrap().settings.http.body_timeout
    };
    assert_eq!(span("90s"), Duration::from_secs(90));
    assert_eq!(span("2h"), Duration::from_hours(2));
    assert_eq!(span("1h 30min"), Duration::from_mins(90));
}

#[test]
fn variables_of_others_are_not_ours() {
    let sources = environment(&[("PATH", "/bin"), ("SERVER__LISTEN", "no address")]);
    assert!(Settings::load(&sources).is_ok());
}
