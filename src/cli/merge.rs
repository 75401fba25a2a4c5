//! `etude merge`: joins parts of a study that were run separately into what a single run would have written.

use super::flags::Common;
use super::runs::folder;
use super::{sweep, transfer, transfer_matrix};
use crate::catalog::Catalog;
use crate::matrix::{self, MatrixSpec};
use crate::run::folder::{Spec, format_among};
use crate::sweep::SweepRun;
use crate::transfer::TransferSpec;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Merge {
    /// Folders written by `etude transfer`, `etude transfer-matrix` or `etude sweep` with --shard
    #[arg(required = true)]
    parts: Vec<PathBuf>,
    /// Output folder [default: a new one in runs/, named merged]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Resume a merge that was stopped
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    common: Common,
}

impl Merge {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let (parts, common) = (&self.parts, &self.common);
        let out = &folder(self.out.as_deref(), "merged", self.resume);
        let formats = [TransferSpec::FORMAT, MatrixSpec::FORMAT, SweepRun::FORMAT];
        match self.parts.first().map(|part| format_among(part, &formats)).transpose()?.as_deref() {
            Some(MatrixSpec::FORMAT) => transfer_matrix::show(&matrix::merge(parts, out, self.resume)?, out, common),
            Some(SweepRun::FORMAT) => sweep::show(&crate::sweep::merge(parts, out, self.resume)?, out, common),
            _ => transfer::show(&crate::transfer::merge(catalog, parts, out, self.resume)?, out, common),
        }
    }
}
