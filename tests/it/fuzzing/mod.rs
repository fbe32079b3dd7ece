//! What the fuzzers check, on the seeds and on the cases they have found: `fuzz/corpus`.

#[path = "../../../fuzz/oracles/base64.rs"]
mod base64;
#[path = "../../../fuzz/oracles/encoding.rs"]
mod encoding;
#[path = "../../../fuzz/oracles/envelope.rs"]
mod envelope;
#[path = "../../../fuzz/oracles/form.rs"]
mod form;
#[path = "../../../fuzz/oracles/header.rs"]
mod header;
#[path = "../../../fuzz/oracles/recorder.rs"]
mod recorder;
#[path = "../../../fuzz/oracles/xml.rs"]
pub mod xml;

/// The oracles' sources of bytes.
pub use crate::xml::support;

use std::{fs, path::Path};

/// Checks every file of a target's corpus.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let files = fs::read_dir(&folder).expect("a folder of cases");
    let mut cases = 0;
    for file in files {
        let path = file.expect("a file").path();
        eprintln!("{}", path.display());
        check(&fs::read(&path).expect("a case"));
        cases += 1;
    }
    assert!(cases > 0, "no case in {}", folder.display());
}

/// A test for each target.
macro_rules! replayed {
    ($($target:ident = $check:path;)+) => { $(
        #[test]
        fn $target() {
            replay(stringify!($target).trim_end_matches("_cases"), $check);
        }
    )+ };
}

replayed! {
    base64_cases = base64::check;
    encoding_cases = encoding::check_text;
    gzip_cases = encoding::check_gzip;
    envelope_cases = envelope::check;
    form_cases = form::check;
    header_cases = header::check;
    xml_cases = xml::check;
}
