//! The checkpoint with which all subjects of a run start, if they are not naive.

use crate::run::checkpoint::Checkpoint;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::Path;

/// A checkpoint whose agent is the start of a run's subjects.
pub struct Origin {
    /// Its contents.
    pub checkpoint: Checkpoint,
    bytes: Vec<u8>,
}

impl Origin {
    /// Name of the file in a run folder that keeps it.
    pub const FILE: &'static str = "from.safetensors";

    /// Reads the file.
    ///
    /// # Errors
    /// A missing, oversized, truncated, foreign or altered file.
    pub fn open(path: &Path) -> Result<Self> {
        let checkpoint = Checkpoint::open(path)?;
        let bytes = std::fs::read(path).with_context(|| format!("cannot read checkpoint {}", path.display()))?;
        Ok(Self { checkpoint, bytes })
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the file, in hexadecimal digits, which distinguishes runs.
    pub fn checksum(&self) -> String {
        Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
