//! The agents and tasks that an experiment's fields name, with its settings and parameters laid over them.

use super::error::ExperimentError;
use super::spec::Block;
use crate::catalog::{AgentBlueprint, AgentError, Catalog};
use etude_envs::document::{Document, Invalid, shown};
use etude_envs::error::TaskError;
use etude_envs::task::Blueprint;

/// The error for an agent that cannot be had, which a field names.
pub(super) fn no_agent(document: &Document, experiment: &str, field: &str, error: AgentError) -> ExperimentError {
    match error {
        AgentError::Unknown { name, nearest } => {
            let near = nearest.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let expected = format!("a known agent or the path of one{near}");
            document.invalid(&Invalid { field: field.into(), found: format!("`{}`", shown(&name)), expected }).into()
        }
        error => ExperimentError::Agent { experiment: experiment.into(), error },
    }
}

/// An agent with the settings in fields of an experiment laid over it, one after the other.
pub(super) fn with_settings(
    catalog: &Catalog,
    document: &Document,
    experiment: &str,
    agent: AgentBlueprint,
    settings: &[String],
) -> Result<AgentBlueprint, ExperimentError> {
    if settings.is_empty() {
        return Ok(agent);
    }
    let mut altered = Document::parse(agent.name(), agent.yaml())?;
    for field in settings {
        altered = document.part(field, &part_of(field))?.extending(&altered);
    }
    catalog.agent_from(&altered).map_err(|error| match error {
        AgentError::Document(error) => error.into(),
        error => ExperimentError::Agent { experiment: experiment.into(), error },
    })
}

/// `settings of groups.transfer` for the field `groups.transfer.settings`.
fn part_of(field: &str) -> String {
    field.rsplit_once('.').map_or_else(|| field.into(), |(place, name)| format!("{name} of {place}"))
}

/// The task a block names, with the block's parameters laid over it.
pub(super) fn task_of(
    catalog: &Catalog,
    document: &Document,
    field: &str,
    block: &Block,
) -> Result<Blueprint, ExperimentError> {
    let wrong = |error| ExperimentError::Task { place: format!("{}: field `{field}`", document.source_name()), error };
    let name = format!("{field}.task");
    let task = catalog.tasks.task_beside(&block.task, document.folder_of(&name)).map_err(|error| match error {
        TaskError::Unknown { name: unknown, nearest } => {
            let near = nearest.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let expected = format!("a known task or the path of one{near} (`etude list tasks` shows all)");
            let found = format!("`{}`", shown(&unknown));
            document.invalid(&Invalid { field: name.clone(), found, expected }).into()
        }
        error => wrong(error),
    })?;
    if block.parameters.is_none() {
        return Ok(task);
    }
    let field = format!("{field}.parameters");
    let base = task.yaml();
    if base.is_empty() {
        let (found, expected) = (format!("some for {}", block.task), "none for a task made in code".into());
        return Err(document.invalid(&Invalid { field, found, expected }).into());
    }
    let altered = document.part(&field, &part_of(&field))?.extending(&Document::parse(&block.task, &base)?);
    catalog.tasks.task_from(&altered).map_err(wrong)
}
