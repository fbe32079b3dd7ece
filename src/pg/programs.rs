//! Finds the Postgres programs on this machine.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{PgError, initdb::clean_environment};

/// Where Debian and Ubuntu keep the programs, a folder for each version, outside of PATH.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The oldest version the gateway's own cluster is made with.
const OLDEST: u32 = 14;

/// The programs of one installed version of Postgres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    folder: PathBuf,
    version: u32,
}

/// The places to look in.
#[derive(Clone, Debug)]
pub struct Search {
    /// The setting `postgres.bin_dir`: if set, the only place.
    pub bin_dir: Option<PathBuf>,
    /// The value of PATH.
    pub path: Option<OsString>,
    /// A folder with a folder for each version, each with a `bin`.
    pub versions: PathBuf,
}

impl Search {
    /// The places of this machine: `bin_dir` if set, else PATH and `/usr/lib/postgresql/*/bin`.
    pub fn machine(bin_dir: Option<PathBuf>) -> Self {
        Self {
            bin_dir,
            path: env::var_os("PATH"),
            versions: PathBuf::from(DEBIAN),
        }
    }

    /// The programs for the cluster in `cluster`: those of its version, or for a cluster that does
    /// not exist yet, the newest.
    ///
    /// # Errors
    /// [`PgError::NoPrograms`], or [`PgError::OtherVersion`] if the cluster needs another version.
    pub fn programs_for(&self, cluster: &Path) -> Result<Programs, PgError> {
        let found = self.installed();
        let Some(newest) = found.iter().max_by_key(|programs| programs.version) else {
            return Err(PgError::NoPrograms {
                searched: self.describe(),
            });
        };
        let Some(wanted) = cluster_version(cluster) else {
            return Ok(newest.clone());
        };
        found
            .iter()
            .find(|programs| programs.version == wanted)
            .cloned()
            .ok_or_else(|| PgError::OtherVersion {
                cluster: cluster.to_owned(),
                wanted,
                found: versions(&found),
            })
    }

    fn installed(&self) -> Vec<Programs> {
        self.folders()
            .into_iter()
            .filter_map(Programs::in_folder)
            .filter(|programs| programs.version >= OLDEST)
            .collect()
    }

    fn folders(&self) -> Vec<PathBuf> {
        if let Some(bin_dir) = &self.bin_dir {
            return vec![bin_dir.clone()];
        }
        let path = self.path.iter().flat_map(env::split_paths);
        let versions = fs::read_dir(&self.versions)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path().join("bin")));
        path.chain(versions).collect()
    }

    fn describe(&self) -> String {
        match &self.bin_dir {
            Some(bin_dir) => format!("{} (`postgres.bin_dir`)", bin_dir.display()),
            None => format!("PATH, {}/*/bin", self.versions.display()),
        }
    }
}

impl Programs {
    /// The programs in `folder`, if it holds those the gateway needs.
    fn in_folder(folder: PathBuf) -> Option<Self> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let mut command = Command::new(folder.join("postgres"));
        clean_environment(&mut command);
        let output = command.arg("--version").output().ok()?;
        let version = major(&String::from_utf8(output.stdout).ok()?)?;
        Some(Self { folder, version })
    }

    /// The major version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The program that makes a cluster.
    pub fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    /// The server.
    pub fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }
}

/// The major version in `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn major(text: &str) -> Option<u32> {
    let number = text.split_once(") ")?.1;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// The major version that made the cluster; `None` if there is no cluster.
fn cluster_version(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION"))
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn versions(programs: &[Programs]) -> String {
    let mut versions: Vec<u32> = programs.iter().map(Programs::version).collect();
    versions.sort_unstable();
    versions.dedup();
    let texts: Vec<String> = versions.iter().map(u32::to_string).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read_from_every_form_of_version_line() {
        for (text, version) in [
            (
                "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n",
                Some(15),
            ),
            ("postgres (PostgreSQL) 18.0\n", Some(18)),
            ("postgres (PostgreSQL) 19devel\n", Some(19)),
            ("postgres (PostgreSQL) 17beta2\n", Some(17)),
            ("postgres: command not found\n", None),
            ("", None),
        ] {
            assert_eq!(major(text), version, "{text:?}");
        }
    }
}
