//! `etude watch` and `etude play` in a program that was built without a window.

use anyhow::{Result, bail};
use clap::Args;
use std::ffi::OsString;
use std::process::ExitCode;

#[derive(Args)]
pub struct Away {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

impl Away {
    pub fn run(&self, command: &str) -> Result<ExitCode> {
        let rest: String = self.rest.iter().map(|word| format!(" {}", word.to_string_lossy())).collect();
        bail!(
            "this program was built without a window; build one that has it (it takes a while, once): \
             cargo run --release --features stage -- {command}{rest}"
        )
    }
}
