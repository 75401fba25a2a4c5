//! An experiment with its agents and tasks.

use super::checks::{refuse_other_body, try_lesions, try_passing_on, two_of_one_name};
use super::error::ExperimentError;
use super::lookup::{no_agent, task_of, with_settings};
use super::spec::{Block, ExperimentSpec};
use crate::catalog::{AgentBlueprint, AgentError, Catalog};
use etude_envs::document::Document;
use etude_envs::task::Blueprint;
use std::collections::BTreeMap;
use std::path::Path;

/// An experiment with its agents and tasks.
#[derive(Clone)]
pub struct Experiment {
    /// The experiment's document.
    pub spec: ExperimentSpec,
    /// Agents of the groups, by key.
    agents: BTreeMap<String, AgentBlueprint>,
    tasks: BTreeMap<String, Blueprint>,
}

impl Experiment {
    /// Reads an experiment, optionally with another agent.
    ///
    /// # Errors
    /// Invalid fields, numbers or names, unavailable tasks, and blocks whose bodies differ.
    pub fn read(catalog: &Catalog, document: &Document, agent: Option<&str>) -> Result<Self, ExperimentError> {
        Self::read_changed(catalog, document, agent, &|_| {}, &Ok)
    }

    /// Like [`Experiment::read`], but document and agent are changed before they are checked.
    ///
    /// # Errors
    /// Invalid fields, numbers or names, unavailable tasks, and blocks whose bodies differ.
    pub fn read_changed(
        catalog: &Catalog,
        document: &Document,
        agent: Option<&str>,
        change: &dyn Fn(&mut ExperimentSpec),
        alter: &dyn Fn(AgentBlueprint) -> Result<AgentBlueprint, AgentError>,
    ) -> Result<Self, ExperimentError> {
        let mut spec: ExperimentSpec = document.read()?;
        change(&mut spec);
        spec.validate().map_err(|invalid| document.invalid(&invalid))?;
        if let Some(agent) = agent {
            spec.agent = without_folder(agent);
        }
        let mut agents: BTreeMap<String, AgentBlueprint> = BTreeMap::new();
        for (field, settings, variant) in spec.agents() {
            let named = match agent {
                Some(given) if field == "agent" => catalog.agent(given),
                _ => catalog.agent_beside(&variant.agent, document.folder_of(&field)),
            };
            let named = named.and_then(|named| if field == "agent" { alter(named) } else { Ok(named) });
            let named = named.map_err(|error| no_agent(document, &spec.experiment, &field, error))?;
            let agent = with_settings(catalog, document, &spec.experiment, named, &settings)?;
            let key = variant.key();
            if agents.get(&key).is_some_and(|known| known.yaml() != agent.yaml()) {
                return Err(two_of_one_name(document, &field, &key).into());
            }
            agents.insert(key, agent);
        }
        let mut tasks: BTreeMap<String, Blueprint> = BTreeMap::new();
        let test = task_of(catalog, document, "test", &spec.test)?;
        for (field, block, going_through) in spec.blocks() {
            let task = task_of(catalog, document, &field, block)?;
            refuse_other_body(document, &field, &task, &test)?;
            for agent in going_through {
                try_lesions(document, &format!("{field}.lesions"), &block.lesions, &agents[&agent.key()], &task)?;
            }
            let key = block.task_key();
            if tasks.get(&key).is_some_and(|known| known.yaml() != task.yaml()) {
                return Err(two_of_one_name(document, &format!("{field}.task"), &key).into());
            }
            tasks.insert(key, task);
        }
        for (name, group) in spec.groups.0.iter().filter(|(_, group)| !group.test_lesions.is_empty()) {
            let tested = &agents[&spec.test_agent_of(group).key()];
            try_lesions(document, &format!("groups.{name}.test_lesions"), &group.test_lesions, tested, &test)?;
        }
        for (name, group) in &spec.groups.0 {
            let [practised, tested] =
                [spec.agent_of(group), spec.test_agent_of(group)].map(|variant| &agents[&variant.key()]);
            try_passing_on(document, &format!("groups.{name}.test_settings"), practised, tested, &test)?;
        }
        Ok(Self { spec, agents, tasks })
    }

