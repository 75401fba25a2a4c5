//! Families of tasks, and the registry that finds a task by name or by file.

use crate::document::{Document, DocumentError, nearest};
use crate::error::TaskError;
use crate::task::{Blueprint, Task};
use include_dir::{Dir, include_dir};
use std::path::Path;
use std::sync::Arc;

/// The task files compiled into the program.
static TASKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../assets/tasks");

type MakeBlueprint = Arc<dyn Fn(&Document) -> Result<Blueprint, DocumentError> + Send + Sync>;

/// Tasks that share body plan and spaces, so that a brain can move between them.
#[derive(Clone)]
pub struct Family {
    name: String,
    tasks: Tasks,
}

#[derive(Clone)]
enum Tasks {
    /// Described by YAML documents, built in or the user's.
    Documents(MakeBlueprint),
    /// Given in code.
    Blueprints(Vec<Blueprint>),
}

impl Family {
    /// A family whose tasks are YAML documents that `make` understands. Documents name their task in a field `task`,
    /// `family/name-vN`, and may extend another task by `extends`.
    pub fn from_documents(
        name: &str,
        make: impl Fn(&Document) -> Result<Blueprint, DocumentError> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), tasks: Tasks::Documents(Arc::new(make)) }
    }

    /// A family of one task made in code.
    pub fn from_task<T: Task>(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let blueprint = Blueprint::new(make);
        Self { name: blueprint.spec().family().into(), tasks: Tasks::Blueprints(vec![blueprint]) }
    }

    /// The part of its tasks' ids before the slash.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// All families a program knows.
#[derive(Clone)]
pub struct Registry {
    families: Vec<Family>,
}

impl Default for Registry {
    /// The built-in families.
    fn default() -> Self {
        Self { families: vec![crate::cycling::family(), crate::fretting::family(), crate::reaching::family()] }
    }
}

impl Registry {
    /// Adds a family; one of the same name is replaced.
    pub fn add(&mut self, family: Family) {
        self.families.retain(|known| known.name != family.name);
        self.families.push(family);
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

    /// The task of that id, or described by the YAML file at that path.
    ///
    /// # Errors
    /// An unknown name, or a document that makes no sense.
    pub fn task(&self, name: &str) -> Result<Blueprint, TaskError> {
        let given = self.families.iter().find_map(|family| match &family.tasks {
            Tasks::Blueprints(blueprints) => blueprints.iter().find(|blueprint| blueprint.spec().id == name),
            Tasks::Documents(_) => None,
        });
        match given {
            Some(blueprint) => Ok(blueprint.clone()),
            None => self.task_from(&self.document(name)?.completed(&|base| self.document(base))?),
        }
    }

    /// The task that a document describes.
    ///
    /// # Errors
    /// A document that makes no sense.
    pub fn task_from(&self, document: &Document) -> Result<Blueprint, TaskError> {
        let fail = |field: &str, found: &str, expected: String| {
            let invalid = crate::document::Invalid { field: field.into(), found: found.into(), expected };
            TaskError::Document(document.invalid(&invalid))
        };
        let id = document.text_field("task").unwrap_or("");
        if !is_task_id(id) {
            return Err(fail("task", &format!("`{id}`"), "a task id such as `cycling/mine-v0`".into()));
        }
        let family = id.split('/').next().unwrap_or(id);
        let documents = self.families.iter().find_map(|known| match &known.tasks {
            Tasks::Documents(make) if known.name == family => Some(make),
            _ => None,
        });
        let Some(make) = documents else {
            let known: Vec<&str> = self.families.iter().map(Family::name).collect();
            return Err(fail("task", &format!("`{id}`"), format!("a family that is known: {}", known.join(", "))));
        };
        Ok(make(document)?.with_document(document))
    }

    /// The document of a built-in name or a path.
    fn document(&self, name: &str) -> Result<Document, TaskError> {
        match TASKS.get_file(format!("{name}.yaml")).and_then(|file| file.contents_utf8()) {
            Some(text) => Ok(Document::parse(&format!("{name}.yaml (built in)"), text)?),
            None if Path::new(name).is_file() => Ok(Document::open(Path::new(name))?),
            None => {
                let ids = self.task_ids();
                let nearest = nearest(name, ids.iter().map(String::as_str)).map(String::from);
                Err(TaskError::Unknown { name: name.into(), nearest })
            }
        }
    }
}

fn built_in_ids(family: &str) -> Vec<String> {
    let files = TASKS.get_dir(family).map(|folder| folder.files()).into_iter().flatten();
    files.filter_map(|file| file.path().to_str()?.strip_suffix(".yaml").map(|name| name.replace('\\', "/"))).collect()
}

/// Whether `id` is `family/name-vN` in lower-case letters, digits and hyphens.
pub fn is_task_id(id: &str) -> bool {
    let plain =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let Some((family, rest)) = id.split_once('/') else { return false };
    let Some((name, version)) = rest.rsplit_once("-v") else { return false };
    plain(family) && plain(name) && !version.is_empty() && version.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn task_ids_are_family_name_and_version() {
        for id in ["cycling/flat-v0", "a/b-c-v12"] {
            assert!(is_task_id(id), "{id}");
        }
        for id in ["", "cycling", "cycling/flat", "cycling/flat-v", "Cycling/flat-v0", "a/b/c-v0", "a/-v1"] {
            assert!(!is_task_id(id), "{id}");
        }
    }

    #[test]
    fn an_unknown_task_is_answered_with_the_nearest_one() {
        let error = Registry::default().task("cycling/flt-v0").unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown task `cycling/flt-v0`; did you mean `cycling/flat-v0`? (`etude list tasks` shows all)"
        );
    }
}
