//! A program that sends what lies in a spool.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Takes attempts as `docs/SPOOL.md` says, and counts.
pub struct Consumer {
    new: PathBuf,
    /// The documents of each attempt it has taken, by the attempt's name, once for each time.
    pub taken: BTreeMap<String, Vec<Vec<u8>>>,
}

/// An attempt that a consumer has just taken.
pub struct Seen {
    /// Its name: `000000042.1`.
    pub name: String,
    directory: PathBuf,
}

impl Seen {
    /// Which attempt it is, from 1.
    pub fn attempt(&self) -> u32 {
        let (_, number) = self.name.split_once('.').expect("a name");
        number.parse().expect("a number")
    }

    /// Says how it ended.
    pub fn say(&self, status: &str) {
        let draft = self.directory.join("status.tmp");
        fs::write(&draft, status).expect("a file in the spool");
        fs::rename(&draft, self.directory.join("status")).expect("a status");
    }
}

impl Consumer {
    /// A consumer of the attempts in `new`.
    pub fn new(new: PathBuf) -> Self {
        Self {
            new,
            taken: BTreeMap::new(),
        }
    }

    /// Looks once, and takes what nobody has.
    pub fn look(&mut self) -> Vec<Seen> {
        let Ok(entries) = fs::read_dir(&self.new) else {
            return Vec::new();
        };
        let mut seen = Vec::new();
        for entry in entries {
            let directory = entry.expect("an entry").path();
            if let Some(taken) = self.take(&directory) {
                seen.push(taken);
            }
        }
        seen
    }

    fn take(&mut self, directory: &Path) -> Option<Seen> {
        match fs::create_dir(directory.join("taken")) {
            Ok(()) => {}
            // Somebody has it, or it is gone.
            Err(error)
                if [io::ErrorKind::AlreadyExists, io::ErrorKind::NotFound]
                    .contains(&error.kind()) =>
            {
                return None;
            }
            Err(error) => panic!("{}: {error}", directory.display()),
        }
        let description = fs::read(directory.join("fax.json")).expect("the description");
        let description: serde_json::Value = serde_json::from_slice(&description).expect("JSON");
        let file = description["documents"][0]["file"].as_str();
        let file = directory.join(file.expect("a document"));
        let document = fs::read(file).expect("the document");
        let name = directory.file_name()?.to_str()?.to_owned();
        self.taken.entry(name.clone()).or_default().push(document);
        Some(Seen {
            name,
            directory: directory.to_owned(),
        })
    }

    /// How often attempts of a transaction were taken, each of them.
    pub fn transmissions(&self, id: chunkgate::fax::item::TransactionId) -> Vec<(u32, usize)> {
        let prefix = format!("{:09}.", id.0);
        let of_it = self.taken.iter().filter_map(|(name, documents)| {
            let number = name.strip_prefix(&prefix)?.parse().expect("a number");
            Some((number, documents.len()))
        });
        of_it.collect()
    }
}
