//! Families of tasks.

use crate::document::{Document, DocumentError};
use crate::task::{Blueprint, Task};
use schemars::{JsonSchema, Schema, schema_for};
use std::sync::Arc;

type MakeBlueprint = Arc<dyn Fn(&Document) -> Result<Blueprint, DocumentError> + Send + Sync>;
type Inline = Arc<dyn Fn(Document) -> Result<Document, DocumentError> + Send + Sync>;

/// Tasks that share body plan and spaces, so that an agent can move between them.
#[derive(Clone)]
pub struct Family {
    pub(crate) name: String,
    pub(crate) tasks: Tasks,
    pub(crate) schema: Option<Schema>,
}

/// How a family makes tasks from documents.
#[derive(Clone)]
pub(crate) struct FromDocuments {
    pub(crate) make: MakeBlueprint,
    pub(crate) inline: Inline,
}

#[derive(Clone)]
pub(crate) enum Tasks {
    /// Described by YAML documents, built in or from users.
    Documents(FromDocuments),
    /// Made in code.
    Blueprints(Vec<Blueprint>),
}

impl Family {
    /// A family of tasks that `make` creates from YAML documents. Documents name their task in a field `task`,
    /// `family/name-vN`, and may extend another task with `extends`.
    pub fn from_documents(
        name: &str,
        make: impl Fn(&Document) -> Result<Blueprint, DocumentError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            tasks: Tasks::Documents(FromDocuments { make: Arc::new(make), inline: Arc::new(Ok) }),
            schema: None,
        }
    }

    /// Declares that the family's documents are read as an `S`, so that their fields can be described.
    pub fn reading<S: JsonSchema>(self) -> Self {
        Self { schema: Some(schema_for!(S)), ..self }
    }

    /// Declares that the family's documents may name files. `inline` replaces the names by the contents of the files,
    /// so that a task's resolved YAML is complete.
    pub fn inlining(
        self,
        inline: impl Fn(Document) -> Result<Document, DocumentError> + Send + Sync + 'static,
    ) -> Self {
        let tasks = match self.tasks {
            Tasks::Documents(documents) => Tasks::Documents(FromDocuments { inline: Arc::new(inline), ..documents }),
            tasks => tasks,
        };
        Self { tasks, ..self }
    }

    /// A family of one task made in code.
    pub fn from_task<T: Task>(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let blueprint = Blueprint::new(make);
        Self { name: blueprint.spec().family().into(), tasks: Tasks::Blueprints(vec![blueprint]), schema: None }
    }

    /// The part of the tasks' ids before the slash.
    pub fn name(&self) -> &str {
        &self.name
    }
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
}
