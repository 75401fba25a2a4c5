//! What needs a window, in a program that was built without one.

use anyhow::{Result, anyhow};
use clap::Args;
use std::ffi::OsString;
use std::process::ExitCode;

/// `etude play`, whatever is asked of it.
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

/// Says how to have the window for the command that was given, and what there is instead.
pub fn refusal(instead: &str) -> anyhow::Error {
    let words: String = std::env::args_os().skip(1).map(|word| format!(" {}", word.to_string_lossy())).collect();
    anyhow!(
        "this program was built without a window; build one that has it (it takes a while, once): \
         cargo run --release --features stage --{words}{instead}"
    )
}
