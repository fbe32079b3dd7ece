//! What the demo prints.

use std::{collections::BTreeMap, fmt::Write, path::Path, time::Duration};

use crate::{
    content::{Extent, SegmentId},
    engine::session::SessionId,
};

use super::{
    Accepted, Document, Observer,
    output::{self, counted, thousands},
};

/// Chunks that are shown before the middle of a long document is left out.
const FIRST: u64 = 5;

/// Shows the calls of an upload as they happen.
pub(super) struct Transcript {
    chunks: u64,
    shown: u64,
}

impl Transcript {
    /// For an upload of about so many chunks.
    pub fn new(chunks: u64) -> Self {
        Self { chunks, shown: 0 }
    }
}

impl Observer for Transcript {
    fn accepted(&mut self, chunk: &Accepted<'_>) {
        let mut text = String::new();
        if self.shown == 0 {
            let beginning: String = chunk.session.chars().take(8).collect();
            let _ = writeln!(
                text,
                "  StartFileUpload                   -> SessionID {beginning}…"
            );
        }
        self.shown += 1;
        if self.shown > FIRST && !chunk.is_last {
            if self.shown == FIRST + 1 {
                let _ = writeln!(
                    text,
                    "  … {} more …",
                    self.chunks.saturating_sub(self.shown)
                );
            }
        } else {
            let last = if chunk.is_last { "IsLast" } else { "" };
            let _ = writeln!(
                text,
                "  UploadFileChunk {:>9} {last:6} -> {:>10}",
                thousands(chunk.length),
                thousands(chunk.total)
            );
        }
        // A reader that has gone shows at the next station.
        let _ = output::print(&text);
    }

    fn repeats(&mut self, operation: &'static str, reason: &str, pause: Duration) {
        note!("{operation} was not answered ({reason}); again in {pause:?}");
    }
}

pub(super) fn start(document: &Document, service: &str, user: &str) -> String {
    format!(
        "Uploading {} ({} bytes) as user {user} to {service}\n\n",
        document.name,
        thousands(document.length)
    )
}

/// Where the bytes lie, segment by segment.
pub(super) fn places(session: SessionId, content: &Path, extents: &[Extent]) -> String {
    let mut segments: BTreeMap<SegmentId, (u64, u64)> = BTreeMap::new();
    for extent in extents {
        let (count, bytes) = segments.entry(extent.segment).or_default();
        *count += 1;
        *bytes += u64::from(extent.length);
    }
    let mut text = format!(
        "\nThe bytes of session {session} lie in {}\n",
        content.display()
    );
    for (segment, (count, bytes)) in segments {
        let _ = writeln!(
            text,
            "  segment {segment}: {}, {}",
            counted(count, "extent"),
            counted(bytes, "byte")
        );
    }
    text
}

/// The two digests, one below the other.
pub(super) fn comparison(sent: &[u8; 32], stored: &[u8; 32]) -> String {
    format!(
        "\nSHA-256\n  sent    {}\n  stored  {}\n",
        hex(sent),
        hex(stored)
    )
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What to try next.
pub(super) fn try_it(service: &str, operators: &str, user: &str, password: &str) -> String {
    format!(
        r#"
The gateway serves on until Ctrl-C:
  service    {service}
  WSDL       {service}?WSDL
  operators  {operators}/readyz  {operators}/metrics
  account    {user} / {password}

Start an upload by hand:
  curl {service} -H 'Content-Type: text/xml' \
    -H 'SOAPAction: "http://www.interfax.cc/StartFileUpload"' \
    -d '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><StartFileUpload xmlns="http://www.interfax.cc"><Username>{user}</Username><Password>{password}</Password></StartFileUpload></Body></Envelope>'
"#
    )
}
