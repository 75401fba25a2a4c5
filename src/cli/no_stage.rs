//! Commands that need a window, in a program built without one.

use anyhow::{Result, anyhow};
use clap::Args;
use std::ffi::OsString;
use std::process::ExitCode;

/// `etude play`, with any arguments.
#[derive(Args)]
pub struct Away {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

impl Away {
    pub fn run(&self) -> Result<ExitCode> {
        Err(refusal(""))
    }
}

/// Says how to get the window for the given command, and what to use instead.
pub fn refusal(instead: &str) -> anyhow::Error {
    let words: String = std::env::args_os().skip(1).map(|word| format!(" {}", word.to_string_lossy())).collect();
    anyhow!(
        "this program was built without the window; build it with the window (slow only the first time): \
         cargo run --release --features stage --{words}{instead}"
    )
}
