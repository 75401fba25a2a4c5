//! An experiment whose subjects learn in Python.

use crate::error;
use etude::catalog::Catalog;
use etude::transfer::outsider::{self, Evaluation, Outsider};
use etude_envs::lane;
use pyo3::prelude::*;
use std::path::PathBuf;

/// A complete episode.
#[pyclass(frozen, module = "etude")]
pub struct Episode(pub lane::Episode);

#[pymethods]
impl Episode {
    /// Index of the episode in its lane.
    #[getter]
    fn index(&self) -> u64 {
        self.0.index
    }

    /// Length in env steps.
    #[getter]
    fn length(&self) -> u32 {
        self.0.length
    }

    /// The task's success measure, from 0 to 1.
    #[getter]
    fn score(&self) -> f32 {
        self.0.score
    }

    /// Sum of rewards.
    #[getter]
    fn total_reward(&self) -> f64 {
        self.0.total_reward
    }
}

/// One leg of one subject: a stretch of practice, or the test.
#[pyclass(frozen, get_all, module = "etude")]
pub struct Assignment {
    /// Index among all assignments.
    index: usize,
    /// Name of its files, for example `subject-003.transfer.test`.
    name: String,
    /// Name of the previous leg, whose learner continues.
    parent: Option<String>,
    /// Whether it has been recorded.
    done: bool,
    /// Index of the subject.
    subject: u64,
    /// The first group with this leg, and the leg's position in it, for example `transfer.test`.
    leg: String,
    /// Id of the task, and its YAML.
    task: String,
    yaml: String,
    /// Whether the task's episodes are trials of a schedule.
    scheduled: bool,
    /// Env steps of practice.
    steps: u64,
    /// Whether the learner learns, and whether it receives the task's reward.
    learning: bool,
    reward: bool,
    /// Env steps after which it is evaluated, and number of episodes.
    due: Vec<u64>,
    evaluation_episodes: u64,
    /// Seeds of the learner, of the practice lanes, and of the evaluation lanes.
    learner_seed: u64,
    lane_seeds: Vec<u64>,
    evaluation_seeds: Vec<u64>,
}

#[pymethods]
impl Assignment {
    /// The trial on which a learner that has reached `trial` of the task's schedule is evaluated: that one, or the nearest of its
    /// block that is not certain to be a catch or channel trial.
    fn telling_trial(&self, trial: u64) -> PyResult<u64> {
        Ok(crate::spec::blueprint(&self.yaml)?.telling_trial(trial))
    }
}

/// Number of lanes with seeds.
const LANES: u64 = 1024;
/// Learners take seeds of 32 bits.
const LEARNER_SEEDS: u64 = 1 << 32;

/// The question and the settings of an experiment.
#[pyclass(frozen, get_all, module = "etude")]
pub struct Experiment {
    /// Its name and question.
    name: String,
    question: String,
    /// The default agent of its subjects, and the number of subjects in each group.
    agent: String,
    subjects: u64,
    /// Names of its groups, and the group with which all others are compared.
    groups: Vec<String>,
    reference: String,
    /// Task and env steps of the test.
    test: String,
    steps: u64,
    /// Env steps between evaluations, episodes per evaluation, and the score at which the test counts as learned.
    evaluate_every: u64,
    evaluation_episodes: u64,
    criterion: f64,
}

#[pymethods]
impl Experiment {
    fn __repr__(&self) -> String {
        format!("Experiment({}: {})", self.name, self.question)
    }
}

/// Names of all built-in experiments.
#[pyfunction]
pub fn experiment_names() -> Vec<String> {
    Catalog::default().experiment_names()
}

/// See `etude.experiment`.
#[pyfunction]
pub fn experiment(name: &str) -> PyResult<Experiment> {
    let spec = Catalog::default().experiment(name, None).map_err(refused)?.spec;
    Ok(Experiment {
        groups: spec.groups.0.iter().map(|(name, _)| name.clone()).collect(),
        name: spec.experiment,
        question: spec.question,
        agent: spec.agent,
        subjects: spec.subjects,
        reference: spec.reference,
        test: spec.test.task,
        steps: spec.test.steps,
        evaluate_every: spec.evaluate_every,
        evaluation_episodes: spec.evaluation_episodes,
        criterion: spec.criterion,
    })
}

/// An experiment with external learners, and its folder.
#[pyclass(module = "etude")]
pub struct Study {
    /// `None` once it is closed.
    outsider: Option<Outsider>,
    assignments: Vec<outsider::Assignment>,
}

fn refused(why: impl std::fmt::Display) -> PyErr {
    error::EtudeError::new_err(format!("{why:#}"))
}

