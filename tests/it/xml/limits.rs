//! Nothing in a document is without a limit, and nothing beyond a limit is collected first.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::BytesMut;
use chunkgate::xml::{
    Error, Limit, MAX_ALL_ATTRIBUTES, MAX_ALL_TEXT, MAX_ASIDES, MAX_ATTRIBUTES, MAX_DEPTH,
    MAX_ELEMENTS, MAX_NAME, MAX_NAMESPACE, MAX_REFERENCES, MAX_TEXT, Reader,
};
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use super::support::{in_pieces, read, root_text, run};

fn exceeded(outcome: Result<impl std::fmt::Debug, Error>) -> Limit {
    match outcome {
        Err(Error::Limit(limit)) => limit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn depth() {
    let nested = |depth| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(read(nested(MAX_DEPTH)).is_ok());
    assert_eq!(exceeded(read(nested(MAX_DEPTH + 1))), Limit::Depth);
}

#[test]
fn elements() {
    let siblings = |count| format!("<a>{}</a>", "<b/>".repeat(count - 1));
    assert!(read(siblings(MAX_ELEMENTS)).is_ok());
    assert_eq!(exceeded(read(siblings(MAX_ELEMENTS + 1))), Limit::Elements);
}

#[test]
fn comments_and_instructions() {
    let asides = |count| format!("<a>{}</a>", "<!----><?x?>".repeat(count / 2));
    assert!(read(asides(MAX_ASIDES)).is_ok());
    assert_eq!(exceeded(read(asides(MAX_ASIDES + 2))), Limit::Asides);
}

#[test]
fn texts_together() {
    let some = "x".repeat(MAX_TEXT);
    let outcome = |last: &str| {
        let document = format!("<a><b>{some}</b><b>{some}</b><b>{some}</b><b>{last}</b></a>");
        run(async {
            let mut reader = Reader::new(document.as_bytes());
            reader.child().await?;
            while reader.child().await?.is_some() {
                reader.text().await?;
            }
            Ok(())
        })
    };
    assert_eq!(3 * MAX_TEXT, MAX_ALL_TEXT);
    assert!(outcome("").is_ok());
    assert_eq!(exceeded(outcome("x")), Limit::Text);
}

#[test]
fn references() {
    let some = usize::try_from(MAX_REFERENCES).unwrap();
    let references = |count| format!("<a>{}</a>", "&lt;".repeat(count));
    assert!(read(references(some)).is_ok());
    assert_eq!(exceeded(read(references(2 * some))), Limit::References);
    // Two at the end of each line of base64, as the oldest clients write them.
    let line = "A".repeat(64) + "&#xD;&#xA;";
    let data = format!("<a>{}</a>", line.repeat(50_000));
    let mut block = BytesMut::new();
    let decoded = run(async {
        let mut reader = Reader::new(data.as_bytes());
        reader.child().await?;
        while reader.base64(&mut block, 4096).await? {
            block.clear();
        }
        Ok::<_, Error>(())
    });
    assert!(decoded.is_ok(), "{decoded:?}");
}

#[test]
fn attributes() {
    let attributes = |count| {
        let all: Vec<String> = (0..count).map(|number| format!(" a{number}='x'")).collect();
        format!("<a{}/>", all.concat())
    };
    assert!(read(attributes(MAX_ATTRIBUTES)).is_ok());
    assert_eq!(
        exceeded(read(attributes(MAX_ATTRIBUTES + 1))),
        Limit::Attributes
    );
}

#[test]
fn attributes_of_all_elements() {
    let wide: Vec<String> = (0..64).map(|number| format!(" a{number}='x'")).collect();
    let wide = wide.concat();
    let elements = |count| format!("<a>{}</a>", format!("<b{wide}/>").repeat(count));
    assert!(read(elements(MAX_ALL_ATTRIBUTES / 64)).is_ok());
    assert_eq!(
        exceeded(read(elements(MAX_ALL_ATTRIBUTES / 64 + 1))),
        Limit::Attributes
    );
}

#[test]
fn namespaces() {
    let uri = |length| "u".repeat(length);
    for declaration in ["xmlns", "xmlns:p"] {
        assert!(read(format!("<a {declaration}='{}'/>", uri(MAX_NAMESPACE))).is_ok());
        assert_eq!(
            exceeded(read(format!(
                "<a {declaration}='{}'/>",
                uri(MAX_NAMESPACE + 1)
            ))),
            Limit::Name
        );
    }
}

#[test]
fn names() {
    let name = |length| "n".repeat(length);
    assert!(read(format!("<{}/>", name(MAX_NAME))).is_ok());
    assert_eq!(
        exceeded(read(format!("<{}/>", name(MAX_NAME + 1)))),
        Limit::Name
    );
    assert_eq!(
        exceeded(read(format!("<a {}=''/>", name(MAX_NAME + 1)))),
        Limit::Name
    );
}

#[test]
fn text() {
    let text = |length| format!("<a>{}</a>", "x".repeat(length));
    assert_eq!(root_text(text(MAX_TEXT)).unwrap().len(), MAX_TEXT);
    assert_eq!(exceeded(root_text(text(MAX_TEXT + 1))), Limit::Text);
    assert_eq!(exceeded(read(text(MAX_TEXT + 1))), Limit::Text);
}

#[test]
fn text_in_many_parts() {
    let text = |parts: usize| {
        format!(
            "<a>{}</a>",
            format!("{}&amp;", "x".repeat(1023)).repeat(parts)
        )
    };
    assert!(root_text(text(64)).is_ok());
    assert_eq!(exceeded(root_text(text(65))), Limit::Text);
}

#[test]
fn document_data_is_not_limited() {
    let plain = "QUJD".repeat(MAX_TEXT);
    for data in [plain.clone(), format!("<![CDATA[{plain}]]>")] {
        let length = in_pieces(format!("<a>{data}</a>"), async |reader| {
            reader.child().await?;
            let (mut block, mut length) = (BytesMut::new(), 0);
            while reader.base64(&mut block, 999).await? {
                length += block.len();
                block.clear();
            }
            Ok(length + block.len())
        });
        assert_eq!(length.unwrap(), 3 * MAX_TEXT);
    }
}

/// `start`, then `more` again and again without an end; counts what is taken.
struct Endless {
    start: &'static [u8],
    more: &'static [u8],
    taken: usize,
}

impl AsyncBufRead for Endless {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        Poll::Ready(Ok(match this.start.get(this.taken..) {
            Some(rest @ [_, ..]) => rest,
            Some([]) | None => &this.more[(this.taken - this.start.len()) % this.more.len()..],
        }))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.get_mut().taken += amount;
    }
}

impl AsyncRead for Endless {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        unreachable!("the reader takes buffers, it does not copy");
    }
}

