use chunkgate::settings::{Settings, Sources};

use super::{environment, file, pairs, refusal};

fn refuses(sources: &Sources, name: &str, meant: &str) {
    let text = refusal(sources);
    assert!(text.contains(name), "{text}");
    assert!(text.contains(&format!("did you mean {meant}?")), "{text}");
}

#[test]
fn a_mistyped_key_in_the_file() {
    let (_file, path) = file("[server]\nlisen = \"0.0.0.0:80\"\n");
    let sources = Sources {
        file: Some(path.clone()),
        ..Sources::default()
    };
    refuses(&sources, "server.lisen", "server.listen");
    assert!(refusal(&sources).contains(&path.display().to_string()));
}

#[test]
fn a_mistyped_section_in_the_file() {
    let (_file, path) = file("[sesion]\ntimeout = \"5min\"\n");
    let sources = Sources {
        file: Some(path),
        ..Sources::default()
    };
    refuses(&sources, "sesion.timeout", "session.timeout");
}

#[test]
fn a_key_in_the_wrong_section() {
    let (_file, path) = file("[session]\nmax_body = \"5MiB\"\n");
    let sources = Sources {
        file: Some(path),
        ..Sources::default()
    };
    refuses(&sources, "session.max_body", "http.max_body");
}

#[test]
fn a_key_without_its_section() {
    let (_file, path) = file("trusted_proxies = []\n");
    let sources = Sources {
        file: Some(path),
        ..Sources::default()
    };
    refuses(&sources, "trusted_proxies", "http.trusted_proxies");
}

#[test]
fn a_mistyped_variable() {
    let name = "CHUNKGATE__SESSION__TIMOUT";
    refuses(
        &environment(&[(name, "5min")]),
        name,
        "CHUNKGATE__SESSION__TIMEOUT",
    );
}

#[test]
fn a_variable_with_single_underscores() {
    for name in [
        "CHUNKGATE_SERVER_LISTEN",
        "CHUNKGATE__SERVER_LISTEN",
        "CHUNKGATE_SERVER__LISTEN",
    ] {
        refuses(
            &environment(&[(name, "0.0.0.0:80")]),
            name,
            "CHUNKGATE__SERVER__LISTEN",
        );
    }
}

#[test]
fn a_mistyped_flag() {
    let sources = Sources {
        flags: pairs(&[("log.levle", "debug")]),
        ..Sources::default()
    };
    refuses(&sources, "log.levle", "log.level");
}

#[test]
fn a_name_like_no_other_points_to_the_listing() {
    let text = refusal(&environment(&[("CHUNKGATE__COFFEE__STRENGTH", "11")]));
    assert!(text.contains("CHUNKGATE__COFFEE__STRENGTH"), "{text}");
    assert!(text.contains("chunkgate check-config"), "{text}");
}

#[test]
fn variables_that_kubernetes_makes_for_a_service_are_left_alone() {
    let sources = environment(&[
        ("CHUNKGATE_SERVICE_HOST", "10.0.0.1"),
        ("CHUNKGATE_SERVICE_PORT", "8080"),
        ("CHUNKGATE_PORT", "tcp://10.0.0.1:8080"),
        ("CHUNKGATE_PORT_8080_TCP_ADDR", "10.0.0.1"),
    ]);
    assert!(Settings::load(&sources).is_ok());
}
