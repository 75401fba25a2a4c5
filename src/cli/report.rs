//! `etude report`: regenerates the report of an experiment from its folder.

use super::flags::Common;
use super::{sweep, transfer, transfer_matrix};
use crate::catalog::Catalog;
use crate::matrix::{self, MatrixSpec};
use crate::report;
use crate::run::folder::{Spec, format_among};
use crate::sweep::SweepRun;
use crate::transfer::TransferSpec;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Report {
    /// Folder written by `etude transfer`, `etude transfer-matrix`, `etude sweep` or `etude merge`
    folder: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Report {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let (folder, common) = (&self.folder, &self.common);
        match format_among(folder, &[TransferSpec::FORMAT, MatrixSpec::FORMAT, SweepRun::FORMAT])?.as_str() {
            MatrixSpec::FORMAT => transfer_matrix::show(&matrix::rebuild(folder)?, folder, common),
            SweepRun::FORMAT => sweep::show(&crate::sweep::rebuild(folder)?, folder, common),
            _ => transfer::show(&report::rebuild(catalog, folder)?, folder, common),
        }
    }
}
