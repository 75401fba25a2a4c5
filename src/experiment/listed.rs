//! Experiments by name.

use super::error::ExperimentError;
use super::joined::Experiment;
use super::spec::ExperimentSpec;
use crate::catalog::{AgentBlueprint, Catalog, EXPERIMENTS, document, names_in};
use crate::settings::{self, Setting};
use etude_envs::document::{Document, nearest};
use std::path::Path;

impl Catalog {
    /// Names of all built-in experiments, sorted.
    pub fn experiment_names(&self) -> Vec<String> {
        let mut names: Vec<String> = names_in(&EXPERIMENTS).collect();
        names.sort();
        names
    }

    /// The experiment of that name, or the experiment described by the YAML file at that path; optionally with another
    /// agent.
    ///
    /// # Errors
    /// An unknown name, or an invalid document.
    pub fn experiment(&self, name: &str, agent: Option<&str>) -> Result<Experiment, ExperimentError> {
        self.experiment_from(&self.experiment_document(name, None)?, agent)
    }

    /// Like [`Catalog::experiment`], with the document changed before it is checked.
    ///
    /// # Errors
    /// An unknown name, or a document that is invalid before or after the change.
    pub fn experiment_with(
        &self,
        name: &str,
        agent: Option<&str>,
        change: &dyn Fn(&mut ExperimentSpec),
    ) -> Result<Experiment, ExperimentError> {
        let document = self.completed(&self.experiment_document(name, None)?)?;
        Experiment::read_changed(self, &document, agent, change, &Ok)
    }

    /// Like [`Catalog::experiment`], with settings of the experiment and of its agent changed.
    ///
    /// # Errors
    /// An unknown name, an invalid document, or an unknown or invalid setting.
    pub fn experiment_set(
        &self,
        name: &str,
        agent: Option<&str>,
        settings: &[Setting],
    ) -> Result<Experiment, ExperimentError> {
        self.experiment_set_from(&self.experiment_document(name, None)?, agent, settings)
    }

    /// Like [`Catalog::experiment_set`], for the experiment that a document describes.
    ///
    /// # Errors
    /// An invalid document, or an unknown or invalid setting.
    pub fn experiment_set_from(
        &self,
        document: &Document,
        agent: Option<&str>,
        settings: &[Setting],
    ) -> Result<Experiment, ExperimentError> {
        let document = self.completed(document)?;
        let document = settings::experiment(document, settings)?;
        let alter = |named: AgentBlueprint| settings::agent(self, named, settings);
        Experiment::read_changed(self, &document, agent, &|_| {}, &alter)
    }

    /// The experiment that a document describes, including what it extends; optionally with another agent.
    ///
    /// # Errors
    /// An invalid document.
    pub fn experiment_from(&self, document: &Document, agent: Option<&str>) -> Result<Experiment, ExperimentError> {
        Experiment::read(self, &self.completed(document)?, agent)
    }

    /// An experiment's document including what it extends.
    fn completed(&self, document: &Document) -> Result<Document, ExperimentError> {
        document.clone().completed(&|base, by| self.experiment_document(base, by.folder_of("extends")))
    }

    fn experiment_document(&self, name: &str, folder: Option<&Path>) -> Result<Document, ExperimentError> {
        match document(&EXPERIMENTS, name, folder)? {
            Some(document) => Ok(document),
            None => {
                let names = self.experiment_names();
                let nearest = nearest(name, names.iter().map(String::as_str)).map(String::from);
                Err(ExperimentError::Unknown { name: name.into(), nearest })
            }
        }
    }
}
