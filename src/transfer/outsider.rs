//! Experiments for learners outside this program: schedule, seeds, evaluations and folder are the experiment's, only
//! the learner is external.
//!
//! Each leg of each subject is assigned ([`Outsider::assignments`]), run elsewhere, and recorded ([`Outsider::record`])
//! when complete. The resulting folder is the same as that of `etude transfer`, including the report.

use super::conclude;
use super::schedule::{Leg, Schedule};
use super::spec::TransferSpec;
use super::summary::Summary;
use super::workers::checkpoint_name;
use crate::catalog::Catalog;
use crate::experiment::{Experiment, ExperimentError, ExperimentSpec, Group};
use crate::record::{Log, Rows, Whose, episode_row, evaluation_row};
use crate::run::checkpoint::Checkpoint;
use crate::run::evaluations::{are_due, due};
use crate::run::folder::RunFolder;
use anyhow::{Result, anyhow, bail};
use etude_agents::{Idle, State};
use etude_envs::Seed;
use etude_envs::document::Invalid;
use etude_envs::lane::Episode;
use etude_envs::task::Blueprint;
use std::path::Path;

/// Largest length of a learner's name.
const LONGEST_NAME: usize = 60;
/// Largest factor by which steps are multiplied.
const LARGEST_FACTOR: f64 = 1000.0;

/// The experiment of that name, or the experiment described by the YAML file at that path, for an external learner: one
/// registered in the catalog, or one that is only named.
///
/// Groups about parts of this program's own agents (another agent, settings, lesions) are left out. The group named
/// after the experiment's agent is renamed after the learner.
///
/// # Errors
/// An unknown or invalid experiment, one without a remaining group, or a name that cannot be used in a file.
pub fn experiment(catalog: &Catalog, name: &str, learner: &str) -> Result<Experiment> {
    let fit = |letter: char| letter.is_ascii_alphanumeric() || "-_.+".contains(letter);
    if learner.is_empty() || learner.len() > LONGEST_NAME || !learner.chars().all(fit) || learner.starts_with('.') {
        bail!("learner {learner:?}; expected a name of at most {LONGEST_NAME} letters, digits, and - _ . +");
    }
    if Catalog::default().agent_names().iter().any(|known| known == learner) {
        bail!("learner `{learner}`; expected a name that none of this program's own agents has");
    }
    let mut catalog = catalog.clone();
    if catalog.agent(learner).is_err() {
        // The learner is external: the agent of this name only provides the name.
        catalog.register_agent(learner, |_, _| Idle);
    }
    // Names of groups are in lower case.
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let group_name: String = learner.chars().map(plain).skip_while(|letter| !letter.is_ascii_lowercase()).collect();
    let group_name = if group_name.is_empty() { "learner".to_string() } else { group_name };
    let read = catalog.experiment_with(name, Some(learner), &|spec| {
        let own = spec.agent.clone();
        let plain = |group: &Group| {
            group.agent.as_ref().is_none_or(|agent| *agent == own)
                && group.settings.is_none()
                && group.test_settings.is_none()
                && group.test_lesions.is_empty()
                && group.practice.iter().all(|block| block.lesions.is_empty())
        };
        spec.groups.0.retain(|(_, group)| plain(group));
        let taken = spec.groups.get(&group_name).is_some();
        for (name, group) in &mut spec.groups.0 {
            group.agent = None;
            if *name == own && !taken && group.practice.iter().all(|block| block.parameters.is_none()) {
                name.clone_from(&group_name);
            }
        }
        if spec.reference == own && spec.groups.get(&own).is_none() {
            spec.reference.clone_from(&group_name);
        }
        let renamed = spec.groups.get(&own).is_none() && spec.groups.get(&group_name).is_some() && !taken;
        if renamed {
            let new = |name: &mut String| {
                if *name == own {
                    name.clone_from(&group_name);
                }
            };
            let contrasts = std::mem::take(&mut spec.contrasts).into_iter();
            spec.contrasts = contrasts
                .map(|(mut group, mut others)| {
                    new(&mut group);
                    others.0.iter_mut().for_each(new);
                    (group, others)
                })
                .collect();
        }
        let known: Vec<String> = spec.groups.0.iter().map(|(name, _)| name.clone()).collect();
        if !known.contains(&spec.reference) {
            spec.reference = known.first().cloned().unwrap_or_default();
        }
        let is_known = |name: &str| known.iter().any(|known| known == name);
        spec.contrasts.retain(|group, others| is_known(group) && others.0.iter().all(|other| is_known(other)));
        spec.interaction = None;
    });
    match read {
        Err(ExperimentError::Document(error)) if error.to_string().contains("groups") => {
            bail!("{error} (groups that are about this program's own agents are left out for a learner from outside)")
        }
        other => Ok(other?),
    }
}

