//! `etude merge`: parts of a study, run apart, joined into what one run would have left.

use super::flags::Common;
use super::{sweep, transfer, transfer_matrix};
use crate::matrix::{self, MatrixSpec};
use crate::run::folder::{Spec, format_of};
use crate::sweep::SweepRun;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Merge {
    /// Folders left by the --shard of `etude transfer`, `etude transfer-matrix` or `etude sweep`
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
        let (parts, out, common) = (&self.parts, &self.out, &self.common);
        match self.parts.first().map(|part| format_of(part)).transpose()?.as_deref() {
            Some(MatrixSpec::FORMAT) => transfer_matrix::show(&matrix::merge(parts, out, self.resume)?, out, common),
            Some(SweepRun::FORMAT) => sweep::show(&crate::sweep::merge(parts, out, self.resume)?, out, common),
            _ => transfer::show(&crate::transfer::merge(parts, out, self.resume)?, out, common),
        }
    }
}
