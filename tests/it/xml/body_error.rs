//! The source's own error comes back, not a copy of it, so that its maker can recognise it.

use std::io;

use bytes::BytesMut;
use chunkgate::xml::{Error, Reader};

use super::support::{PIECES, Source, run};

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the edge's own reason")]
struct Reason(u32);

#[test]
fn the_error_of_the_source_comes_back() {
    for start in [
        "",
        "<a",
        "<a><b c='",
        "<a>te",
        "<a>&am",
        "<a><!-- ",
        "<a>QUJD",
    ] {
        for piece in PIECES {
            let source = Source::new(start, piece).failing_with(io::Error::other(Reason(7)));
            let error = run(Reader::new(source).finish()).unwrap_err();
            let Error::Body(error) = error else {
                panic!("{start}: {error:?}")
            };
            assert_eq!(error.downcast::<Reason>().unwrap(), Reason(7));
        }
    }
}

#[test]
fn also_from_the_middle_of_base64_data() {
    for rest in [
        "QUJD",
        "QUJD<",
        "QUJD<![CDA",
        "<![CDATA[QUJD",
        "<![CDATA[QUJD]]",
    ] {
        for piece in PIECES {
            let source =
                Source::new(format!("<a>{rest}"), piece).failing_with(io::Error::other(Reason(8)));
            let mut reader = Reader::new(source);
            let error = run(async {
                reader.child().await?;
                reader.base64(&mut BytesMut::new(), 64).await
            })
            .unwrap_err();
            let Error::Body(error) = error else {
                panic!("{rest}: {error:?}")
            };
            assert_eq!(error.downcast::<Reason>().unwrap(), Reason(8));
        }
    }
}
