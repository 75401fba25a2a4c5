//! Names and files of one kind where another is expected.

use crate::catalog::Catalog;
use anyhow::{Result, bail};
use etude_envs::document::{Document, find};
use std::fmt;

/// What a name or a YAML file can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Task,
    Agent,
    Experiment,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Task => "a task",
            Kind::Agent => "an agent",
            Kind::Experiment => "an experiment",
        })
    }
}

/// Refuses what is known to be of another kind, and says which command takes it.
///
/// # Errors
/// A built-in name or a file of another kind.
pub fn refuse_other_kinds(catalog: &Catalog, name: &str, expected: Kind) -> Result<()> {
    let Some(found) = kind_of(catalog, name).filter(|found| *found != expected) else { return Ok(()) };
    let use_it = match found {
        Kind::Task => format!("`etude train {name}` practises it"),
        Kind::Agent => format!("`etude train TASK --agent {name}` uses it"),
        Kind::Experiment => format!("`etude transfer {name}` runs it"),
    };
    bail!("`{name}` is {found}; expected {expected} ({use_it})")
}

fn kind_of(catalog: &Catalog, name: &str) -> Option<Kind> {
    let among = |names: Vec<String>| names.iter().any(|known| known == name);
    if among(catalog.tasks.task_ids()) {
        return Some(Kind::Task);
    }
    if among(catalog.experiment_names()) {
        return Some(Kind::Experiment);
    }
    if among(catalog.agent_names()) {
        return Some(Kind::Agent);
    }
    // A pipe can be read only once; what cannot be read at all is told by who opens it.
    let document = find(name, None).filter(|path| path.is_file()).and_then(|path| Document::open(&path).ok())?;
    [("experiment", Kind::Experiment), ("agent", Kind::Agent), ("task", Kind::Task)]
        .into_iter()
        .find_map(|(field, kind)| document.text_field(field).map(|_| kind))
}
