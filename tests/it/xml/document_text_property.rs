//! However a text is written, cut into buffers and taken in blocks, it is the text that is taken at
//! once, or refused as that is.

use std::{
    io,
    mem::discriminant,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::BytesMut;
use chunkgate::xml::{Error, Malformed, Position, Reader};
use proptest::{prelude::*, sample::select};
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use super::support::{Source, run};

/// Bytes that come in buffers of given lengths, over and over.
struct Cut {
    bytes: Vec<u8>,
    read: usize,
    lengths: Vec<usize>,
    /// Which buffer this is, and how much of it was read.
    buffer: usize,
    read_of_buffer: usize,
}

impl AsyncBufRead for Cut {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let length = this.lengths[this.buffer % this.lengths.len()] - this.read_of_buffer;
        let rest = &this.bytes[this.read..];
        Poll::Ready(Ok(&rest[..rest.len().min(length)]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.read += amount;
        this.read_of_buffer += amount;
        if this.read_of_buffer == this.lengths[this.buffer % this.lengths.len()] {
            this.buffer += 1;
            this.read_of_buffer = 0;
        }
    }
}

impl AsyncRead for Cut {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        unreachable!("the reader takes buffers, it does not copy");
    }
}

type Taken = Result<(String, Position), Error>;

fn at_once(document: &[u8]) -> Taken {
    let mut reader = Reader::new(Source::new(document, usize::MAX));
    run(async {
        reader.child().await?;
        let text = reader.text().await?;
        Ok((text, reader.position()))
    })
}

/// In blocks of these limits, over and over.
fn in_blocks(document: &[u8], lengths: Vec<usize>, limits: &[usize]) -> Taken {
    let mut reader = Reader::new(Cut {
        bytes: document.to_vec(),
        read: 0,
        lengths,
        buffer: 0,
        read_of_buffer: 0,
    });
    run(async {
        reader.child().await?;
        let (mut block, mut text) = (BytesMut::new(), String::new());
        for &limit in limits.iter().cycle() {
            let more = reader.document_text(&mut block, limit).await?;
            assert!(block.len() <= limit && (!more || block.len() + 3 >= limit));
            text += std::str::from_utf8(&block.split()).expect("whole characters");
            if !more {
                break;
            }
        }
        Ok((text, reader.position()))
    })
}

fn characters() -> impl Strategy<Value = String> {
    let tricky = select(vec![
        "]",
        "]]",
        "]]]",
        "\r",
        "\n",
        "\r\n",
        "é",
        "€",
        "😀",
        "\u{FFFD}",
        "\u{10FFFF}",
        "\t",
        "a",
        "more than a few letters",
    ]);
    prop::collection::vec(tricky, 0..12).prop_map(|all| all.concat())
}

/// A part of a text in which nothing is wrong, whatever it stands beside.
fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => characters(),
        2 => characters().prop_map(|inside| format!("<![CDATA[{inside}]]>")),
        1 => select(vec!["&amp;", "&gt;", "&#13;", "&#10;", "&#xE9;", "&#x1F600;"])
            .prop_map(str::to_owned),
        1 => select(vec!["<!---->", "<!-- ]] -->", "<?p ]]?>", "<![CDATA[>&]]>", "<![CDATA[]]]]>"])
            .prop_map(str::to_owned),
    ]
}

/// A part with which something is wrong, or may be beside another.
fn odd_part() -> impl Strategy<Value = Vec<u8>> {
    let bytes: Vec<&[u8]> = vec![
        b"]]>",
        b">",
        b"\x01",
        b"\xEF\xBF\xBE",
        b"\xFF",
        b"\xC3",
        b"\xE2\x82",
        b"\xF0\x9F",
        b"\xA4",
        b"\xC0\x80",
        b"<x/>",
        b"</b>",
        b"&x;",
        b"&#0;",
        b"&",
        b"<",
        b"<!-- -- -->",
        b"<?xml?>",
        b"<![CDATA",
        b"<![CDATA[\x01]]>",
        b"<![CDATA[\xE2\x82]]>",
    ];
    select(bytes).prop_map(<[u8]>::to_vec)
}

fn document(content: &[u8]) -> Vec<u8> {
    [b"<a>", content, b"</a>"].concat()
}

fn lengths() -> impl Strategy<Value = Vec<usize>> {
    let short = prop::collection::vec(1..9_usize, 1..6);
    let any = prop::collection::vec(1..300_usize, 1..6);
    prop_oneof![short, any]
}

fn limits() -> impl Strategy<Value = Vec<usize>> {
    let short = prop::collection::vec(4..12_usize, 1..6);
    let any = prop::collection::vec(4..300_usize, 1..6);
    prop_oneof![short, any]
}

fn parts() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(part().prop_map(String::into_bytes), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_text_is_the_same(parts in parts(), lengths in lengths(), limits in limits()) {
        let document = document(&parts.concat());
        let at_once = at_once(&document).expect("a text");
        prop_assert_eq!(in_blocks(&document, lengths, &limits).expect("a text"), at_once);
    }

    #[test]
    fn one_fault_is_the_same_fault(
        mut parts in parts(),
        odd in odd_part(),
        place in any::<prop::sample::Index>(),
        lengths in lengths(),
        limits in limits(),
    ) {
        parts.insert(place.index(parts.len() + 1), odd);
        let document = document(&parts.concat());
        match (in_blocks(&document, lengths, &limits), at_once(&document)) {
            (Ok(taken), Ok(at_once)) => prop_assert_eq!(taken, at_once),
            // A section without an end, of which this end sees the document's first.
            (Err(Error::Malformed(Malformed::UnexpectedEnd)), Err(Error::Malformed(_))) => {}
            (Err(Error::Malformed(taken)), Err(Error::Malformed(at_once))) => {
                let same = discriminant(&taken) == discriminant(&at_once);
                prop_assert!(same, "{taken:?}, {at_once:?}");
            }
            (taken, at_once) => prop_assert!(false, "{taken:?}, {at_once:?}"),
        }
    }

    #[test]
    fn any_number_of_faults_and_any_end(
        parts in prop::collection::vec(
            prop_oneof![3 => part().prop_map(String::into_bytes), 1 => odd_part()], 0..12
        ),
        end in any::<prop::sample::Index>(),
        is_whole in any::<bool>(),
        lengths in lengths(),
        limits in limits(),
    ) {
        let mut document = document(&parts.concat());
        if !is_whole {
            document.truncate(3 + end.index(document.len() - 3));
        }
        match (in_blocks(&document, lengths, &limits), at_once(&document)) {
            (Ok(taken), Ok(at_once)) => prop_assert_eq!(taken, at_once),
            (Err(Error::Malformed(_)), Err(Error::Malformed(_))) => {}
            (taken, at_once) => prop_assert!(false, "{taken:?}, {at_once:?}"),
        }
    }
}
