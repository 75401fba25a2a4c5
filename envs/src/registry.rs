//! The registry finds tasks by name or file.

use crate::document::{Document, Invalid, find, nearest};
use crate::error::TaskError;
use crate::family::{Family, FromDocuments, Tasks, is_task_id};
use crate::task::{Blueprint, TaskSpec};
use crate::{cursor, cycling, fretting, reaching};
use include_dir::{Dir, include_dir};
use schemars::Schema;
use std::path::Path;

/// Task files compiled into the program.
static TASKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/tasks");

/// All known families.
#[derive(Clone)]
pub struct Registry {
    families: Vec<Family>,
}

impl Default for Registry {
    /// The built-in families.
    fn default() -> Self {
        Self { families: vec![cursor::family(), cycling::family(), fretting::family(), reaching::family()] }
    }
}

impl Registry {
    /// Adds a family, or replaces the one of the same name.
    pub fn add(&mut self, family: Family) {
        self.families.retain(|known| known.name != family.name);
        self.families.push(family);
    }

    /// The schema of the documents of a task's family, with descriptions of their fields; `None` for a family made in
    /// code.
    pub fn schema(&self, task: &TaskSpec) -> Option<&Schema> {
        self.families.iter().find(|family| family.name == task.family()).and_then(|family| family.schema.as_ref())
    }

    /// Ids of all tasks, sorted.
    pub fn task_ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self
            .families
            .iter()
            .flat_map(|family| match &family.tasks {
                Tasks::Blueprints(blueprints) => {
                    blueprints.iter().map(|blueprint| blueprint.spec().id.clone()).collect()
                }
                Tasks::Documents(_) => built_in_ids(&family.name),
            })
            .collect();
        ids.sort();
        ids
    }

    /// The task of that id, or the task described by the YAML file at that path.
    ///
    /// # Errors
    /// An unknown name, or an invalid document.
    pub fn task(&self, name: &str) -> Result<Blueprint, TaskError> {
        self.task_beside(name, None)
    }

    /// Like [`Registry::task`] for a name in a file in `folder`: paths are relative to that folder, or else to the
    /// working directory.
    ///
    /// # Errors
    /// An unknown name, or an invalid document.
    pub fn task_beside(&self, name: &str, folder: Option<&Path>) -> Result<Blueprint, TaskError> {
        let given = self.families.iter().find_map(|family| match &family.tasks {
            Tasks::Blueprints(blueprints) => blueprints.iter().find(|blueprint| blueprint.spec().id == name),
            Tasks::Documents(_) => None,
        });
        match given {
            Some(blueprint) => Ok(blueprint.clone()),
            None => self.task_from(&self.document(name, folder)?),
        }
    }

    /// The task that a document describes, including what it extends.
    ///
    /// # Errors
    /// An invalid document.
    pub fn task_from(&self, document: &Document) -> Result<Blueprint, TaskError> {
        let document = document.clone().completed(&|base, by| self.document(base, by.folder_of("extends")))?;
        let fail = |field: &str, found: &str, expected: String| {
            let invalid = Invalid { field: field.into(), found: found.into(), expected };
            TaskError::Document(document.invalid(&invalid))
        };
        let id = document.text_field("task").unwrap_or("");
        if !is_task_id(id) {
            return Err(fail("task", &format!("`{id}`"), "a task id such as `cycling/mine-v0`".into()));
        }
        let family = id.split('/').next().unwrap_or(id);
        let documents = self.families.iter().find_map(|known| match &known.tasks {
            Tasks::Documents(documents) if known.name == family => Some(documents),
            _ => None,
        });
        let Some(FromDocuments { make, inline }) = documents else {
            let known: Vec<&str> = self.families.iter().map(Family::name).collect();
            return Err(fail("task", &format!("`{id}`"), format!("a family that is known: {}", known.join(", "))));
        };
        let document = inline(document)?;
        Ok(make(&document)?.with_document(&document))
    }

    /// The document of a built-in name, or at a path in a file in `folder`.
    fn document(&self, name: &str, folder: Option<&Path>) -> Result<Document, TaskError> {
        let built_in = TASKS.get_file(format!("{name}.yaml")).and_then(|file| file.contents_utf8());
        if let Some(text) = built_in {
            return Ok(Document::parse(&format!("{name}.yaml (built in)"), text)?);
        }
        let is_family = self.families.iter().any(|family| family.name == name);
        // A folder called like a family, such as that of a run, is not what is meant.
        if let Some(path) = find(name, folder).filter(|path| !(is_family && path.is_dir())) {
            return Ok(Document::open(&path)?);
        }
        let mut ids = self.task_ids();
        if is_family {
            ids.retain(|id| id.split('/').next() == Some(name));
            return Err(TaskError::Family { family: name.into(), tasks: ids });
        }
        let nearest = nearest(name, ids.iter().map(String::as_str)).map(String::from);
        Err(TaskError::Unknown { name: name.into(), nearest })
    }
}

fn built_in_ids(family: &str) -> Vec<String> {
    let files = TASKS.get_dir(family).map(|folder| folder.files()).into_iter().flatten();
    files.filter_map(|file| file.path().to_str()?.strip_suffix(".yaml").map(|name| name.replace('\\', "/"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_task_is_answered_with_the_nearest_one() {
        let error = Registry::default().task("cycling/flt-v0").unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown task `cycling/flt-v0`; did you mean `cycling/flat-v0`? (`etude list tasks` shows all)"
        );
    }

    #[test]
    fn a_family_is_answered_with_its_tasks() {
        let registry = Registry::default();
        for family in registry.families.iter().map(Family::name) {
            let error = registry.task(family).unwrap_err().to_string();
            let (said, tasks) = error.split_once(": ").unwrap();
            assert_eq!(said, format!("`{family}` is a family of tasks; expected one of them"));
            assert!(tasks.split(", ").all(|id| registry.task(id).is_ok()), "{tasks}");
        }
    }
}
