//! Graded climbing fibres against all-or-none ones.

use super::conditioning::correlation;
use super::session::{CYCLE, Lesson, Session, Trial, binned, cohort, middles, scheduled};
use super::{Band, Outcome, Setting};
use crate::catalog::AgentBlueprint;
use crate::stats::mean;
use anyhow::Result;
use rand::RngExt;
use std::fmt::Write;

/// Strength of the field that counts as 1, in N·s/m.
const CURL: f64 = 13.0;
/// Strengths of single trials.
const SIZES: [f64; 5] = [0.25, 0.5, 1.0, 1.5, 2.0];
/// Single trials of every size and direction.
const REPEATS: usize = 2;
/// Error clamps before each, in which what the ones before have taught fades.
const FADING: usize = 8;

/// V14. Single trials in a field of random strength and direction between error clamps, all to one target; what was learned
/// from one is the change of the adaptation index. Then the course of adaptation to a lasting field.
pub fn graded(setting: &Setting<'_>) -> Result<Outcome> {
    let binary = setting.catalog.agent("brain-binary")?;
    let mut outcome = Outcome::titled("What is learned from a single error", ["size of the field", "change of index"]);
    let mut courses = Vec::new();
    for (agent, name, is_graded) in [(&setting.agent, "graded", true), (&binary, "binary", false)] {
        let single = single_trials(setting, agent)?;
        let pairs: Vec<(f64, f64)> = single.iter().flatten().copied().collect();
        let (sizes, changes): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let r = correlation(&sizes, &changes);
        let slope = r * (spread(&changes) / spread(&sizes));
        if is_graded {
            outcome.line("correlation of learning with error size, graded", r, Band::AtLeast(0.8));
            outcome.line("its slope, graded", slope, Band::Above(0.0));
        } else {
            outcome.line("correlation of learning with error size, binary", r, Band::AtMost(0.3));
        }
        let by_size = |subject: &Vec<(f64, f64)>| {
            let of =
                |size: f64| mean(&subject.iter().filter(|pair| pair.0 == size).map(|pair| pair.1).collect::<Vec<_>>());
            SIZES.map(of).to_vec()
        };
        outcome.course(name, SIZES.to_vec(), single.iter().map(by_size).collect());
        courses.push(lasting(setting, agent)?);
    }
    let times: Vec<f64> = courses.iter().map(|course| trials_to_asymptote(course)).collect();
    outcome.line("trials to 90% of the asymptote, graded", times[0], Band::Free);
    outcome.line("trials to 90% of the asymptote, binary", times[1], Band::Free);
    outcome.line("their difference, binary - graded", times[1] - times[0], Band::Above(0.0));
    let error = |course: &[f64]| 1.0 - mean(&course[course.len() - 5..]);
    let errors: Vec<f64> = courses.iter().map(|course| error(course)).collect();
    outcome.line("error left in the end / naive, graded", errors[0], Band::Free);
    outcome.line("error left in the end / naive, binary", errors[1], Band::Free);
    outcome.line("their difference, binary - graded", errors[1] - errors[0], Band::Above(0.0));
    Ok(outcome)
}

/// For every subject, sizes of single trials' fields and what was learned from each, towards its field.
fn single_trials(setting: &Setting<'_>, agent: &AgentBlueprint) -> Result<Vec<Vec<(f64, f64)>>> {
    cohort(setting, |subject| {
        let mut order: Vec<f64> = (0..REPEATS).flat_map(|_| SIZES.into_iter().flat_map(|size| [size, -size])).collect();
        let mut rng = subject.fan("sizes", 0).rng();
        for last in (1..order.len()).rev() {
            order.swap(last, rng.random_range(0..=last));
        }
        // The first round makes the usual size of errors known.
        let sizes: Vec<f64> = order.iter().chain(&order).copied().collect();
        let mut schedule = String::from("[");
        let clamp = format!("field: curl, strength: {CURL}, clamp: 1, targets: [90]");
        for size in &sizes {
            let field = CURL * size;
            let _ =
                write!(schedule, "{{trials: {FADING}, {clamp}}}, {{field: curl, strength: {field}, targets: [90]}}, ");
            let _ = write!(schedule, "{{{clamp}}}, ");
        }
        schedule.push_str("{targets: [90]}]");
        let mut session = Session::new(agent, &scheduled(setting, &schedule)?, subject)?;
        let trials = session.trials((FADING + 2) * sizes.len(), Lesson::Learnt)?;
        let learnt = |trials: &[Trial]| trials[FADING + 1].index - trials[FADING - 1].index;
        let rounds = trials.chunks_exact(FADING + 2).zip(&sizes).skip(order.len());
        Ok(rounds.map(|(trials, size)| (size.abs(), learnt(trials) * size.signum())).collect())
    })
}

/// The cohort's adaptation to a lasting field, in cycles: 1 - deviation / deviation of an idle agent on the same trials.
fn lasting(setting: &Setting<'_>, agent: &AgentBlueprint) -> Result<Vec<f64>> {
    let (before, field) = (50, 200);
    let task = setting.catalog.tasks.task("reaching/adaptation-v0")?;
    let idle = setting.catalog.agent("idle")?;
    let subjects = cohort(setting, |subject| {
        let run = |agent| Session::new(agent, &task, subject)?.trials(before + field, Lesson::Learnt);
        let (trials, idle) = (run(agent)?, run(&idle)?);
        let left: Vec<f64> =
            trials.iter().zip(&idle).map(|(trial, idle)| (trial.deviation / idle.deviation).abs()).collect();
        Ok(binned(&left[before..], CYCLE))
    })?;
    let cycle = |cycle: usize| 1.0 - mean(&subjects.iter().map(|left| left[cycle]).collect::<Vec<_>>());
    Ok((0..field / CYCLE).map(cycle).collect())
}

/// Trials until a course comes to nine tenths of the mean of its last five values.
fn trials_to_asymptote(course: &[f64]) -> f64 {
    let asymptote = mean(&course[course.len() - 5..]);
    let reached = course.iter().position(|&value| value >= 0.9 * asymptote).unwrap_or(course.len() - 1);
    middles(course.len() * CYCLE, CYCLE)[reached]
}

fn spread(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|value| (value - centre).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_the_asymptote_is_that_of_the_first_cycle_near_it() {
        let mut course = vec![0.0, 0.5, 0.71, 0.73];
        course.extend([0.8; 6]);
        // 0.9 of 0.8 is 0.72: the fourth cycle, trials 25 to 32.
        assert_eq!(trials_to_asymptote(&course), 28.5);
    }
}
