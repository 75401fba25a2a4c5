//! Settings of tasks, agents and experiments changed for one run by `--set PATH=VALUE`.

use crate::catalog::{AgentBlueprint, AgentError, Catalog};
use etude_envs::document::{Document, DocumentError, shown};
use etude_envs::error::TaskError;
use etude_envs::task::Blueprint;
use std::fmt;

/// Beginning of paths of agents' settings; all others belong to the task or the experiment.
const OF_AGENT: &str = "brain";
/// Their name in error messages.
const WHAT: &str = "--set";

/// A changed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    path: String,
    value: String,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", shown(&self.path), shown(&self.value))
    }
}

/// Reads `PATH=VALUE`.
///
/// # Errors
/// Text without a path or without a value.
pub fn setting(text: &str) -> Result<Setting, String> {
    let both = text.split_once('=').map(|(path, value)| (path.trim(), value.trim()));
    match both.filter(|(path, value)| !path.is_empty() && !value.is_empty()) {
        Some((path, value)) => Ok(Setting { path: path.into(), value: value.into() }),
        None => Err(format!(
            "expected a path and a value, such as brain.basal_ganglia.policy_rate=0.1, found `{}`",
            shown(text)
        )),
    }
}

impl Setting {
    /// A value, as written in YAML on one line, at a path.
    pub fn new(path: &str, value: &str) -> Self {
        Self { path: path.into(), value: value.into() }
    }

    /// Whether it belongs to the agent.
    pub fn of_agent(&self) -> bool {
        self.path.split(['.', '[']).next() == Some(OF_AGENT)
    }
}

impl Catalog {
    /// The task of that name or path, with changed settings.
    ///
    /// # Errors
    /// The errors of the registry, or an unknown or invalid setting.
    pub fn task_set(&self, name: &str, settings: &[Setting]) -> Result<Blueprint, TaskError> {
        task(self, self.tasks.task(name)?, settings)
    }

    /// The agent of that name or path, with changed settings.
    ///
    /// # Errors
    /// The errors of [`Catalog::agent`], or an unknown or invalid setting.
    pub fn agent_set(&self, name: &str, settings: &[Setting]) -> Result<AgentBlueprint, AgentError> {
        agent(self, self.agent(name)?, settings)
    }
}

/// A document with the settings that belong to the agent, or with those that do not.
fn changed(document: Document, settings: &[Setting], of_agent: bool) -> Result<Document, DocumentError> {
    let mut own = settings.iter().filter(|setting| setting.of_agent() == of_agent);
    own.try_fold(document, |document, setting| document.with_value(&setting.path, &setting.value, WHAT))
}

/// A task with its settings changed.
///
/// # Errors
/// An unknown path, or an invalid value.
pub fn task(catalog: &Catalog, task: Blueprint, settings: &[Setting]) -> Result<Blueprint, TaskError> {
    if settings.iter().all(Setting::of_agent) {
        return Ok(task);
    }
    let document = Document::parse(&task.spec().id, &task.yaml())?;
    catalog.tasks.task_from(&changed(document, settings, false)?)
}

/// An agent with its settings changed.
///
/// # Errors
/// An unknown path, or an invalid value.
pub fn agent(catalog: &Catalog, agent: AgentBlueprint, settings: &[Setting]) -> Result<AgentBlueprint, AgentError> {
    if !settings.iter().any(Setting::of_agent) {
        return Ok(agent);
    }
    let document = Document::parse(agent.name(), agent.yaml())?;
    catalog.agent_from(&changed(document, settings, true)?)
}

/// An experiment's document with its settings changed, without those of its agent.
///
/// # Errors
/// An unknown path.
pub fn experiment(document: Document, settings: &[Setting]) -> Result<Document, DocumentError> {
    changed(document, settings, false)
}
