//! Everything with a name: tasks, agents and experiments, built in, registered from outside, or read from YAML files.

use etude_agents::{Agent, AgentShape, Brain, BrainConfig, ConfigError, Goal, Idle, Input, Percept, Random, Role};
use etude_envs::document::{Document, DocumentError, Invalid, find, nearest, shown};
use etude_envs::task::TaskSpec;
use etude_envs::{Registry, Seed, percept, space};
use include_dir::{Dir, include_dir};
use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

static AGENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/agents");
pub(crate) static EXPERIMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/experiments");

/// Makes agents of one kind.
type MakeAgent = Arc<dyn Fn(&AgentShape, u64) -> Result<Box<dyn Agent>, ConfigError> + Send + Sync>;

/// An agent as described in YAML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AgentSpec {
    /// Name.
    agent: String,
    /// `idle`, `random`, `brain`, or the name under which a program has registered its own agent.
    kind: String,
    /// What it does, in a sentence.
    #[serde(default)]
    summary: String,
    /// The parts of a `brain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brain: Option<BrainConfig>,
}

/// An agent that can be instantiated any number of times.
#[derive(Clone)]
pub struct AgentBlueprint {
    name: String,
    summary: String,
    yaml: String,
    brain: Option<BrainConfig>,
    make: MakeAgent,
}

impl AgentBlueprint {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does, in a sentence.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Its resolved YAML.
    pub fn yaml(&self) -> &str {
        &self.yaml
    }

    /// Configuration of its brain; `None` for agents of other kinds.
    pub fn brain(&self) -> Option<&BrainConfig> {
        self.brain.as_ref()
    }

    /// A naive agent for a task.
    ///
    /// # Errors
    /// Settings that do not fit the task.
    pub fn make(&self, task: &TaskSpec, seed: Seed) -> Result<Box<dyn Agent>, CannotPractise> {
        self.make_for(&shape_of(task), seed).map_err(|error| CannotPractise {
            agent: self.name.clone(),
            task: task.id.clone(),
            error,
        })
    }

    /// A naive agent for anything of this shape.
    ///
    /// # Errors
    /// Settings that do not fit the shape.
    pub fn make_for(&self, shape: &AgentShape, seed: Seed) -> Result<Box<dyn Agent>, ConfigError> {
        (self.make)(shape, seed.0)
    }
}

/// An agent that cannot be made for a task.
#[derive(Debug, thiserror::Error)]
#[error("agent `{agent}` cannot practise {task}: {error}")]
pub struct CannotPractise {
    /// The agent's name.
    pub agent: String,
    /// The task's id.
    pub task: String,
    /// What of its settings does not fit.
    pub error: ConfigError,
}

impl CannotPractise {
    /// The same of an agent that goes by another name.
    pub(crate) fn of(self, agent: String) -> Self {
        Self { agent, ..self }
    }
}

/// What an agent gets to know of a task.
pub fn shape_of(task: &TaskSpec) -> AgentShape {
    let input = |field: &space::Field| Input {
        name: field.name.clone(),
        typical: field.typical,
        role: match field.role {
            space::Role::World => Role::World,
            space::Role::Body => Role::Body,
            space::Role::Desired => Role::Desired,
            space::Role::Feedback { action } => Role::Feedback { action },
            space::Role::ErrorShown => Role::ErrorShown,
            space::Role::Aim { axis } => Role::Aim { axis },
            space::Role::Error { axis } => Role::Error { axis },
        },
    };
    AgentShape {
        observations: task.observation.fields().iter().map(input).collect(),
        actions: task.action.len(),
        control_interval: f64::from(task.physics.control_interval()),
        percepts: task.percepts.iter().map(|percept| percept_of(percept, &task.observation)).collect(),
    }
}

/// A percept by the indices of its fields; one past the last stands for a missing field.
fn percept_of(percept: &percept::Percept, observation: &space::Space) -> Percept {
    let index = |name: &String| observation.index(name).unwrap_or(observation.len());
    let all = |names: &[String]| names.iter().map(index).collect::<Vec<usize>>();
    let goal = |goal: &percept::Goal| Goal {
        values: all(&goal.values),
        offsets: goal.offsets.clone(),
        due: goal.due.as_ref().map(index),
    };
    Percept {
        values: all(&percept.values),
        present: index(&percept.present),
        limb: all(&percept.limb),
        goals: percept.goals.iter().map(goal).collect(),
    }
}

