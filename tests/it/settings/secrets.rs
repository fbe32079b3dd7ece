use chunkgate::settings::{Secret, Settings, Sources};

use super::{environment, file, refusal};

const URL: &str = "postgres://gate:hunter2@db/chunkgate";

#[test]
fn a_secret_reaches_the_one_who_asks_and_no_debug_print_or_listing() {
    let loaded = Settings::load(&environment(&[("CHUNKGATE__DATABASE__URL", URL)])).unwrap();
    let url = loaded.settings.database.url.as_ref().map(Secret::expose);
    assert_eq!(url, Some(URL));
    assert!(!format!("{:?}", loaded.settings).contains("hunter2"));
    assert!(!format!("{:?}", loaded.origins).contains("hunter2"));
    let listed = loaded
        .origins
        .iter()
        .find(|effective| effective.key == "database.url");
    assert_eq!(listed.unwrap().value, Secret::HIDDEN);
}

#[test]
fn the_sources_hide_what_they_hold() {
    let sources = environment(&[("CHUNKGATE__DATABASE__URL", URL)]);
    assert!(!format!("{sources:?}").contains("hunter2"));
}

#[test]
fn an_empty_secret_is_shown_as_empty() {
    let loaded = Settings::load(&Sources::default()).unwrap();
    let listed = loaded
        .origins
        .iter()
        .find(|effective| effective.key == "database.url");
    assert_eq!(listed.unwrap().value, "");
}

#[test]
fn a_secret_under_a_mistyped_name_is_not_shown() {
    let text = refusal(&environment(&[("CHUNKGATE__DATABASE__ULR", URL)]));
    assert!(
        text.contains("did you mean CHUNKGATE__DATABASE__URL?"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_secret_that_is_not_allowed_is_not_shown() {
    let text = refusal(&environment(&[(
        "CHUNKGATE__DATABASE__URL",
        "mysql://gate:hunter2@db",
    )]));
    assert!(
        text.contains("postgres://user:password@host:5432/name"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_broken_file_is_not_quoted() {
    let (_file, path) = file(&format!("[database]\nurl = \"{URL}\n"));
    let text = refusal(&Sources {
        file: Some(path),
        ..Sources::default()
    });
    assert!(text.contains("line 2"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}
