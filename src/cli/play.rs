//! `etude play`: a person at the controls of a task.

use super::cast::siblings;
use super::numbers::seed;
use super::watch::PictureSize;
use crate::catalog::Catalog;
use crate::run::lesions::Lesions;
use crate::show::{Programme, Speed};
use crate::stage::{Desk, Opening, Person, Simulation, open};
use anyhow::Result;
use clap::Args;
use etude_envs::Seed;
use std::process::ExitCode;

/// Name of the agent that stands for the person.
const PERSON: &str = "you";

#[derive(Args)]
pub struct Play {
    /// Task name, or path of its YAML file
    task: String,
    /// Speed relative to real time; slower is easier
    #[arg(long, default_value = "0.5")]
    speed: Speed,
    /// Seed of the episodes
    #[arg(long, default_value = "0", value_parser = seed)]
    seed: u64,
    #[command(flatten)]
    picture: PictureSize,
}

impl Play {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let task = catalog.tasks.task(&self.task)?;
        let person = Person::default();
        let controls = person.controls.clone();
        let mut catalog = catalog.clone();
        catalog.register_agent(PERSON, move |_, _| person.clone());
        let desk = Desk::new(task.spec(), controls);
        let programme = Programme {
            siblings: siblings(&catalog, &task),
            task,
            agent: catalog.agent(PERSON)?,
            seed: Seed(self.seed),
            subjects: 1,
            cast: Vec::new(),
            learning: false,
            lesions: Lesions::new(),
            run: None,
            threads: 1,
        };
        let simulation = Simulation::start(programme, self.speed, true)?;
        let desk = Some(desk);
        open(simulation, Opening { size: self.picture.size, tell_frames: false, grid: false, desk, waiting: true })?;
        Ok(ExitCode::SUCCESS)
    }
}
