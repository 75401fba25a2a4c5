//! Which agents and tasks go together in an experiment: nothing of it is to fail after practice.

use super::error::ExperimentError;
use crate::catalog::{AgentBlueprint, body_differences};
use crate::run::lesions::Lesions;
use etude_agents::State;
use etude_envs::Seed;
use etude_envs::document::{Document, DocumentError, Invalid};
use etude_envs::task::Blueprint;

/// Files in different folders that are named alike would be told apart by nobody who reads the run's record.
pub(super) fn two_of_one_name(document: &Document, field: &str, name: &str) -> DocumentError {
    let found = format!("`{name}`, the name of two different files");
    document.invalid(&Invalid { field: field.into(), found, expected: "a name of its own for each file".into() })
}

/// Refuses a task whose body plan is not that of the test.
pub(super) fn refuse_other_body(
    document: &Document,
    field: &str,
    task: &Blueprint,
    test: &Blueprint,
) -> Result<(), ExperimentError> {
    let differences = body_differences(task.spec(), test.spec());
    if differences.is_empty() {
        return Ok(());
    }
    let found = format!("{} ({})", task.spec().id, differences.join("; "));
    let expected = format!("a task with the body plan of {}, so that a brain can move between them", test.spec().id);
    Err(document.invalid(&Invalid { field: format!("{field}.task"), found, expected }).into())
}

/// Makes lesions in an agent that is thrown away, so that none fails in the middle of an experiment.
pub(super) fn try_lesions(
    document: &Document,
    field: &str,
    lesions: &Lesions,
    agent: &AgentBlueprint,
    task: &Blueprint,
) -> Result<(), ExperimentError> {
    if lesions.is_empty() {
        return Ok(());
    }
    // An agent that cannot be made for the task is reported with the task, when the experiment is run.
    let Ok(mut tried) = agent.make(task.spec(), Seed(0)) else { return Ok(()) };
    for (part, &share) in lesions {
        tried.lesion(part, share).map_err(|error| {
            let field = format!("{field}.{part}");
            let expected = format!("a lesion that agent `{}` can have ({error})", agent.name());
            document.invalid(&Invalid { field, found: share.to_string(), expected })
        })?;
    }
    Ok(())
}

/// Passes what an agent is on to the one that goes on in the test, so that this does not fail after practice.
pub(super) fn try_passing_on(
    document: &Document,
    field: &str,
    practised: &AgentBlueprint,
    tested: &AgentBlueprint,
    task: &Blueprint,
) -> Result<(), DocumentError> {
    let make = |agent: &AgentBlueprint| agent.make(task.spec(), Seed(0));
    // An agent that cannot be made for the task is reported with the task, when the experiment is run.
    let (Ok(practised), Ok(mut tested)) = (make(practised), make(tested)) else { return Ok(()) };
    let mut state = State::new();
    practised.save(&mut state);
    tested.load(&state).map_err(|error| {
        let expected = "settings with which what was learnt in practice can go on".into();
        document.invalid(&Invalid { field: field.into(), found: format!("other parts ({error})"), expected })
    })
}
