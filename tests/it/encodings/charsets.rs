//! Every character set is read, by byte order mark, by charset, by declaration.

use crate::support::wire::Wire;

use super::support::{
    behind, big_endian, gateway_with, gzip, latin_1, little_endian, start_envelope, start_request,
};

const PLAIN: &str = "text/xml";
/// A name with which each encoding shows: `ü` differs in all, and the rest is in some only.
const USER: &str = "Büro";
/// `€` is where Windows-1252 and ISO-8859-1 differ.
const EURO: &str = "Bü€ro";

fn declared(name: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"{name}\"?>")
}

fn windows_1252(text: &str) -> Vec<u8> {
    latin_1(&text.replace('€', "\u{80}"))
}

/// What is compared: content type, body, and how that is called.
type Case = (&'static str, String, Vec<u8>);

fn cases() -> Vec<Case> {
    let envelope = |declaration: &str| start_envelope(declaration, EURO);
    let (bare, utf_8, utf_16) = (
        envelope(""),
        envelope(&declared("utf-8")),
        envelope(&declared("utf-16")),
    );
    let mut cases: Vec<Case> = Vec::new();
    let mut case = |what, content_type: &str, body| {
        cases.push((what, content_type.to_owned(), body));
    };

    case("nothing says UTF-8", PLAIN, bare.clone().into_bytes());
    case("UTF-8 declared", PLAIN, utf_8.clone().into_bytes());
    let charset = "text/xml; charset=utf-8";
    case("UTF-8 by charset", charset, bare.clone().into_bytes());
    let marked = behind(b"\xEF\xBB\xBF", &utf_8);
    case("UTF-8 by mark", PLAIN, marked);

    for document in [&bare, &utf_8, &utf_16] {
        let (little, big) = (little_endian(document), big_endian(document));
        case("LE as it shows", PLAIN, little.clone());
        case("BE as it shows", PLAIN, big.clone());
        case("LE by mark", PLAIN, behind(b"\xFF\xFE", &little));
        case("BE by mark", PLAIN, behind(b"\xFE\xFF", &big));
        let charset = "text/xml; charset=utf-16";
        case("LE by charset", charset, little.clone());
        case("BE by charset", charset, big.clone());
        case("BE, charset, mark", charset, behind(b"\xFE\xFF", &big));
        case("LE by name", "text/xml; charset=UTF-16LE", little);
        case("BE by name", "text/xml; charset=\"utf-16be\"", big);
    }

    let document = envelope(&declared("windows-1252"));
    case("1252 declared", PLAIN, windows_1252(&document));
    let charset = "text/xml; charset=Windows-1252";
    case("1252 by charset", charset, windows_1252(&bare));
    cases
}

#[tokio::test]
async fn an_envelope_is_read_in_every_encoding() {
    let gateway = gateway_with(EURO).await;
    let mut wire = Wire::connect(gateway.address).await;
    for (what, content_type, body) in cases() {
        let answer = wire.ask(&start_request(&content_type, body.clone())).await;
        assert_eq!(answer.result("StartFileUpload"), 0, "{what}");
        let compressed =
            start_request(&content_type, gzip(&body)).header("Content-Encoding", "gzip");
        let answer = wire.ask(&compressed).await;
        assert_eq!(answer.result("StartFileUpload"), 0, "{what}, gzip");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn iso_8859_1_is_read_with_its_control_characters() {
    let user = "B\u{80}\u{FC}ro\u{9F}";
    let gateway = gateway_with(user).await;
    let mut wire = Wire::connect(gateway.address).await;
    for (what, content_type, declaration) in [
        ("by charset", "text/xml; charset=iso-8859-1", ""),
        (
            "declared",
            PLAIN,
            "<?xml version='1.0' encoding='ISO-8859-1'?>",
        ),
    ] {
        let body = latin_1(&start_envelope(declaration, user));
        let answer = wire.ask(&start_request(content_type, body)).await;
        assert_eq!(answer.result("StartFileUpload"), 0, "{what}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn us_ascii_is_read() {
    let gateway = gateway_with("Buero").await;
    let mut wire = Wire::connect(gateway.address).await;
    for (what, content_type, declaration) in [
        ("by charset", "text/xml; charset=us-ascii", ""),
        (
            "declared",
            PLAIN,
            "<?xml version='1.0' encoding='US-ASCII'?>",
        ),
    ] {
        let body = start_envelope(declaration, "Buero").into_bytes();
        let answer = wire.ask(&start_request(content_type, body)).await;
        assert_eq!(answer.result("StartFileUpload"), 0, "{what}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_mark_is_believed_before_the_charset_and_that_before_the_declaration() {
    let gateway = gateway_with(USER).await;
    let mut wire = Wire::connect(gateway.address).await;
    let utf_8 = "text/xml; charset=utf-8";
    let in_latin_1 = "text/xml; charset=iso-8859-1";
    let document = start_envelope(&declared("utf-8"), USER);
    let wrong = start_envelope(&declared("iso-8859-1"), USER);
    for (what, content_type, body) in [
        (
            "a mark of UTF-16, the charset UTF-8",
            utf_8,
            behind(b"\xFF\xFE", little_endian(&document)),
        ),
        (
            "a mark of UTF-8, the charset UTF-16",
            "text/xml; charset=utf-16",
            behind(b"\xEF\xBB\xBF", &document),
        ),
        (
            "a mark of UTF-8, the rest ISO-8859-1",
            in_latin_1,
            behind(b"\xEF\xBB\xBF", &wrong),
        ),
        (
            "the other byte order",
            "text/xml; charset=utf-16le",
            behind(b"\xFE\xFF", big_endian(&document)),
        ),
        (
            "the charset UTF-8, the declaration ISO-8859-1",
            utf_8,
            wrong.into_bytes(),
        ),
        (
            "the charset ISO-8859-1, the declaration UTF-8",
            in_latin_1,
            latin_1(&document),
        ),
        (
            "the declaration UTF-16 in a document of bytes",
            PLAIN,
            start_envelope(&declared("utf-16"), USER).into_bytes(),
        ),
        (
            "a charset that is none",
            "text/xml; charset=unheard-of",
            document.into_bytes(),
        ),
    ] {
        let answer = wire.ask(&start_request(content_type, body)).await;
        assert_eq!(answer.result("StartFileUpload"), 0, "{what}");
    }
    gateway.stop().await;
}
