//! What all subjects of a run begin with, where they are not naive.

use crate::run::checkpoint::Checkpoint;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::Path;

/// A checkpoint whose agent a run's subjects begin with.
pub struct Origin {
    /// What is in it.
    pub checkpoint: Checkpoint,
    bytes: Vec<u8>,
}

impl Origin {
    /// The file of a run folder in which it is kept.
    pub const FILE: &'static str = "from.safetensors";

    /// Reads it.
    ///
    /// # Errors
    /// A missing, oversized, truncated, foreign or altered file.
    pub fn open(path: &Path) -> Result<Self> {
        let checkpoint = Checkpoint::open(path)?;
        let bytes = std::fs::read(path).with_context(|| format!("cannot read checkpoint {}", path.display()))?;
        Ok(Self { checkpoint, bytes })
    }

    /// The file as it is.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the file, in hexadecimal digits, by which runs are told apart.
    pub fn checksum(&self) -> String {
        Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
