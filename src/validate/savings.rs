//! Savings: relearning that is faster than first learning.

use super::line::{Band, Mechanism, Outcome};
use super::session::{CURL, Lesson, Session, binned, cohort, middles, run, scheduled};
use super::setting::{Part, Setting};
use crate::catalog::AgentBlueprint;
use crate::stats::curve::mean_curve;
use crate::stats::retention::{early_savings, savings_in_rate, savings_in_steps};
use crate::stats::{Curve, mean, mean_estimate, paired_estimate};
use anyhow::Result;

/// First trials of the two blocks in the field, and their length.
const BLOCKS: [usize; 2] = [50, 600];
const BLOCK: usize = 150;
const STRETCH: usize = 4;
const CRITERION: f64 = 0.5;

/// V4. Two blocks of 150 trials in the field, with 400 without it in between: a slow process with a retention of 0.98
/// per trial has lost everything by then, so that savings are not a remnant. Adaptation is 1 - deviation / deviation of
/// an idle agent on the same trial; trials to criterion end when two consecutive means of four exceed one half. The
/// ablation is the agent whose learning rates do not depend on past errors: it must show no savings, and the agent more
/// than it.
pub fn savings(setting: &Setting<'_>) -> Result<Outcome> {
    let ablation = setting.altered(Part::Cerebellum, "{feedback_error: {sensitivity: {largest: 1}}}")?;
    let idle = setting.catalog.agent("idle")?;
    let unlearned = run(setting, &idle, "reaching/savings-v1", BLOCKS[1] + BLOCK)?;
    let axes = ["trial of the block", "adaptation"];
    let mut outcome = Outcome::titled("Savings after washout", axes, Mechanism::ErrorMemory);
    let curves = |agent: &AgentBlueprint| -> Result<Vec<[Curve; 2]>> {
        let subjects = run(setting, agent, "reaching/savings-v1", BLOCKS[1] + BLOCK)?;
        let blocks = subjects.iter().zip(&unlearned).map(|(trials, idle)| {
            BLOCKS.map(|from| {
                let adaptation = |trial: usize| 1.0 - trials[trial].deviation / idle[trial].deviation;
                let values: Vec<f64> = (from..from + BLOCK).map(adaptation).collect();
                let at = middles(BLOCK, STRETCH).into_iter().map(|middle| middle as u64);
                Curve::new(at.zip(binned(&values, STRETCH)).collect())
            })
        });
        Ok(blocks.collect())
    };
    let (whole, ablated) = (curves(&setting.agent)?, curves(&ablation)?);
    let forms: [(&str, Form); 3] = [("early", early), ("trials", saved_trials), ("rate", rate)];
    for (form, measure) in forms {
        let found = paired_estimate(whole.len(), |subjects| measure(&whole, subjects));
        outcome.line(&format!("savings, {form} form"), found.map(|found| found.value), Band::Free);
        outcome.line(
            &format!("savings, {form} form, lower end of its interval"),
            found.map(|found| found.low),
            Band::Above(0.0),
        );
        let without = paired_estimate(ablated.len(), |subjects| measure(&ablated, subjects));
        outcome.line(&format!("{form} form, fixed-rate ablation"), without.map(|found| found.value), Band::Free);
        outcome.line(
            &format!("{form} form, fixed-rate ablation, lower end of its interval"),
            without.map(|found| found.low),
            Band::AtMost(0.0),
        );
        let more =
            paired_estimate(whole.len(), |subjects| Some(measure(&whole, subjects)? - measure(&ablated, subjects)?));
        outcome.line(&format!("{form} form, agent - ablation"), more.map(|found| found.value), Band::Free);
        outcome.line(
            &format!("{form} form, agent - ablation, lower end of its interval"),
            more.map(|found| found.low),
            Band::Above(0.0),
        );
    }
    for (name, curves) in [(setting.agent.name(), &whole), ("fixed rates", &ablated)] {
        for (block, which) in ["first", "again"].into_iter().enumerate() {
            let at = curves[0][block].points().iter().map(|point| point.0 as f64).collect();
            let values = |pair: &[Curve; 2]| pair[block].points().iter().map(|point| point.1).collect();
            outcome.course(&format!("{name}, {which}"), at, curves.iter().map(values).collect());
        }
    }
    Ok(outcome)
}

