//! YAML fields of an experiment.

use super::named::Named;
use super::others::Others;
use crate::run::lesions::Lesions;
use crate::run::limits::{LARGEST_SEED, MOST_EPISODES, MOST_STEPS, MOST_SUBJECTS, whole};
use etude_envs::document::AnyForm;
use etude_envs::document::{Invalid, merge, nearest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_yaml::Value;
use std::collections::BTreeMap;

/// Largest number of blocks in a group.
const MOST_BLOCKS: usize = 100;

/// An experiment as described in YAML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentSpec {
    /// Name.
    pub experiment: String,
    /// The question that it answers, in a sentence.
    pub question: String,
    /// The agent of all subjects: a name, or the path of a YAML file relative to the file that names it.
    pub agent: String,
    /// Number of subjects in each group.
    #[serde(default = "ten")]
    pub subjects: u64,
    /// Seed of all randomness.
    #[serde(default)]
    pub seed: u64,
    /// Env steps between evaluations.
    pub evaluate_every: u64,
    /// Number of episodes in an evaluation.
    #[serde(default = "five")]
    pub evaluation_episodes: u64,
    /// Score, from 0 to 1, at which a block's task counts as learned, unless the block gives its own.
    pub criterion: f64,
    /// The group with which all others are compared.
    pub reference: String,
    /// Further comparisons: a group, and the group or groups with which it is compared.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, AnyForm>")]
    pub contrasts: BTreeMap<String, Others>,
    /// A two-by-two design for an interaction of two factors: groups with both, each alone, and neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction: Option<Interaction>,
    /// The block that every group performs at the end, and by which groups are compared.
    pub test: Block,
    /// Practice of each group before the test.
    #[schemars(with = "BTreeMap<String, Group>")]
    pub groups: Named<Group>,
}

/// The four groups of a two-by-two design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interaction {
    /// The group with both factors.
    pub both: String,
    /// The group with the first factor alone.
    pub one: String,
    /// The group with the second factor alone.
    pub other: String,
    /// The group with neither factor.
    pub neither: String,
}

/// What the subjects of a group do before the test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Blocks of practice, in order.
    #[serde(default)]
    pub practice: Vec<Block>,
    /// The group's own agent, if it differs from the experiment's: a name, or the path of a YAML file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Fields of the agent's document that differ in this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyForm")]
    pub settings: Option<Value>,
    /// Fields of the agent's document that differ only in this group's test. The agent keeps what it learned before and
    /// must have the same parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyForm")]
    pub test_settings: Option<Value>,
    /// Parts of the agent that are switched off only in this group's test, each with the share that is lost, from 0 to
    /// 1.
    #[serde(default, skip_serializing_if = "Lesions::is_empty")]
    pub test_lesions: Lesions,
    /// Whether this group learns in the test. Without learning, the test shows the effect of practice alone.
    #[serde(default = "yes")]
    pub test_learning: bool,
}

/// An agent, and its changed fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The agent: a name, or the path of a YAML file.
    pub agent: String,
    /// Fields of its document that differ.
    pub settings: Option<Value>,
}

/// A stretch of practice on one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The task: a name, or the path of a YAML file relative to the file that names it.
    pub task: String,
    /// Env steps of the block.
    pub steps: u64,
    /// Further env steps at which the agent is evaluated, for fast initial learning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evaluate_at: Vec<u64>,
    /// Whether the agent explores and learns.
    #[serde(default = "yes")]
    pub learning: bool,
    /// Whether the agent receives the task's reward; in a sham block it receives 0.
    #[serde(default = "yes")]
    pub reward: bool,
    /// Parts of the agent that are switched off in this block, each with the share that is lost, from 0 to 1.
    #[serde(default, skip_serializing_if = "Lesions::is_empty")]
    pub lesions: Lesions,
    /// Fields of the task's document that differ in this block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyForm")]
    pub parameters: Option<Value>,
    /// Score, from 0 to 1, at which this block's task counts as learned; by default the experiment's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<f64>,
}