/// Differences between two tasks' observations and actions, a few lines for each space; empty if an agent can move
/// between the tasks.
pub fn body_differences(from: &TaskSpec, to: &TaskSpec) -> Vec<String> {
    const SHOWN: usize = 4;
    let some = |space: &str, lines: Vec<String>| {
        let mut shown: Vec<String> = lines.iter().take(SHOWN).map(|line| format!("{space} {line}")).collect();
        if lines.len() > SHOWN {
            shown.push(format!("and {} more {space} fields", lines.len() - SHOWN));
        }
        shown
    };
    let mut differences = some("observation", from.observation.differences(&to.observation));
    differences.extend(some("action", from.action.differences(&to.action)));
    if !differences.is_empty() {
        return differences;
    }
    let longest = from.percepts.len().max(to.percepts.len());
    let told = |percept: Option<&percept::Percept>| match percept {
        Some(percept) => format!("`{}` of {}", percept.name, percept.values.join(", ")),
        None => "nothing".into(),
    };
    let pairs = (0..longest).map(|index| (from.percepts.get(index), to.percepts.get(index)));
    let plan = |percept: &percept::Percept| percept::Percept {
        // Offsets of goals belong to the task; the number of goals belongs to the body.
        goals: percept.goals.iter().map(|goal| percept::Goal { offsets: Vec::new(), ..goal.clone() }).collect(),
        ..percept.clone()
    };
    let lines = pairs.filter(|(ours, theirs)| ours.map(plan) != theirs.map(plan));
    let lines = lines.map(|(ours, theirs)| format!("{} against {}", told(ours), told(theirs)));
    differences.extend(some("percept", lines.collect()));
    differences
}

/// Why an agent cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// No agent of that name, and no such file.
    #[error("unknown agent `{}`{} (`etude list agents` shows all)", shown(.name), .nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Unknown {
        /// The requested name.
        name: String,
        /// The known agent with the closest spelling.
        nearest: Option<String>,
    },
    /// An invalid document.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// JSON schema of an agent's YAML, with the docs of all settings of the brain.
pub fn agent_schema() -> Schema {
    schema_for!(AgentSpec)
}

/// All tasks and agents known to a program.
#[derive(Clone, Default)]
pub struct Catalog {
    /// All tasks.
    pub tasks: Registry,
    registered: Vec<(String, MakeAgent)>,
}