/// Changes an experiment as the flags of `etude transfer` do: number of subjects, seed, and a factor on steps.
///
/// # Errors
/// A number out of range.
pub fn altered(
    spec: &mut ExperimentSpec,
    subjects: Option<u64>,
    seed: Option<u64>,
    scale_steps: Option<f64>,
) -> Result<()> {
    spec.subjects = subjects.unwrap_or(spec.subjects);
    spec.seed = seed.unwrap_or(spec.seed);
    if let Some(factor) = scale_steps {
        if !(factor > 0.0 && factor <= LARGEST_FACTOR) {
            bail!("scale_steps {factor}; expected a number above 0, at most {LARGEST_FACTOR}");
        }
        *spec = spec.clone().scaled(factor);
    }
    let wrong = |why: Invalid| anyhow!("{} is {}; expected {}", why.field, why.found, why.expected);
    spec.validate().map_err(wrong)
}

/// One leg of one subject, to be run externally.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Index of the subject.
    pub subject: u64,
    /// Index of the leg in the schedule.
    pub leg: usize,
    /// Name of its files, for example `subject-003.transfer.test`.
    pub name: String,
    /// Name of the assignment whose learner continues; `None` for a naive learner.
    pub parent: Option<String>,
    /// Whether it has been recorded.
    pub done: bool,
}

/// The result of one evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Env steps of practice before it.
    pub steps: u64,
    /// Index of the evaluated trial in the schedule; `None` for a task without a schedule.
    pub trial: Option<u64>,
    /// Its episodes.
    pub episodes: Vec<Episode>,
}

/// An experiment with external learners, and its folder.
pub struct Outsider {
    experiment: Experiment,
    spec: TransferSpec,
    schedule: Schedule,
    folder: RunFolder,
}

impl Outsider {
    /// Opens the folder of an experiment, new or to continue.
    ///
    /// # Errors
    /// A folder that holds something else or cannot be written to.
    pub fn open(experiment: Experiment, out: &Path) -> Result<Self> {
        let spec = TransferSpec::new(&experiment, 0, None);
        let schedule = Schedule::new(&spec.experiment);
        let folder = RunFolder::open(out, &spec, true)?;
        Ok(Self { experiment, spec, schedule, folder })
    }

    /// The settings of the experiment.
    pub fn spec(&self) -> &TransferSpec {
        &self.spec
    }

    /// All legs of all subjects, subject by subject, parents before children.
    ///
    /// # Errors
    /// A checkpoint that cannot be used.
    pub fn assignments(&self) -> Result<Vec<Assignment>> {
        let mut assignments = Vec::new();
        for subject in self.spec.subjects() {
            for (index, leg) in self.schedule.legs.iter().enumerate() {
                let name = checkpoint_name(subject, &leg.name);
                let found = self.folder.checkpoint_named(&name)?;
                let parent = leg.parent.map(|parent| checkpoint_name(subject, &self.schedule.legs[parent].name));
                let done = found.is_some_and(|found| found.complete);
                assignments.push(Assignment { subject, leg: index, name, parent, done });
            }
        }
        Ok(assignments)
    }

    /// The leg of an assignment.
    pub fn leg(&self, assignment: &Assignment) -> &Leg {
        &self.schedule.legs[assignment.leg]
    }

    /// The task of a leg.
    pub fn task(&self, assignment: &Assignment) -> &Blueprint {
        self.experiment.task(&self.leg(assignment).block)
    }

    /// The seed of a subject, the same as in `etude transfer`.
    pub fn seed(&self, assignment: &Assignment) -> Seed {
        Seed(self.spec.experiment.seed).fan("subject", assignment.subject)
    }

    /// Env steps after which a leg is evaluated.
    pub fn due(&self, assignment: &Assignment) -> Vec<u64> {
        let block = &self.leg(assignment).block;
        due(self.spec.experiment.evaluate_every, &block.evaluate_at, block.steps).collect()
    }