#[test]
fn an_endless_token_is_given_up_early() {
    for (start, more) in [
        ("<", "n"),
        ("<a b='", "x"),
        ("<a ", "b='x' "),
        ("<a>", "x"),
        ("<a><!-- ", "x"),
        ("<a><![CDATA[", "x"),
        ("<a><?p ", "x"),
        ("<a>&", "x"),
        ("<a></", "x"),
        ("<!DOCTYPE a [", "<!ENTITY b 'c'>"),
        ("", " "),
    ] {
        let mut source = Endless {
            start: start.as_bytes(),
            more: more.as_bytes(),
            taken: 0,
        };
        assert_eq!(
            exceeded(run(Reader::new(&mut source).finish())),
            Limit::Text,
            "{start}"
        );
        assert!(
            source.taken <= start.len() + MAX_TEXT + 1,
            "{start}: {} taken",
            source.taken
        );
    }
}

#[test]
fn a_filled_block_does_not_grow() {
    let mut source = Endless {
        start: b"<a>",
        more: b"QUJDREVG\r\n",
        taken: 0,
    };
    let mut reader = Reader::new(&mut source);
    run(async {
        reader.child().await?;
        let mut block = BytesMut::with_capacity(3000);
        for _ in 0..1000 {
            assert!(reader.base64(&mut block, 3000).await?);
            assert!(block.len() > 2997);
            block.clear();
            assert_eq!(block.capacity(), 3000);
        }
        Ok::<_, Error>(())
    })
    .unwrap();
}
