//! What goes to stdout.

use crate::tell::{plain_lines, tell};
use anyhow::Result;
use std::io::Write;
use std::process::ExitCode;

/// Prints to stdout; a reader that has gone away is not an error, a full disk is.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(plain_lines(text).as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to stdout"))
        }
        _ => Ok(()),
    }
}

pub(super) fn print_json(document: &serde_json::Value) -> Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(document)?))
}

/// Prints what came of a study: as one JSON document, or as a report to read. Faults are told beside.
pub(super) fn print_summary(
    faults: u64,
    json: bool,
    document: impl FnOnce() -> Result<String>,
    report: impl FnOnce() -> String,
) -> Result<ExitCode> {
    if faults > 0 {
        tell(&format!("warning: {faults} episodes ended in a fault"));
    }
    print(&if json { document()? } else { report() })?;
    Ok(ExitCode::SUCCESS)
}