    /// Records a complete leg: its episodes, each with the env steps at its end, and its evaluations.
    ///
    /// # Errors
    /// Missing evaluations, or a folder that cannot be written to.
    pub fn record(
        &self,
        assignment: &Assignment,
        episodes: &[(u64, Episode)],
        evaluations: &[Evaluation],
    ) -> Result<()> {
        let (leg, task) = (self.leg(assignment), self.task(assignment));
        let steps = evaluations.iter().map(|evaluation| evaluation.steps);
        let wanted = self.spec.experiment.evaluation_episodes as usize;
        let whole = evaluations.iter().all(|evaluation| evaluation.episodes.len() == wanted);
        if !whole || !are_due(steps, self.spec.experiment.evaluate_every, &leg.block.evaluate_at, leg.block.steps) {
            let found: Vec<String> = evaluations.iter().map(|evaluation| evaluation.steps.to_string()).collect();
            let expected: Vec<String> = self.due(assignment).iter().map(u64::to_string).collect();
            bail!(
                "{}: evaluations after [{}] steps; expected {wanted} episodes after each of [{}]",
                assignment.name,
                found.join(", "),
                expected.join(", ")
            );
        }
        let whose = Whose { subject: assignment.subject, seed: self.spec.experiment.seed };
        let mut rows = Rows::default();
        for (steps, episode) in episodes {
            episode_row(rows.of(Log::Episodes), whose, *steps, episode);
        }
        let mut score = 0.0;
        for Evaluation { steps, trial, episodes } in evaluations {
            score = evaluation_row(rows.of(Log::Evaluations), whose, *steps, *trial, episodes);
        }
        let mut book = self.folder.log_book(&assignment.name, &task.spec().metrics, None)?;
        book.append(&mut rows)?;
        let agent = self.experiment.agent(&leg.agent);
        let faults = episodes.iter().filter(|(_, episode)| episode.fault.is_some()).count() as u64;
        let checkpoint = Checkpoint {
            lane: Vec::new(),
            closing: 0,
            task_yaml: task.yaml(),
            task: task.spec().id.clone(),
            agent: agent.name().into(),
            agent_yaml: agent.yaml().into(),
            subject: assignment.subject,
            seed: self.seed(assignment).0,
            steps: leg.block.steps,
            episode: episodes.len() as u64,
            trial: evaluations.last().and_then(|evaluation| evaluation.trial).unwrap_or(0),
            score,
            faults,
            complete: true,
            state: State::new(),
            logs: book.sync()?,
        };
        self.folder.save_checkpoint_as(&assignment.name, &checkpoint)
    }

    /// Writes tables, summary and report once all legs are recorded.
    ///
    /// # Errors
    /// A leg that is not recorded, or a folder that cannot be written to.
    pub fn conclude(&self) -> Result<Summary> {
        let open: Vec<Assignment> = self.assignments()?.into_iter().filter(|assignment| !assignment.done).collect();
        if let Some(first) = open.first() {
            bail!("{} legs are not done, such as {}", open.len(), first.name);
        }
        // Who learned is not of this program: the catalog has nothing to show of it.
        conclude(&Catalog::default(), &self.folder, &self.spec, &self.schedule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_envs::document::Document;

    const TEXT: &str = "experiment: own\nquestion: Does it help?\nagent: dopamine\nevaluate_every: 100\ncriterion: 0.5\n\
                        reference: dopamine\ncontrasts: {dopamine: other, brain: dopamine}\ntest: {task: cycling/rough-v0, steps: 200}\n\
                        groups:\n  dopamine: {}\n  other: {practice: [{task: cycling/flat-v0, steps: 100}]}\n  brain: {agent: brain}\n";

    fn read(learner: &str) -> ExperimentSpec {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.yaml");
        std::fs::write(&path, TEXT).unwrap();
        assert!(Document::open(&path).is_ok());
        experiment(&Catalog::default(), path.to_str().unwrap(), learner).unwrap().spec
    }

    #[test]
    fn the_agents_own_group_is_the_learners_wherever_it_is_named() {
        let spec = read("My-PPO.2");
        assert_eq!(spec.groups.names().collect::<Vec<_>>(), ["my-ppo-2", "other"]);
        assert_eq!((spec.agent.as_str(), spec.reference.as_str()), ("My-PPO.2", "my-ppo-2"));
        assert_eq!(
            spec.contrasts.into_iter().collect::<Vec<_>>(),
            [("my-ppo-2".to_string(), crate::experiment::Others(vec!["other".into()]))]
        );
    }

    #[test]
    fn a_name_that_a_group_has_already_is_not_given_twice() {
        assert_eq!(read("other").groups.names().collect::<Vec<_>>(), ["dopamine", "other"]);
    }
}
