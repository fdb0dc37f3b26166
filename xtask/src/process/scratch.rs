//! A temporary directory that goes when it is no longer needed, however this program ends.

use std::path::{Path, PathBuf};

use super::reaper;
use crate::Outcome;
use crate::project;

/// The directory; dropping it removes it.
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// A new and empty one.
    pub fn new(purpose: &str) -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("llm-api-router-{purpose}-{}", std::process::id()));
        reaper::scratch(&path);
        project::empty_dir(&path)?;
        Ok(Self { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
