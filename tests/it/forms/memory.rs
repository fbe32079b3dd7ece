//! Many megabytes in a form, in base64, as text or as one field for each byte, take no memory.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use chunkgate::soap::handle_form;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncReadExt as _, ReadBuf};

use crate::{
    soap::support::{Call, Recorder},
    support::{alone::has_process_of_its_own, process::memory_of},
    xml::support::run,
};

use super::support::FORM;

/// What the process may grow by, in KiB.
const GROWTH: u64 = 1024;
/// Pieces of a large form: many megabytes.
const TIMES: usize = 250_000;

/// A form of a piece again and again, which is nowhere as a whole.
struct Repeated {
    piece: &'static [u8],
    read: usize,
    left: usize,
}

impl AsyncBufRead for Repeated {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let rest = &this.piece[this.read..];
        Poll::Ready(Ok(if this.left == 0 { &[] } else { rest }))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.read += amount;
        if this.read == this.piece.len() && this.left > 0 {
            this.read = 0;
            this.left -= 1;
        }
    }
}

impl AsyncRead for Repeated {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        unreachable!("forms are read from the buffer")
    }
}

/// The most memory that the process has had, in KiB.
fn peak() -> u64 {
    let this = i32::try_from(std::process::id()).expect("a process number");
    memory_of(this, "VmHWM")
}

/// Measures a form of `piece`s: what a small one brings into memory, code for one, a thousand
/// times as much must be content with.
fn takes_no_memory(path_info: &str, begin: &'static [u8], piece: &'static [u8], bytes: usize) {
    measure(path_info, begin, piece, TIMES / 1000, bytes);
    let before = peak();
    measure(path_info, begin, piece, TIMES, bytes);
    let grown = peak() - before;
    assert!(grown < GROWTH, "{grown} KiB more");
}

fn measure(
    path_info: &str,
    begin: &'static [u8],
    piece: &'static [u8],
    times: usize,
    bytes: usize,
) {
    let service = Recorder::default();
    let form = Repeated {
        piece,
        read: 0,
        left: times,
    };
    let form = begin.chain(form);
    let outcome = run(handle_form(&service, path_info, Some(FORM), form));
    assert_eq!(outcome.response.expect("memory does not fail").status, 200);
    let bytes = bytes * times;
    assert_eq!(service.ran.into_inner(), [Call::Measure { bytes }]);
}

#[test]
fn base64() {
    if !has_process_of_its_own("forms::memory::base64") {
        return;
    }
    let line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2%0D%0A";
    takes_no_memory("/Measure", b"Data=", line, 48);
}

#[test]
fn one_field_for_each_byte() {
    if !has_process_of_its_own("forms::memory::one_field_for_each_byte") {
        return;
    }
    takes_no_memory("/Measure", b"x=1", b"&Data=80&Data=68&Data=70&Data=255", 4);
}

#[test]
fn document_text() {
    if !has_process_of_its_own("forms::memory::document_text") {
        return;
    }
    let line = b"Gr%C3%BC%C3%9Fe+f%C3%BCr+5+%E2%82%AC%0D%0A";
    takes_no_memory("/MeasureText", b"Data=", line, 20);
}
