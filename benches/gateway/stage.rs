//! A durable gateway of the benchmark's own: its Postgres with fsync on, its journal, real ports.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chunkgate::{
    app::App,
    content::{
        SegmentId, SharedStore, Store,
        disk::RealDisk,
        journal::{Directory, Journal, JournalSettings, Unobserved},
    },
    engine::{Passwords, UploadEngine, account::AccountSettings},
    pg::privileges::{self, MachineUsers, Plan},
    settings::Settings,
};

use super::Failure;

pub const USER: &str = "bench";
pub const PASSWORD: &str = "bench";

/// A folder on a real disk; removed when the benchmark ends.
pub struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _best_effort = fs::remove_dir_all(&self.0);
    }
}

/// Makes the folder and, if started by root, becomes the user who owns it: Postgres does not run
/// as root. Before any thread starts.
pub fn become_somebody() -> Result<Folder, Failure> {
    // Not /tmp, which may lie in memory.
    let folder = Folder(PathBuf::from(format!(
        "/var/tmp/chunkgate-bench-{}",
        std::process::id()
    )));
    let euid = rustix::process::geteuid().as_raw();
    let plan = privileges::plan(euid, None, None, &MachineUsers)?;
    match &plan {
        Plan::Become(user) => privileges::hand_over(user, &folder.0)?,
        Plan::Stay => fs::create_dir(&folder.0)?,
    }
    privileges::apply(&plan)?;
    Ok(folder)
}

/// Everything that is measured.
pub struct Stage {
    pub app: App,
    pub engine: UploadEngine,
    /// A second journal, for the measurement without a database.
    pub journal: SharedStore,
}

impl Stage {
    pub async fn set(folder: &Folder) -> Result<Self, Failure> {
        let mut settings = Settings::default();
        settings.server.listen = ([127, 0, 0, 1], 0).into();
        settings.admin.listen = ([127, 0, 0, 1], 0).into();
        settings.server.data_dir = folder.0.join("data");
        // One session takes all chunks of its client.
        settings.session.max_total = 1 << 40;
        let app = App::start(&settings).await?;
        let hash = Passwords::new(64, 1)?.hash(PASSWORD).await?;
        app.repository()
            .add_account(USER, &hash, &AccountSettings::default())
            .await?;
        let journal = open_journal(&folder.0.join("journal"))?;
        let engine = app.engine().clone();
        Ok(Self {
            app,
            engine,
            journal,
        })
    }

    pub async fn clear(self) -> Result<(), Failure> {
        drop(self.engine);
        self.journal.close().await;
        self.app.run_until(async {}).await?;
        Ok(())
    }
}

fn open_journal(path: &Path) -> Result<SharedStore, Failure> {
    let directory = Directory::open(std::sync::Arc::new(RealDisk), path)?;
    let settings = JournalSettings::default();
    let journal: std::sync::Arc<dyn Store> = Journal::open(
        directory,
        settings,
        SegmentId(0),
        std::sync::Arc::new(Unobserved),
    )?;
    Ok(journal)
}
