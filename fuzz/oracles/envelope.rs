//! SOAP requests: the pieces in which one arrives do not matter, and what runs is XML.

use chunkgate::soap::{RequestHead, handle};

use super::{
    recorder::{Served, serve},
    support::{PIECES, Source, run},
};

/// The headers that the first byte of an input chooses from.
const HEADS: [(&str, Option<&str>); 8] = [
    ("text/xml; charset=utf-8", None),
    (
        "text/xml; charset=utf-8",
        Some("\"http://www.interfax.cc/UploadFileChunk\""),
    ),
    (
        "application/soap+xml; charset=utf-8; action=\"http://www.interfax.cc/StartFileUpload\"",
        None,
    ),
    ("application/soap+xml; charset=utf-8", None),
    ("text/xml", None),
    ("text/xml; charset=utf-16", None),
    (
        "text/xml; charset=iso-8859-1",
        Some("http://www.interfax.cc/CancelFileUpload"),
    ),
    ("text/xml; charset=us-ascii", Some("\"\"")),
];

/// The heads of which UTF-8 is the charset.
const IN_UTF_8: usize = 4;

/// Checks an input: a byte that chooses the headers, and the body.
pub fn check(input: &[u8]) {
    let Some((&choice, body)) = input.split_first() else {
        return;
    };
    let choice = usize::from(choice) % HEADS.len();
    let served = PIECES
        .map(|piece| post(HEADS[choice], body, piece))
        .into_iter()
        .reduce(|before, after| {
            assert_eq!(before, after, "pieces matter");
            after
        })
        .expect("there are pieces");
    let has_mark = body.starts_with(b"\xFF\xFE") || body.starts_with(b"\xFE\xFF");
    if !served.ran.is_empty() && choice < IN_UTF_8 && !has_mark {
        let text = std::str::from_utf8(body).expect("what ran is UTF-8");
        assert!(super::xml::compare(text, usize::MAX), "what ran is XML");
    }
}

fn post((content_type, soap_action): (&str, Option<&str>), body: &[u8], piece: usize) -> Served {
    let head = RequestHead {
        content_type: Some(content_type),
        soap_action,
    };
    serve(|service| run(handle(service, head, Source::new(body, piece))))
}
