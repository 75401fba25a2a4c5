//! Graded versus all-or-none climbing fibres.

use super::conditioning::correlation;
use super::line::{Band, Mechanism, Outcome};
use super::session::{CURL, CYCLE, Lesson, Session, Trial, binned, cohort, middles, scheduled};
use super::setting::{Part, Setting};
use crate::catalog::AgentBlueprint;
use crate::stats::{Estimate, mean, paired_estimate};
use anyhow::Result;
use rand::RngExt;
use std::fmt::Write;

/// Field strengths of single trials.
const SIZES: [f64; 5] = [0.25, 0.5, 1.0, 1.5, 2.0];
/// Number of single trials for each strength and direction.
const REPEATS: usize = 2;
/// Number of error clamps before each, in which earlier learning decays.
const FADING: usize = 8;
/// Least slope that counts as one, as a change of the index per field of strength 1; frozen before held-out seeds were
/// run. People correct at least a twentieth of an error in the next trial.
const LEAST_SLOPE: f64 = 0.05;

/// V14. Single trials in a field of random strength and direction between error clamps, all to one target; learning
/// from a trial is the change of the adaptation index. Then the time course of adaptation to a constant field. The
/// ablation is the agent with all-or-none fibres; subjects are paired.
pub fn graded(setting: &Setting<'_>) -> Result<Outcome> {
    let binary = setting.altered(Part::Cerebellum, "{climbing_fibre: {binary: true}}")?;
    let axes = ["size of the field", "change of index"];
    let mut outcome = Outcome::titled("What is learned from a single error", axes, Mechanism::ClimbingFibre);
    let agents = [("graded", &setting.agent), ("binary", &binary)];
    let mut courses = Vec::new();
    for (name, agent) in agents {
        let single = single_trials(setting, agent)?;
        let (sizes, changes): (Vec<f64>, Vec<f64>) = single.iter().flatten().copied().unzip();
        let band = if name == "graded" { Band::AtLeast(0.8) } else { Band::AtMost(0.3) };
        outcome.line(&format!("correlation of learning with error size, {name}"), correlation(&sizes, &changes), band);
        if name == "graded" {
            let found = paired_estimate(single.len(), |subjects| Some(slope(&single, subjects)));
            outcome.line("its slope, graded", found.map(|found| found.value), Band::AtLeast(LEAST_SLOPE));
            outcome.line("its slope, lower end of its interval", found.map(|found| found.low), Band::Above(0.0));
        }
        let by_size = |subject: &Vec<(f64, f64)>| {
            let of =
                |size: f64| mean(&subject.iter().filter(|pair| pair.0 == size).map(|pair| pair.1).collect::<Vec<_>>());
            SIZES.map(of).to_vec()
        };
        outcome.course(name, SIZES.to_vec(), single.iter().map(by_size).collect());
        courses.push(lasting(setting, agent)?);
    }
    let everyone: Vec<usize> = (0..courses[0].len()).collect();
    for (measure, of) in [
        ("trials to 90% of the asymptote", trials_to_asymptote as fn(&[f64]) -> f64),
        ("error left in the end / naive", error_left),
    ] {
        for (group, (name, _)) in agents.iter().enumerate() {
            outcome.line(&format!("{measure}, {name}"), of(&cohort_course(&courses[group], &everyone)), Band::Free);
        }
        let difference = |subjects: &[usize]| {
            let [graded, binary] = [0, 1].map(|group| of(&cohort_course(&courses[group], subjects)));
            Some(binary - graded)
        };
        let found: Option<Estimate> = paired_estimate(everyone.len(), difference);
        let name = format!("{measure}, binary - graded");
        outcome.line(&name, found.map(|found| found.value), Band::Above(0.0));
        let low = found.map(|found| found.low);
        outcome.line(&format!("{name}, lower end of its interval"), low, Band::Above(0.0));
    }
    Ok(outcome)
}

/// For every subject, strengths of single trials' fields and the learning from each, towards its field.
fn single_trials(setting: &Setting<'_>, agent: &AgentBlueprint) -> Result<Vec<Vec<(f64, f64)>>> {
    cohort(setting, |subject| {
        let mut order: Vec<f64> = (0..REPEATS).flat_map(|_| SIZES.into_iter().flat_map(|size| [size, -size])).collect();
        let mut rng = subject.fan("sizes", 0).rng();
        for last in (1..order.len()).rev() {
            order.swap(last, rng.random_range(0..=last));
        }
        // The first round establishes the usual size of errors.
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

/// Slope of the regression of learning on error size, pooled over these subjects.
fn slope(single: &[Vec<(f64, f64)>], subjects: &[usize]) -> f64 {
    let (sizes, changes): (Vec<f64>, Vec<f64>) =
        subjects.iter().flat_map(|&subject| single[subject].iter().copied()).unzip();
    let (centre_size, centre_change) = (mean(&sizes), mean(&changes));
    let product: f64 =
        sizes.iter().zip(&changes).map(|(size, change)| (size - centre_size) * (change - centre_change)).sum();
    product / sizes.iter().map(|size| (size - centre_size).powi(2)).sum::<f64>()
}

/// Remaining fraction of the naive deviation of every subject in a constant field, in cycles: deviation / deviation of
/// an idle agent on the same trials.
fn lasting(setting: &Setting<'_>, agent: &AgentBlueprint) -> Result<Vec<Vec<f64>>> {
    let (before, field) = (50, 200);
    let task = setting.catalog.tasks.task("reaching/adaptation-v1")?;
    let idle = setting.catalog.agent("idle")?;
    cohort(setting, |subject| {
        let run = |agent| Session::new(agent, &task, subject)?.trials(before + field, Lesson::Learnt);
        let (trials, idle) = (run(agent)?, run(&idle)?);
        let left: Vec<f64> =
            trials.iter().zip(&idle).map(|(trial, idle)| (trial.deviation / idle.deviation).abs()).collect();
        Ok(binned(&left[before..], CYCLE))
    })
}

/// Mean adaptation of these subjects by cycle: 1 - remaining fraction.
fn cohort_course(left: &[Vec<f64>], subjects: &[usize]) -> Vec<f64> {
    let cycles = left.first().map_or(0, Vec::len);
    let adapted = |cycle| 1.0 - mean(&subjects.iter().map(|&subject| left[subject][cycle]).collect::<Vec<_>>());
    (0..cycles).map(adapted).collect()
}

fn asymptote(course: &[f64]) -> f64 {
    mean(&course[course.len() - 5..])
}

fn error_left(course: &[f64]) -> f64 {
    1.0 - asymptote(course)
}

/// Number of trials until a curve reaches nine tenths of the mean of its last five values.
fn trials_to_asymptote(course: &[f64]) -> f64 {
    let asymptote = asymptote(course);
    let reached = course.iter().position(|&value| value >= 0.9 * asymptote).unwrap_or(course.len() - 1);
    middles(course.len() * CYCLE, CYCLE)[reached]
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
        assert!((error_left(&course) - 0.2).abs() < 1e-12);
    }

    #[test]
    fn the_slope_is_that_worked_out_by_hand() {
        // Deviations -1, 0, 1 and -1, 2, -1 have no slope; 0.1 and 0.3 at 1 and 2 have 0.2.
        let single = [vec![(1.0, 0.0), (2.0, 3.0), (3.0, 0.0)], vec![(1.0, 0.1), (2.0, 0.3)]];
        assert!(slope(&single, &[0]).abs() < 1e-12);
        assert!((slope(&single, &[1, 1]) - 0.2).abs() < 1e-12);
    }
}
