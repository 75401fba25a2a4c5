//! `etude report`: the report of an experiment, made anew from its tables.

use super::flags::Common;
use super::transfer::show;
use crate::report::rebuild;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Report {
    /// Folder left by `etude transfer` or `etude merge`
    folder: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Report {
    pub fn run(&self) -> Result<ExitCode> {
        show(&rebuild(&self.folder)?, &self.folder, &self.common)
    }
}
