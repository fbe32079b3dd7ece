use std::{env, fs, path::PathBuf};

use chunkgate::settings::{Settings, Sources, example};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/chunkgate.example.toml")
}

/// After a change of settings: `CHUNKGATE_WRITE_EXAMPLE=1 cargo test settings::example`.
#[test]
fn the_example_file_is_what_the_declarations_say() {
    if env::var_os("CHUNKGATE_WRITE_EXAMPLE").is_some() {
        fs::write(path(), example()).unwrap();
    }
    let written = fs::read_to_string(path()).unwrap();
    assert_eq!(
        written,
        example(),
        "write it again: see the comment of this test"
    );
}

#[test]
fn the_example_file_sets_every_setting_to_its_default() {
    let defaults = Settings::load(&Sources::default()).unwrap();
    let example = Settings::load(&Sources {
        file: Some(path()),
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(defaults.origins.len(), example.origins.len());
    for (default, example) in defaults.origins.iter().zip(&example.origins) {
        assert_eq!(example.value, default.value, "{}", default.key);
        assert_eq!(
            example.origin.to_string(),
            format!("file {}", path().display())
        );
    }
}

#[test]
fn every_setting_is_explained_by_one_sentence_and_its_variable() {
    let text = fs::read_to_string(path()).unwrap();
    for setting in Settings::load(&Sources::default()).unwrap().origins {
        let above = text
            .split(&format!("# {}\n", setting.variable))
            .next()
            .unwrap();
        let sentence = above.lines().last().unwrap();
        assert!(
            sentence.starts_with("# ") && sentence.ends_with('.'),
            "{}: {sentence}",
            setting.key
        );
    }
}
