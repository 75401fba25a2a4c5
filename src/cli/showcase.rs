//! `etude` alone: a small study of transfer, from nothing to its report.

use super::flags::Common;
use super::transfer::show;
use crate::catalog::Catalog;
use crate::run::interrupt::Interrupted;
use crate::tell::tell;
use crate::transfer::{TransferSpec, transfer};
use anyhow::Result;
use std::path::Path;
use std::process::ExitCode;

const EXPERIMENT: &str = "flat-to-rough";
const FOLDER: &str = "etude-showcase";
/// The fewest of which something can be called a difference, and one more.
const SUBJECTS: u64 = 6;
const SIGNALS_EVERY: u64 = 500;

/// Runs the study in the present folder, goes on with it, or shows what came of it.
pub fn run(catalog: &Catalog, scale_steps: Option<f64>) -> Result<ExitCode> {
    let mut experiment = catalog.experiment(EXPERIMENT, None)?;
    experiment.spec.subjects = SUBJECTS;
    if let Some(factor) = scale_steps {
        experiment.spec = experiment.spec.scaled(factor);
    }
    let out = Path::new(FOLDER);
    let before = match (out.join("report.html").exists(), out.join("run.yaml").exists()) {
        (true, _) => "This study is finished; what came of it:".to_string(),
        (_, true) => format!("Going on with the study in {FOLDER}; it takes a few minutes."),
        _ => format!(
            "A study of transfer in {FOLDER}: {SUBJECTS} subjects in each group; it takes a few minutes. `etude --help` \
             shows all else."
        ),
    };
    tell(&before);
    let spec = TransferSpec::new(&experiment, SIGNALS_EVERY, None);
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let summary = match transfer(&experiment, &spec, threads, out, true, false) {
        Err(error) => match error.downcast_ref::<Interrupted>() {
            Some(interrupted) => {
                tell(&format!("stopped; what was practised is saved in {FOLDER}: `etude` goes on"));
                return Ok(ExitCode::from(interrupted.exit_code()));
            }
            None => return Err(error),
        },
        Ok(summary) => summary,
    };
    show(&summary, out, &Common { json: false, quiet: false })
}
