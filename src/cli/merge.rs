//! `etude merge`: parts of an experiment, run apart, joined into what one run would have left.

use super::{Common, transfer::show};
use crate::transfer::merge;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Merge {
    /// Folders left by `etude transfer --shard`
    #[arg(required = true)]
    parts: Vec<PathBuf>,
    /// Folder for the whole
    #[arg(long)]
    out: PathBuf,
    /// Go on with a merge that was stopped
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    common: Common,
}

impl Merge {
    pub fn run(&self) -> Result<ExitCode> {
        show(&merge(&self.parts, &self.out, self.resume)?, &self.out, &self.common)
    }
}
