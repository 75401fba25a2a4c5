//! `etude` without a command: a small study of transfer, from start to report.

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
/// One more than the fewest for which a difference can be called significant.
const SUBJECTS: u64 = 6;
const SIGNALS_EVERY: u64 = 500;

/// Runs the study in the current folder, resumes it, or shows its results.
pub fn run(catalog: &Catalog, scale_steps: Option<f64>) -> Result<ExitCode> {
    let mut experiment = catalog.experiment(EXPERIMENT, None)?;
    experiment.spec.subjects = SUBJECTS;
    if let Some(factor) = scale_steps {
        experiment.spec = experiment.spec.scaled(factor);
    }
    let out = Path::new(FOLDER);
    let before = match (out.join("report.html").exists(), out.join("run.yaml").exists()) {
        (true, _) => "This study has finished; its results:".to_string(),
        (_, true) => format!("Resuming the study in {FOLDER}; this takes a few minutes."),
        _ => format!(
            "A study of transfer in {FOLDER}: {SUBJECTS} subjects in each group; this takes a few minutes. `etude --help` \
             lists all commands."
        ),
    };
    tell(&before);
    let spec = TransferSpec::new(&experiment, SIGNALS_EVERY, None);
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let summary = match transfer(catalog, &experiment, &spec, threads, out, true, false) {
        Err(error) => match error.downcast_ref::<Interrupted>() {
            Some(interrupted) => {
                tell(&format!("stopped; all practice so far is saved in {FOLDER}; run `etude` again to resume"));
                return Ok(ExitCode::from(interrupted.exit_code()));
            }
            None => return Err(error),
        },
        Ok(summary) => summary,
    };
    show(&summary, out, &Common { json: false, quiet: false })
}
