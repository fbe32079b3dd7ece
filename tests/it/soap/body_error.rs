//! An error of the body's reader reaches the edge as it is, with the version to answer in.

use std::io;

use chunkgate::soap::Version;

use super::support::{chunk, serve};
use crate::xml::support::{PIECES, Source};

#[derive(Debug, thiserror::Error)]
#[error("the body is too long")]
struct TooLong;

#[test]
fn the_edge_gets_its_own_error_back() {
    let whole = chunk("<Chunk>QUJD</Chunk><IsLast>true</IsLast>");
    for length in 0..=whole.len() {
        for piece in PIECES {
            let source =
                Source::new(&whole[..length], piece).failing_with(io::Error::other(TooLong));
            let (outcome, ran) = serve(Some("text/xml"), None, source);
            let error = outcome.response.expect_err("the body failed");
            assert!(error.downcast::<TooLong>().is_ok());
            assert!(ran.is_empty());
            let in_envelope = length > whole.find('>').expect("a tag");
            assert_eq!(
                outcome.version,
                in_envelope.then_some(Version::V11),
                "{length}"
            );
        }
    }
}