#[pymethods]
impl Study {
    #[new]
    #[pyo3(signature = (experiment, out, learner, subjects=None, seed=None, scale_steps=None))]
    fn new(
        experiment: &str,
        out: PathBuf,
        learner: &str,
        subjects: Option<u64>,
        seed: Option<u64>,
        scale_steps: Option<f64>,
    ) -> PyResult<Self> {
        let mut experiment = outsider::experiment(&Catalog::default(), experiment, learner).map_err(refused)?;
        outsider::altered(&mut experiment.spec, subjects, seed, scale_steps).map_err(refused)?;
        let outsider = Outsider::open(experiment, &out).map_err(refused)?;
        let assignments = outsider.assignments().map_err(refused)?;
        Ok(Self { outsider: Some(outsider), assignments })
    }

    /// Name of the experiment, its question, and its groups.
    #[getter]
    fn experiment(&self) -> PyResult<(String, String, Vec<String>)> {
        let spec = &self.open()?.spec().experiment;
        let groups = spec.groups.0.iter().map(|(name, _)| name.clone()).collect();
        Ok((spec.experiment.clone(), spec.question.clone(), groups))
    }

    /// All legs of all subjects, subject by subject, parents before children.
    fn assignments(&self) -> PyResult<Vec<Assignment>> {
        let outsider = self.open()?;
        let described = |(index, assignment)| described(outsider, index, assignment);
        Ok(self.assignments.iter().enumerate().map(described).collect())
    }

    /// Records a complete leg: episodes with the env steps at their ends, and evaluations as env steps, trial and
    /// episodes.
    fn record(
        &mut self,
        py: Python<'_>,
        index: usize,
        episodes: Vec<(u64, Py<Episode>)>,
        evaluations: Vec<(u64, Option<u64>, Vec<Py<Episode>>)>,
    ) -> PyResult<()> {
        let Some(assignment) = self.assignments.get(index) else {
            return Err(refused(format!("leg {index}; expected one below {}", self.assignments.len())));
        };
        let plain = |episode: &Py<Episode>| episode.borrow(py).0.clone();
        let episodes: Vec<(u64, lane::Episode)> =
            episodes.iter().map(|(steps, episode)| (*steps, plain(episode))).collect();
        let evaluations: Vec<Evaluation> = evaluations
            .iter()
            .map(|(steps, trial, episodes)| Evaluation {
                steps: *steps,
                trial: *trial,
                episodes: episodes.iter().map(plain).collect(),
            })
            .collect();
        self.open()?.record(assignment, &episodes, &evaluations).map_err(refused)?;
        self.assignments[index].done = true;
        Ok(())
    }

    /// Writes tables, summary and report; returns the summary as JSON.
    fn conclude(&self, py: Python<'_>) -> PyResult<String> {
        let outsider = self.open()?;
        let summary = py.detach(|| outsider.conclude()).map_err(refused)?;
        summary.to_json().map_err(refused)
    }

    /// Releases the folder.
    fn close(&mut self) {
        self.outsider = None;
    }
}

impl Study {
    fn open(&self) -> PyResult<&Outsider> {
        self.outsider.as_ref().ok_or_else(|| refused("the study is closed; open it anew"))
    }
}

fn described(outsider: &Outsider, index: usize, assignment: &outsider::Assignment) -> Assignment {
    let (leg, task) = (outsider.leg(assignment), outsider.task(assignment));
    let seed = outsider.seed(assignment);
    let (purpose, place) = leg.conditions().lane;
    let lane = seed.fan(purpose, place);
    let episodes = outsider.spec().experiment.evaluation_episodes;
    // The first lane is the one in which a subject of this program practises.
    let lanes = std::iter::once(lane.0).chain((1..LANES).map(|other| lane.fan("lane", other).0));
    // Trials of a schedule are evaluated on separate lanes, other episodes one after another on a single lane.
    let evaluated = |episode: u64| seed.fan("evaluation", if task.scheduled() { episode } else { 0 }).0;
    Assignment {
        index,
        name: assignment.name.clone(),
        parent: assignment.parent.clone(),
        done: assignment.done,
        subject: assignment.subject,
        leg: leg.name.clone(),
        task: task.spec().id.clone(),
        yaml: task.yaml(),
        scheduled: task.scheduled(),
        steps: leg.block.steps,
        learning: leg.block.learning,
        reward: leg.block.reward,
        due: outsider.due(assignment),
        evaluation_episodes: episodes,
        learner_seed: seed.fan("agent", 0).0 % LEARNER_SEEDS,
        lane_seeds: lanes.collect(),
        evaluation_seeds: (0..episodes).map(evaluated).collect(),
    }
}
