//! The subjects of a programme, and the gym that they are in.

use super::performer::Performer;
use super::programme::Programme;
use crate::run::lesions::Lesions;
use crate::run::subject::{Conditions, Plan, Subject};
use anyhow::Result;
use etude_envs::gym::Gym;
use std::sync::Arc;

/// Env steps of all subjects together in one burst at full speed: some hundredths of a second.
pub const BURST: u64 = 1_000;

/// How its subjects practise.
pub(super) fn plan_of(programme: &Programme) -> Plan {
    let training = programme.run.as_ref();
    Plan {
        task: programme.task.clone(),
        agent: programme.agent.clone(),
        steps: training.map_or(u64::MAX, |training| training.steps),
        evaluate_every: training.map_or(u64::MAX, |training| training.evaluate_every),
        evaluate_at: Vec::new(),
        evaluation_episodes: training.map_or(1, |training| training.evaluation_episodes),
        signals_every: training.map_or(0, |training| training.signals_every),
        units_every: 0,
        record_steps: false,
        tensorboard: false,
        keep_checkpoints_every: 0,
        burst: BURST,
        conditions: Conditions {
            learning: programme.learning,
            evaluate_first: training.is_some(),
            ..Conditions::default()
        },
        lesions: programme.lesions.clone(),
    }
}

/// Its subjects, who know nothing yet.
pub(super) fn naive(programme: &Programme, plan: Plan) -> Result<Vec<Subject>> {
    let plan = Arc::new(plan);
    (0..programme.subjects).map(|index| Subject::new(&plan, programme.seed, index)).collect()
}

/// Gives the subjects what they have learned before; with what is to be said of it.
pub(super) fn cast(programme: &Programme, mut subjects: Vec<Subject>) -> Result<(Vec<Subject>, Option<String>)> {
    let mut notice = None;
    let cast = programme.cast.iter().map(|trained| &trained.checkpoint).cycle();
    for (subject, checkpoint) in subjects.iter_mut().zip(cast) {
        subject.inherit(&checkpoint.state, &Lesions::new())?;
        subject.suit()?;
        let task = &programme.task;
        if task.scheduled() && checkpoint.task_yaml == task.yaml() {
            // A schedule goes on where practice stood.
            subject.stand_at(checkpoint.trial);
            notice = Some(format!("From trial {} of the schedule on, where practice stood", checkpoint.trial));
        }
    }
    Ok((subjects, notice))
}

/// A gym with these subjects, each in the lane of its practice.
pub(super) fn gym_of(programme: &Programme, subjects: Vec<Subject>) -> Gym<Performer> {
    let lane = |subject: Subject| (subject.task().clone(), subject.lane_seed(), Performer::new(subject));
    Gym::with_own_tasks(&programme.task, subjects.into_iter().map(lane), programme.threads)
}
