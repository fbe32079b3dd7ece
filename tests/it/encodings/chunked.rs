//! Chunked transfer coding as it may be written: odd sizes, extensions, trailers.

use crate::{
    edge::support::chunk_request,
    support::{gateway::Gateway, wire::Wire},
};

use super::support::{chunk_envelope, coded, gzip};

/// A body in pieces of changing sizes, written in every legal way.
fn in_odd_pieces(body: &[u8], trailer: &str) -> Vec<u8> {
    let mut coded = Vec::new();
    let mut rest = body;
    for size in [1_usize, 2, 3, 5, 8, 13, 21, 34].into_iter().cycle() {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        if piece.is_empty() {
            break;
        }
        let length = piece.len();
        let line = match size {
            1 => format!("{length:x}\r\n"),
            2 => format!("{length:X};name=value\r\n"),
            3 => format!("000{length:x}\r\n"),
            5 => format!("{length:x};flag;other=\"quoted\"\r\n"),
            _ => format!("{length:02x}\r\n"),
        };
        coded.extend([line.as_bytes(), piece, b"\r\n"].concat());
        rest = after;
    }
    coded.extend(format!("0\r\n{trailer}\r\n").into_bytes());
    coded
}

#[tokio::test]
async fn pieces_of_all_sizes_with_extensions_are_put_together() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let mut wire = Wire::connect(gateway.address).await;
    let plain = chunk_request(&session, &[7; 1000]);
    let compressed = coded(
        "gzip",
        gzip(chunk_envelope(&session, &[7; 1000]).as_bytes()),
    );
    for (request, total) in [(plain, 1000), (compressed, 2000)] {
        let request = request
            .without("Content-Length")
            .header("Transfer-Encoding", "chunked");
        wire.send(&request.head()).await;
        wire.send(&in_odd_pieces(request.body(), "")).await;
        assert_eq!(wire.answer().await.result("UploadFileChunk"), total);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_trailer_is_passed_over() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk")
        .without("Content-Length")
        .header("Transfer-Encoding", "chunked")
        .header("Trailer", "Checksum");
    let mut wire = Wire::connect(gateway.address).await;
    for total in [5, 10] {
        wire.send(&request.head()).await;
        let body = in_odd_pieces(request.body(), "Checksum: 1234\r\nOther: x\r\n");
        wire.send(&body).await;
        assert_eq!(wire.answer().await.result("UploadFileChunk"), total);
    }
    gateway.stop().await;
}