impl ExperimentSpec {
    /// The test block as performed by a group.
    pub fn test_of(&self, group: &Group) -> Block {
        let mut test = Block { learning: self.test.learning && group.test_learning, ..self.test.clone() };
        test.lesions.extend(group.test_lesions.iter().map(|(part, &share)| (part.clone(), share)));
        test
    }

    /// The agent of a group in practice.
    pub fn agent_of(&self, group: &Group) -> Variant {
        Variant { agent: group.agent.as_ref().unwrap_or(&self.agent).clone(), settings: group.settings.clone() }
    }

    /// The agent of a group in the test.
    pub fn test_agent_of(&self, group: &Group) -> Variant {
        let mut variant = self.agent_of(group);
        match (&mut variant.settings, &group.test_settings) {
            (Some(settings), Some(test_settings)) => merge(settings, test_settings),
            (settings, Some(test_settings)) => *settings = Some(test_settings.clone()),
            (_, None) => {}
        }
        variant
    }

    /// All agents of groups, with the dotted paths of the field that names the agent and of the fields with its
    /// settings, of which later ones override earlier ones. The experiment's own agent comes first.
    pub fn agents(&self) -> impl Iterator<Item = (String, Vec<String>, Variant)> {
        let of_groups = self.groups.0.iter().flat_map(|(name, group)| {
            let field = if group.agent.is_some() { format!("groups.{name}.agent") } else { "agent".into() };
            let settings = group.settings.as_ref().map(|_| format!("groups.{name}.settings"));
            let test_settings = group.test_settings.as_ref().map(|_| format!("groups.{name}.test_settings"));
            let tested = settings.iter().cloned().chain(test_settings).collect();
            let practised = settings.into_iter().collect();
            [(practised, self.agent_of(group)), (tested, self.test_agent_of(group))]
                .map(|(settings, variant)| (field.clone(), settings, variant))
        });
        let own = Variant { agent: self.agent.clone(), settings: None };
        std::iter::once(("agent".into(), Vec::new(), own)).chain(of_groups)
    }

    /// Score at which a block's task counts as learned.
    pub fn criterion_of(&self, block: &Block) -> f64 {
        block.criterion.unwrap_or(self.criterion)
    }

    /// All blocks with their dotted paths, and the agents that go through them.
    pub fn blocks(&self) -> impl Iterator<Item = (String, &Block, Vec<Variant>)> {
        let practice = self.groups.0.iter().flat_map(move |(name, group)| {
            let field =
                move |(index, block)| (format!("groups.{name}.practice[{index}]"), block, vec![self.agent_of(group)]);
            group.practice.iter().enumerate().map(field)
        });
        let testing = self.groups.0.iter().map(|(_, group)| self.test_agent_of(group)).collect();
        std::iter::once(("test".to_string(), &self.test, testing)).chain(practice)
    }

    /// The same experiment with all steps multiplied by a factor, and at least 1: a rehearsal or a longer version.
    pub fn scaled(mut self, factor: f64) -> Self {
        let scale = |steps: &mut u64| *steps = ((*steps as f64 * factor).round() as u64).clamp(1, MOST_STEPS);
        scale(&mut self.evaluate_every);
        let practice = self.groups.0.iter_mut().flat_map(|(_, group)| &mut group.practice);
        for block in std::iter::once(&mut self.test).chain(practice) {
            scale(&mut block.steps);
            block.evaluate_at.iter_mut().for_each(scale);
            block.evaluate_at.dedup();
        }
        self
    }