impl Catalog {
    /// Registers an agent that `make` creates from the task's shape and a seed. It is known as `name`, and YAML files
    /// may give `name` as their `kind`.
    pub fn register_agent<A: Agent + 'static>(
        &mut self,
        name: &str,
        make: impl Fn(&AgentShape, u64) -> A + Send + Sync + 'static,
    ) {
        self.registered.retain(|(known, _)| known != name);
        self.registered.push((name.into(), Arc::new(move |shape, seed| Ok(Box::new(make(shape, seed))))));
    }

    /// Names of all agents, sorted.
    pub fn agent_names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            names_in(&AGENTS).chain(self.registered.iter().map(|(name, _)| name.clone())).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The agent of that name, or the agent described by the YAML file at that path.
    ///
    /// # Errors
    /// An unknown name, or an invalid document.
    pub fn agent(&self, name: &str) -> Result<AgentBlueprint, AgentError> {
        self.agent_beside(name, None)
    }

    /// Like [`Catalog::agent`] for a name in a file in `folder`: paths are relative to that folder, or else to the
    /// working directory.
    ///
    /// # Errors
    /// An unknown name, or an invalid document.
    pub fn agent_beside(&self, name: &str, folder: Option<&Path>) -> Result<AgentBlueprint, AgentError> {
        if let Some((_, make)) = self.registered.iter().find(|(known, _)| known == name) {
            let summary = "An agent registered by this program.".to_string();
            let yaml = format!("agent: {name}\nkind: {name}\n");
            return Ok(AgentBlueprint { name: name.into(), summary, yaml, brain: None, make: Arc::clone(make) });
        }
        self.agent_from(&self.agent_document(name, folder)?)
    }

    fn agent_document(&self, name: &str, folder: Option<&Path>) -> Result<Document, AgentError> {
        match document(&AGENTS, name, folder)? {
            Some(document) => Ok(document),
            None => {
                let names = self.agent_names();
                let nearest = nearest(name, names.iter().map(String::as_str)).map(String::from);
                Err(AgentError::Unknown { name: name.into(), nearest })
            }
        }
    }

    /// The agent that a document describes, including what it extends.
    ///
    /// # Errors
    /// An invalid document.
    pub fn agent_from(&self, document: &Document) -> Result<AgentBlueprint, AgentError> {
        let document = document.clone().completed(&|base, by| self.agent_document(base, by.folder_of("extends")))?;
        Ok(self.agent_of(&document)?)
    }

    /// The agent that a complete document describes.
    fn agent_of(&self, document: &Document) -> Result<AgentBlueprint, DocumentError> {
        let spec: AgentSpec = document.read()?;
        let invalid = |field: &str, found: &str, expected: String| {
            document.invalid(&Invalid { field: field.into(), found: found.into(), expected })
        };
        if spec.brain.is_some() && spec.kind != "brain" {
            return Err(invalid("brain", "one", format!("no `brain` for an agent of kind `{}`", spec.kind)));
        }
        let mut brain = None;
        let make: MakeAgent = match spec.kind.as_str() {
            "idle" => Arc::new(|_, _| Ok(Box::new(Idle))),
            "random" => Arc::new(|_, seed| Ok(Box::new(Random::new(seed)))),
            "brain" => {
                let config = spec.brain.clone().unwrap_or_default();
                brain = Some(config.clone());
                config
                    .validate()
                    .map_err(|error| invalid(&format!("brain.{}", error.field), &error.found, error.expected))?;
                Arc::new(move |shape, seed| Ok(Box::new(Brain::new(&config, shape, seed)?)))
            }
            other => match self.registered.iter().find(|(known, _)| known == other) {
                Some((_, make)) => Arc::clone(make),
                None => {
                    let mut kinds = vec!["idle", "random", "brain"];
                    kinds.extend(self.registered.iter().map(|(name, _)| name.as_str()));
                    return Err(invalid("kind", &format!("`{other}`"), format!("one of {}", kinds.join(", "))));
                }
            },
        };
        Ok(AgentBlueprint { name: spec.agent, summary: spec.summary, yaml: document.resolved(), brain, make })
    }
}

/// The built-in document of that name, or the document at that path, relative to a file in `folder`; `None` if there is
/// neither.
pub(crate) fn document(
    built_in: &'static Dir<'_>,
    name: &str,
    folder: Option<&Path>,
) -> Result<Option<Document>, DocumentError> {
    if let Some(text) = built_in.get_file(format!("{name}.yaml")).and_then(|file| file.contents_utf8()) {
        return Document::parse(&format!("{name}.yaml (built in)"), text).map(Some);
    }
    find(name, folder).map(|path| Document::open(&path)).transpose()
}

/// Names of the built-in documents in a folder.
pub(crate) fn names_in(folder: &'static Dir<'_>) -> impl Iterator<Item = String> {
    folder.files().filter_map(|file| file.path().file_stem()?.to_str().map(String::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_agents_are_what_they_are_called_and_can_be_made() {
        let catalog = Catalog::default();
        let task = catalog.tasks.task("cycling/flat-v0").unwrap();
        for name in catalog.agent_names() {
            let agent = catalog.agent(&name).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(agent.name(), name);
            agent.make(task.spec(), Seed(0)).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }

    #[test]
    fn an_agent_that_extends_another_differs_in_what_it_says_and_may_lack_a_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.yaml");
        let config = |rest: &str| {
            std::fs::write(&path, format!("agent: mine\nextends: brain\nbrain:\n{rest}")).unwrap();
            let agent = Catalog::default().agent(path.to_str().unwrap()).unwrap();
            Document::parse("resolved", agent.yaml()).unwrap().read::<AgentSpec>().unwrap().brain.unwrap()
        };
        let brain = BrainConfig::default();
        let mut wanted = brain.clone();
        wanted.cortex.units = 32;
        assert_eq!(config("  cortex: {units: 32}\n"), wanted);
        assert_eq!(config("  basal_ganglia: null\n"), BrainConfig { basal_ganglia: None, ..brain });
    }
}