    /// The agent with that key, which must belong to the experiment.
    pub fn agent(&self, key: &str) -> &AgentBlueprint {
        // All agents of the spec were looked up when the experiment was read.
        &self.agents[key]
    }

    /// Resolved YAML of all agents, by key.
    pub fn agent_yamls(&self) -> BTreeMap<String, String> {
        self.agents.iter().map(|(name, agent)| (name.clone(), agent.yaml().into())).collect()
    }

    /// The task of one of the experiment's blocks.
    pub fn task(&self, block: &Block) -> &Blueprint {
        // All blocks of the spec were looked up when the experiment was read.
        &self.tasks[&block.task_key()]
    }

    /// Resolved YAML of all tasks, by the names used in blocks.
    pub fn task_yamls(&self) -> BTreeMap<String, String> {
        self.tasks.iter().map(|(name, task)| (name.clone(), task.yaml())).collect()
    }
}

/// The recorded name of an agent given on the command line: runs do not depend on the folder of its file.
fn without_folder(agent: &str) -> String {
    Path::new(agent).file_name().map_or_else(|| agent.into(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::spec::Variant;

    const TINY: &str = "experiment: tiny\nquestion: Does it help?\nagent: idle\nevaluate_every: 100\ncriterion: 0.5\n\
                        reference: scratch\ntest:\n  task: cycling/rough-v0\n  steps: 200\ngroups:\n  scratch: {}\n  \
                        transfer:\n    practice:\n    - task: cycling/flat-v0\n      steps: 100\n";

    fn read(text: &str) -> Result<Experiment, ExperimentError> {
        Experiment::read(&Catalog::default(), &Document::parse("tiny.yaml", text)?, None)
    }

    #[test]
    fn built_in_experiments_make_sense() {
        let catalog = Catalog::default();
        let names = catalog.experiment_names();
        assert!(names.len() >= 8, "{names:?}");
        for name in names {
            let experiment = catalog.experiment(&name, None).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(experiment.spec.experiment, name);
        }
    }

    #[test]
    fn groups_keep_the_order_in_which_they_are_written() {
        let text = TINY.replace("  scratch: {}\n", "  zebra: {}\n  scratch: {}\n  ant: {}\n");
        let names: Vec<String> = read(&text).unwrap().spec.groups.0.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["zebra", "scratch", "ant", "transfer"]);
    }

    #[test]
    fn parameters_alter_the_task_of_their_block_alone() {
        let text = TINY.to_string() + "      parameters:\n        bike:\n          steering_gain: 0.5\n";
        let experiment = read(&text).unwrap();
        let yaml = |block: &Block| experiment.task(block).yaml();
        let practice = &experiment.spec.groups.0[1].1.practice[0];
        assert!(yaml(practice).contains("steering_gain: 0.5"), "{}", yaml(practice));
        assert!(yaml(&experiment.spec.test).contains("steering_gain: 1.0"));
    }

    #[test]
    fn settings_alter_the_agent_of_their_group_and_test_settings_that_of_its_test() {
        let settings = "    settings: {brain: {cortex: {units: 32}}}\n    test_settings: {brain: {basal_ganglia: {policy_rate: 0.5}}}\n";
        let text =
            TINY.replace("agent: idle", "agent: brain").replace("  transfer:\n", &format!("  transfer:\n{settings}"));
        let experiment = read(&text).unwrap();
        let [(_, scratch), (_, transfer)] = &experiment.spec.groups.0[..] else { panic!("two groups") };
        let yaml = |variant: Variant| experiment.agent(&variant.key()).yaml().to_string();
        let has = |yaml: &str, units: u32, rate: f64| {
            yaml.contains(&format!("units: {units}\n")) && yaml.contains(&format!("policy_rate: {rate}\n"))
        };
        assert!(has(&yaml(experiment.spec.test_agent_of(scratch)), 64, 2.4));
        assert!(has(&yaml(experiment.spec.agent_of(transfer)), 32, 2.4));
        assert!(has(&yaml(experiment.spec.test_agent_of(transfer)), 32, 0.5));
    }

    #[test]
    fn mistakes_are_located() {
        for (wrong, parts) in [
            (TINY.replace("criterion: 0.5", "criterion: 1.5"), &["tiny.yaml:5:1", "`criterion`", "found 1.5"][..]),
            (TINY.replace("reference: scratch", "reference: scrtch"), &["`reference`", "did you mean `scratch`"]),
            (TINY.replace("    - task: cycling/flat", "    - task: cycling/falt"), &["tiny.yaml:14:7", "falt", "flat"]),
            (TINY.replace("steps: 100\n", "steps: 0\n"), &["tiny.yaml:15:7", "practice[0].steps", "found 0"]),
            (TINY.replace("steps: 100\n", "stps: 100\n"), &["did you mean `steps`"]),
            (TINY.replace("agent: idle", "agent: idel"), &["tiny.yaml:3:1", "did you mean `idle`"]),
            (TINY.replace("  scratch: {}", "  Scratch: {}"), &["`groups.Scratch`", "lower-case"]),
            (TINY.to_string() + "contrasts: {transfer: none}\n", &["`contrasts.transfer`", "`none`"]),
            (
                TINY.to_string() + "      lesions: {cerebellum: 1}\n",
                &["tiny.yaml:16:17", "lesions.cerebellum", "no parts"],
            ),
            (
                TINY.replace("idle", "brain") + "      lesions: {cerebelum: 1}\n",
                &["lesions.cerebelum", "did you mean `cerebellum`"],
            ),
            (
                TINY.replace("idle", "brain") + "      lesions: {cerebellum: 1.5}\n",
                &["lesions.cerebellum", "found 1.5", "from 0 to 1"],
            ),
            (TINY.to_string() + "      parameters: {bike: {whels: 3}}\n", &["parameters of groups.transfer", "whels"]),
            (TINY.to_string() + "      parameters: {bike: {friction: -1}}\n", &["bike.friction", "found -1"]),
            (TINY.to_string() + "      criterion: 2\n", &["practice[0].criterion"]),
            (
                TINY.replace("idle", "brain") + "    settings: {brain: {cortex: {unts: 3}}}\n",
                &["settings of groups.transfer", "brain.cortex.unts", "did you mean `units`"],
            ),
            (
                TINY.replace("idle", "brain") + "    test_settings: {brain: {cortex: {units: 0}}}\n",
                &["test_settings of groups.transfer", "brain.cortex.units", "found 0"],
            ),
            (
                TINY.replace("idle", "brain") + "    test_settings: {brain: {cortex: {units: 32}}}\n",
                &["tiny.yaml:16:5", "`groups.transfer.test_settings`", "can go on"],
            ),
            (TINY.to_string() + "contrasts: {transfer: [scratch, none]}\n", &["`contrasts.transfer`", "`none`"]),
            (
                TINY.to_string() + "interaction: {both: transfer, one: scratch, other: scrtch, neither: scratch}\n",
                &["`interaction.other`", "did you mean `scratch`"],
            ),
            (
                TINY.replace("steps: 200", "steps: 200\n  evaluate_at: [50, 50]"),
                &["test.evaluate_at[1]", "found 50", "51"],
            ),
            (
                TINY.replace("idle", "brain") + "    test_lesions: {cerebelum: 1}\n",
                &["groups.transfer.test_lesions.cerebelum", "did you mean `cerebellum`"],
            ),
            (TINY.to_string() + "    settings: 3\n", &["settings of groups.transfer", "expected a mapping"]),
            (
                TINY.to_string() + "    agent: brian\n",
                &["tiny.yaml:16:5", "`groups.transfer.agent`", "did you mean `brain`"],
            ),
        ] {
            let message = read(&wrong).err().unwrap_or_else(|| panic!("accepted:\n{wrong}")).to_string();
            for part in parts {
                assert!(message.contains(part), "`{part}` is missing from: {message}");
            }
        }
    }

    #[test]
    fn other_bodies_are_refused_and_the_fields_named() {
        let text = TINY.replace("    - task: cycling/flat-v0", "    - task: fretting/guitar-v0");
        let message = read(&text).err().unwrap().to_string();
        for part in ["groups.transfer.practice[0].task", "fretting/guitar-v0", "observation field 0", "action field 0"]
        {
            assert!(message.contains(part), "`{part}` is missing from: {message}");
        }
    }
}