    /// Checks everything that does not require tasks and agents.
    ///
    /// # Errors
    /// The first number out of range, or invalid or unknown name.
    pub fn validate(&self) -> Result<(), Invalid> {
        let invalid = |field: &str, found: String, expected: String| Invalid { field: field.into(), found, expected };
        let score = |field: &str, value: f64| match value {
            _ if (0.0..=1.0).contains(&value) => Ok(()),
            _ => Err(invalid(field, value.to_string(), "a score from 0 to 1".into())),
        };
        whole("subjects", self.subjects, 1, MOST_SUBJECTS)?;
        whole("seed", self.seed, 0, LARGEST_SEED)?;
        whole("evaluate_every", self.evaluate_every, 1, MOST_STEPS)?;
        whole("evaluation_episodes", self.evaluation_episodes, 1, MOST_EPISODES)?;
        score("criterion", self.criterion)?;
        let plain = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        let name_expected = "lower-case letters, digits and hyphens, a letter first";
        if !plain(&self.experiment) {
            return Err(invalid("experiment", format!("`{}`", self.experiment), name_expected.into()));
        }
        for (name, group) in &self.groups.0 {
            let field = format!("groups.{name}");
            if !plain(name) {
                return Err(invalid(&field, format!("`{name}`"), name_expected.into()));
            }
            if group.practice.len() > MOST_BLOCKS {
                let found = format!("{} blocks", group.practice.len());
                return Err(invalid(&format!("{field}.practice"), found, format!("at most {MOST_BLOCKS}")));
            }
        }
        for (field, block, _) in self.blocks() {
            whole(&format!("{field}.steps"), block.steps, 1, MOST_STEPS)?;
            let mut last = 0;
            for (index, &step) in block.evaluate_at.iter().enumerate() {
                let field = format!("{field}.evaluate_at[{index}]");
                if !(last + 1..=block.steps).contains(&step) {
                    let expected = format!("a step from {} to {}, later than the one before it", last + 1, block.steps);
                    return Err(invalid(&field, step.to_string(), expected));
                }
                last = step;
            }
            score(&format!("{field}.criterion"), self.criterion_of(block))?;
        }
        self.known_group("reference", &self.reference)?;
        for (group, others) in &self.contrasts {
            self.known_group("contrasts", group)?;
            for other in &others.0 {
                self.known_group(&format!("contrasts.{group}"), other)?;
            }
        }
        if let Some(Interaction { both, one, other, neither }) = &self.interaction {
            for (field, group) in [("both", both), ("one", one), ("other", other), ("neither", neither)] {
                self.known_group(&format!("interaction.{field}"), group)?;
            }
        }
        Ok(())
    }

    fn known_group(&self, field: &str, name: &str) -> Result<(), Invalid> {
        let names = || self.groups.0.iter().map(|(name, _)| name.as_str());
        if names().any(|known| known == name) {
            return Ok(());
        }
        let expected =
            format!("one of the groups {}{}", names().collect::<Vec<_>>().join(", "), did_you_mean(name, names()));
        Err(Invalid { field: field.into(), found: format!("`{name}`"), expected })
    }
}

impl Block {
    /// Practice of a task without changes.
    pub fn plain(task: &str, steps: u64) -> Self {
        Self {
            task: task.into(),
            steps,
            evaluate_at: Vec::new(),
            learning: true,
            reward: true,
            lesions: Lesions::new(),
            parameters: None,
            criterion: None,
        }
    }

    /// Key of the block's task: its name, and its parameters if it has some.
    pub fn task_key(&self) -> String {
        match &self.parameters {
            None => self.task.clone(),
            Some(parameters) => with(&self.task, parameters),
        }
    }
}

impl Variant {
    /// Key of the variant: the agent's name, and its settings if some differ.
    pub fn key(&self) -> String {
        self.settings.as_ref().map_or_else(|| self.agent.clone(), |settings| with(&self.agent, settings))
    }
}

/// Mappings keep their order, so that the same text gives the same key.
fn with(name: &str, differing: &Value) -> String {
    format!("{name} with {}", serde_json::to_string(differing).unwrap_or_default())
}

fn ten() -> u64 {
    10
}

fn five() -> u64 {
    5
}

fn yes() -> bool {
    true
}

/// The closest name in `names` to `name`, as the end of a message.
fn did_you_mean<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}
