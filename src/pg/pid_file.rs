//! `postmaster.pid`, in which a running server says who and how it is.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What the gateway reads from the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    /// The postmaster's process.
    pub(super) pid: i32,
    /// Whether it takes connections.
    pub(super) ready: bool,
}

/// Where the file of `cluster` is.
pub(super) fn path(cluster: &Path) -> PathBuf {
    cluster.join("postmaster.pid")
}

/// Reads the file of `cluster`; `None` if there is none, or it is being written.
pub(super) fn read(cluster: &Path) -> Option<PidFile> {
    parse(&fs::read_to_string(path(cluster)).ok()?)
}

/// The process is on the first line, the state on the eighth, once it is known.
fn parse(text: &str) -> Option<PidFile> {
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let ready = lines.nth(6).is_some_and(|state| state.trim() == "ready");
    Some(PidFile { pid, ready })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTING: &str = "8123\n/var/lib/chunkgate/postgres\n1732345000\n5432\n";

    #[test]
    fn a_server_is_ready_only_when_its_eighth_line_says_so() {
        let file = |rest: &str| parse(&format!("{STARTING}{rest}"));
        let pid = 8123;
        assert_eq!(file(""), Some(PidFile { pid, ready: false }));
        let sockets = "/tmp/chunkgate-1\n\n    131  65\n";
        assert_eq!(
            file(&format!("{sockets}starting\n")),
            Some(PidFile { pid, ready: false })
        );
        assert_eq!(
            file(&format!("{sockets}ready   \n")),
            Some(PidFile { pid, ready: true })
        );
        assert_eq!(parse(""), None);
    }
}
