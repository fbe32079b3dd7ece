//! However data is spelled, the bytes are those of a plain decoder; however it is damaged, the
//! verdict is that of a plain decoder.

use chunkgate::xml::MAX_ASIDES;
use proptest::prelude::*;

use super::base64::decode;

/// Something that may stand between two characters.
fn filler() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just(""),
        2 => prop_oneof![Just(" "), Just("\t"), Just("\n"), Just("\r\n"), Just("\n\n  ")],
        1 => prop_oneof![Just("&#xD;"), Just("&#10;"), Just("&#32;\n")],
        1 => prop_oneof![Just("<!-- QQ== -->"), Just("<?p =?>"), Just("<![CDATA[]]>"), Just("<![CDATA[ \n]]>")],
    ]
}

/// A way to write a run of characters.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Plain,
    Section,
    References,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    prop_oneof![6 => Just(Spelling::Plain), 2 => Just(Spelling::Section), 1 => Just(Spelling::References)]
}

fn spell(run: &str, spelling: Spelling) -> String {
    match spelling {
        Spelling::Plain => run.to_owned(),
        Spelling::Section => format!("<![CDATA[{run}]]>"),
        Spelling::References => run
            .bytes()
            .map(|byte| format!("&#{byte};"))
            .collect::<Vec<_>>()
            .concat(),
    }
}

/// Cuts `text` into runs of the given lengths, over and over, and writes each its way.
fn respell(text: &str, ways: &[(usize, Spelling, &str)]) -> String {
    let mut written = String::new();
    let mut rest = text;
    let mut asides = 0;
    for (length, spelling, filler) in ways.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (run, after) = rest.split_at((*length).min(rest.len()));
        written += &spell(run, *spelling);
        asides += usize::from(filler.starts_with("<!--") || filler.starts_with("<?"));
        // Short runs would bring more of them than a document may have.
        if asides <= MAX_ASIDES {
            written += filler;
        }
        rest = after;
    }
    written
}

fn ways() -> impl Strategy<Value = Vec<(usize, Spelling, &'static str)>> {
    prop::collection::vec((1..700_usize, spelling(), filler()), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_spelling_decodes_alike(
        data in prop::collection::vec(any::<u8>(), 0..5000),
        ways in ways(),
        padded in any::<bool>(),
    ) {
        let encoded = base64_simd::STANDARD.encode_to_string(&data);
        let text = if padded { encoded.as_str() } else { encoded.trim_end_matches('=') };
        prop_assert_eq!(decode(&respell(text, &ways)).unwrap(), data);
    }

    #[test]
    fn one_wrong_character_is_always_found(
        data in prop::collection::vec(any::<u8>(), 1..4000),
        ways in ways(),
        place in any::<prop::sample::Index>(),
        wrong in prop::sample::select(vec!['*', '-', '_', '.', ']', '"', '\'', '\\', '@']),
    ) {
        let mut encoded = base64_simd::STANDARD.encode_to_string(&data);
        encoded.insert(place.index(encoded.len() + 1), wrong);
        prop_assert!(decode(&respell(&encoded, &ways)).is_err());
    }
}