/// V23. The same blocks, and again with the opposite field in the second block. The drop is the relative decrease of
/// the mean absolute deviation over the first ten trials in the field, compared with naive subjects in the same field;
/// for the opposite field these are subjects that start with it.
pub fn sign_of_savings(setting: &Setting<'_>) -> Result<Outcome> {
    const FIRST: usize = 10;
    const BEFORE: usize = 50;
    const WASHOUT: usize = 400;
    let axes = ["trial of the block", "size of the deviation (mm)"];
    let mut outcome = Outcome::titled("Savings by the sign of the field", axes, Mechanism::ErrorMemory);
    let blocks = |first: f64, second: f64| -> Result<Vec<[Vec<f64>; 2]>> {
        let field = |strength: f64| format!("{{trials: {BLOCK}, field: curl, strength: {strength}}}");
        let schedule = format!("[{{trials: {BEFORE}}}, {}, {{trials: {WASHOUT}}}, {}]", field(first), field(second));
        let task = scheduled(setting, &schedule)?;
        cohort(setting, |subject| {
            let mut session = Session::new(&setting.agent, &task, subject)?;
            let mut sizes = |count: usize| -> Result<Vec<f64>> {
                Ok(session.trials(count, Lesson::Learnt)?.iter().map(|trial| trial.deviation.abs()).collect())
            };
            sizes(BEFORE)?;
            let learning = sizes(BLOCK)?;
            sizes(WASHOUT)?;
            Ok([learning, sizes(BLOCK)?])
        })
    };
    let (same, opposite) = (blocks(CURL, CURL)?, blocks(CURL, -CURL)?);
    let naive: Vec<[Vec<f64>; 2]> = blocks(-CURL, -CURL)?;
    let early = |trials: &[f64]| mean(&trials[..FIRST]);
    let drops = |naive: Vec<f64>, again: Vec<f64>| -> Vec<f64> {
        naive.iter().zip(again).map(|(naive, again)| 1.0 - again / naive).collect()
    };
    let of = |subjects: &[[Vec<f64>; 2]], block: usize| subjects.iter().map(|blocks| early(&blocks[block])).collect();
    let (own, other) = (drops(of(&same, 0), of(&same, 1)), drops(of(&naive, 0), of(&opposite, 1)));
    let found = mean_estimate(&own);
    outcome.line("error of the first 10 relearning trials, drop", mean(&own), Band::AtLeast(0.1));
    outcome.line("its drop, lower end of its interval", found.map(|found| found.low), Band::Above(0.0));
    outcome.line("drop of the opposite field", mean(&other), Band::Free);
    outcome.line("drop of the opposite field / of the same", mean(&other) / mean(&own), Band::AtMost(0.5));
    let at: Vec<f64> = (1..=BLOCK).map(|trial| trial as f64).collect();
    let groups = [("first", &same, 0), ("the same again", &same, 1), ("the opposite", &opposite, 1)];
    for (name, subjects, block) in groups {
        outcome.course(name, at.clone(), subjects.iter().map(|blocks| blocks[block].clone()).collect());
    }
    Ok(outcome)
}

/// Savings of the given subjects, each with a curve of first learning and one of relearning.
type Form = fn(&[[Curve; 2]], &[usize]) -> Option<f64>;

fn average(values: Vec<f64>) -> Option<f64> {
    (!values.is_empty()).then(|| mean(&values))
}

fn early(curves: &[[Curve; 2]], subjects: &[usize]) -> Option<f64> {
    average(subjects.iter().map(|&subject| early_savings(&curves[subject][0], &curves[subject][1])).collect())
}

fn saved_trials(curves: &[[Curve; 2]], subjects: &[usize]) -> Option<f64> {
    let steps = |curve: &Curve| {
        let time = curve.time_to_criterion(CRITERION);
        time.reached().unwrap_or(curve.budget()) as f64
    };
    let saved = |&subject: &usize| savings_in_steps(steps(&curves[subject][0]), steps(&curves[subject][1]));
    average(subjects.iter().filter_map(saved).collect())
}

/// From the mean curve: the mean of ratios of noisy rates exceeds 1 even without savings.
fn rate(curves: &[[Curve; 2]], subjects: &[usize]) -> Option<f64> {
    let [first, again] = [0, 1].map(|block| mean_curve(subjects.iter().map(|&subject| &curves[subject][block])));
    savings_in_rate(&first, &again)
}
