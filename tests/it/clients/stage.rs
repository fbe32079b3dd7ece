//! Where a client program performs.

use std::path::Path;

use tempfile::TempDir;

use crate::support::gateway::Gateway;

/// A gateway, and a folder for what a stack's tools generate.
pub struct Stage {
    pub gateway: Gateway,
    folder: TempDir,
}

impl Stage {
    pub fn of(gateway: Gateway) -> Self {
        Self {
            gateway,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Where documents, generated sources and programs go; it vanishes with the stage.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path in [`folder`](Self::folder).
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The address of the description.
    pub fn wsdl(&self) -> String {
        format!("{}?wsdl", self.service())
    }

    /// The address of the service.
    pub fn service(&self) -> String {
        format!("http://{}/dfs.asmx", self.gateway.address)
    }
}
