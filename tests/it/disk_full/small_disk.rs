//! A small file system that only the gateway sees.
//!
//! It is mounted in a mount namespace of the gateway's own, so it goes when the last process in
//! there does, however the test ends. The test reaches it through `/proc/<gateway>/root`.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::support::process::{Changes, Process};

/// Mounts the file system on `$1`, then runs the rest.
const MOUNT: &str = r#"mount -t tmpfs -o size=256m,mode=755 none "$0" && exec "$@""#;

/// A gateway on a small disk.
pub struct SmallDisk {
    pub gateway: Process,
    mount: TempDir,
}

impl SmallDisk {
    /// None, with the reason on stderr, where only root may mount and the tests are not root's.
    pub async fn start(changes: Changes<'_>) -> Option<Self> {
        if !may_mount() {
            return None;
        }
        let mount = tempfile::tempdir().expect("a folder");
        let point = mount.path().to_str().expect("a path in UTF-8");
        let program = ["unshare", "--mount", "sh", "-c", MOUNT, point];
        let data = mount.path().join("data");
        let mut gateway = Process::start_under(&program, &data, changes).await;
        let process = gateway.process().to_string();
        gateway.run_beside(&["nsenter", "--mount", "--target", &process]);
        Some(Self { gateway, mount })
    }

    /// The file system as the gateway sees it.
    fn inside(&self) -> PathBuf {
        let root = format!("/proc/{}/root", self.gateway.process());
        let point = self.mount.path().strip_prefix("/").expect("absolute");
        Path::new(&root).join(point)
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.inside().join("data")
    }

    /// Takes all space there is.
    pub fn fill(&self) {
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(self.inside().join("fill"))
            .expect("a file");
        let block = vec![0; 1 << 20];
        for length in [block.len(), 4096, 1] {
            while file.write_all(&block[..length]).is_ok() {}
        }
    }

    /// Gives it back.
    pub fn make_room(&self) {
        fs::remove_file(self.inside().join("fill")).expect("it was filled");
    }
}

/// Whether this process may mount; if not, it says why.
pub fn may_mount() -> bool {
    let tried = Command::new("unshare").args(["--mount", "true"]).output();
    let may = tried.is_ok_and(|output| output.status.success());
    if !may {
        let root = rustix::process::geteuid().is_root();
        assert!(
            !root || std::env::var_os("CI").is_none(),
            "root may not unshare its mount namespace: give the container CAP_SYS_ADMIN"
        );
        eprintln!("skipped: mounting a small file system needs root and CAP_SYS_ADMIN");
    }
    may
}
