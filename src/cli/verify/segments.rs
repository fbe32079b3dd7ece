//! The journal alone: every record of every segment.

use std::io;

use serde::Serialize;

use crate::{
    content::{ContentError, SegmentId, journal::JournalReader},
    settings::Settings,
};

use super::{
    Failure, journal,
    output::{self, counted},
};

/// What a segment holds.
#[derive(Debug, Serialize)]
struct Segment {
    segment: SegmentId,
    #[serde(flatten)]
    count: Count,
}

/// Records and the bytes in them, headers left out.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Count {
    records: u64,
    bytes: u64,
    not_intact: u64,
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    segments: u64,
    unreadable: u64,
    #[serde(flatten)]
    count: Count,
}

/// Only reads, so it needs neither a lock nor another user's rights than to read.
pub(super) fn run(settings: &Settings, json: bool) -> Result<(), Failure> {
    let reader = journal::open(&settings.server.data_dir.join("content"))?;
    let mut summary = Summary::default();
    for segment in reader.segments()?.into_keys() {
        match count(&reader, segment) {
            Ok(Some(count)) => {
                summary.add(count);
                if json {
                    output::json(&Segment { segment, count })?;
                } else {
                    output::print(&format!("segment {segment}: {count}\n"))?;
                }
            }
            Ok(None) => {}
            Err(error) => {
                summary.unreadable += 1;
                note!("segment {segment}: {error}");
            }
        }
    }
    if json {
        output::json(&summary)?;
    } else {
        output::print(&format!(
            "{}: {}\n",
            counted(summary.segments, "segment"),
            summary.count
        ))?;
    }
    match summary.unreadable {
        0 => Ok(()),
        unreadable => Err(Failure::Damaged(format!(
            "{} cannot be read",
            counted(unreadable, "segment")
        ))),
    }
}

/// What is in a segment; nothing if a gateway has taken it back meanwhile.
fn count(reader: &JournalReader, segment: SegmentId) -> Result<Option<Count>, ContentError> {
    let walk = match reader.walk(segment) {
        Err(ContentError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(None);
        }
        walk => walk?,
    };
    let mut count = Count::default();
    for record in walk {
        let record = record?;
        if record.intact {
            count.records += 1;
            count.bytes += u64::from(record.extent.length);
        } else {
            count.not_intact += 1;
        }
    }
    Ok(Some(count))
}

impl Summary {
    fn add(&mut self, count: Count) {
        self.segments += 1;
        self.count.records += count.records;
        self.count.bytes += count.bytes;
        self.count.not_intact += count.not_intact;
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let records = counted(self.records, "intact record");
        write!(f, "{records}, {}", counted(self.bytes, "byte"))?;
        if self.not_intact > 0 {
            write!(f, ", {} not intact", counted(self.not_intact, "record"))?;
        }
        Ok(())
    }
}
