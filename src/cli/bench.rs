//! `etude bench`
use super::Common;
use crate::catalog::Catalog;
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;
#[derive(Args)]
pub struct Bench {
    #[command(flatten)]
    common: Common,
}
impl Bench {
    pub fn run(&self, _: &Catalog) -> Result<ExitCode> {
        let _ = self.common.json;
        Ok(ExitCode::SUCCESS)
    }
}
