//! The whole command line as a library call.

use crate::catalog::Catalog;
use crate::cli;
use etude_agents::{Agent, AgentShape};
use etude_envs::Family;
use std::ffi::OsString;
use std::process::ExitCode;

/// The program: the built-in tasks and agents, and those added to it.
#[derive(Clone, Default)]
pub struct Program {
    catalog: Catalog,
}

impl Program {
    /// The program with everything that is built in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an agent, which is listed, trained, evaluated and compared like any other.
    pub fn agent<A: Agent + 'static>(
        mut self,
        name: &str,
        make: impl Fn(&AgentShape, u64) -> A + Send + Sync + 'static,
    ) -> Self {
        self.catalog.register_agent(name, make);
        self
    }

    /// Adds a family of tasks, which are listed, checked, described and used for training like any other.
    pub fn task(mut self, family: Family) -> Self {
        self.catalog.tasks.add(family);
        self
    }

    /// Runs the command with which the process was started.
    pub fn run(self) -> ExitCode {
        self.run_with(std::env::args_os())
    }

    /// Runs a command given as arguments, the first of which is the name of the program.
    pub fn run_with(self, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
        cli::run(&self.catalog, arguments)
    }
}
