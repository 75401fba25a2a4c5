//! V11 and V12: a cursor steered through the factors of a population, with decoders whose factors or units are
//! permuted.

use super::line::{Band, Mechanism, Outcome};
use super::session::{Lesson, cohort};
use super::setting::{Part, Setting};
use super::steering::{Decoders, Steering, Trial, control};
use crate::calibration::{Control, intuitive};
use crate::catalog::AgentBlueprint;
use crate::stats::interval::paired_p;
use crate::stats::mean;
use anyhow::Result;
use etude_envs::cursor::{BlockSpec, Perturbation};

const TASK: &str = "cursor/intuitive-v0";
/// Number of trials with the intuitive decoder, and with a perturbed one per day.
const INTUITIVE: usize = 200;
const TRIALS: usize = 600;
/// Number of trials in which control is measured.
const JUDGED: usize = 100;
/// Number of trials without noise and learning in which launches are measured: each target once.
const SHOWN: usize = 8;
/// Number of trials averaged along a curve.
const BIN: usize = 20;

/// Amount of learning: the change of control, projected on the change from initial to intuitive control (Sadtler et al.
/// 2014).
pub(super) fn amount(began: Control, now: Control, best: Control) -> f64 {
    let way = |from: Control, to: Control| [to.success - from.success, from.time - to.time];
    let (gone, whole) = (way(began, now), way(began, best));
    let size = whole[0].powi(2) + whole[1].powi(2);
    (gone[0] * whole[0] + gone[1] * whole[1]) / size.max(1e-9)
}

/// Launch angles by target, in degrees, from trials with each target once.
fn launches(trials: &[Trial]) -> Vec<f64> {
    let mut trials: Vec<&Trial> = trials.iter().collect();
    trials.sort_by(|left, right| left.direction.total_cmp(&right.direction));
    trials.iter().map(|trial| trial.launch_angle).collect()
}

/// Change of launch angles since the decoder was fitted, as the mean absolute value over targets, in degrees.
fn after_effect(before: &[f64], after: &[f64]) -> f64 {
    let turn = |(before, after): (&f64, &f64)| ((after - before + 180.0).rem_euclid(360.0) - 180.0).abs();
    mean(&before.iter().zip(after).map(turn).filter(|turn| turn.is_finite()).collect::<Vec<_>>())
}

/// What a subject does between two measurements of control with a perturbed decoder.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Arm {
    /// Trials with that decoder.
    Practice,
    /// The same, learning by the exact gradient through it.
    Exact,
    /// The same number of trials with the intuitive decoder.
    Sham,
}

struct Learned {
    amount: f64,
    began: Control,
    after_effect: f64,
    repertoire: f64,
    course: Vec<f64>,
}

/// One subject's day with a perturbed decoder.
fn day(
    setting: &Setting<'_>,
    decoders: &Decoders,
    agent: &AgentBlueprint,
    arm: Arm,
    kind: Perturbation,
    subject: etude_envs::Seed,
) -> Result<Learned> {
    let mut steering = Steering::new(decoders, agent, subject)?;
    let perturbed = BlockSpec { perturbation: kind, ..intuitive() };
    let (launched, _) = steering.shown(intuitive(), SHOWN)?;
    let (before, _) = steering.trials(intuitive(), INTUITIVE, Lesson::Learnt)?;
    let (_, own) = steering.shown(intuitive(), SHOWN)?;
    let best = control(&before[INTUITIVE - JUDGED..]);
    let began = steering.control(perturbed.clone(), JUDGED)?;
    if arm == Arm::Exact {
        steering.follow_exactly(setting, &perturbed)?;
    }
    let practised = if arm == Arm::Sham { intuitive() } else { perturbed.clone() };
    let (trials, _) = steering.trials(practised, TRIALS, Lesson::Learnt)?;
    let (launched_after, _) = steering.shown(intuitive(), SHOWN)?;
    let after = match arm {
        Arm::Sham => steering.control(perturbed.clone(), JUDGED)?,
        _ => control(&trials[TRIALS - JUDGED..]),
    };
    let (_, own_after) = steering.shown(perturbed, SHOWN)?;
    let share = |recording| steering.factors.as_ref().map_or(f64::NAN, |factors| factors.share_within(recording));
    Ok(Learned {
        amount: amount(began, after, best),
        began,
        after_effect: after_effect(&launches(&launched), &launches(&launched_after)),
        repertoire: share(&own_after) / share(&own),
        course: trials.chunks_exact(BIN).map(|bin| amount(began, control(bin), best)).collect(),
    })
}

/// Both kinds of perturbation, with their names.
const KINDS: [(&str, Perturbation); 2] = [("within", Perturbation::Within), ("outside", Perturbation::Outside)];

/// V11. 200 trials with the intuitive decoder, 600 with one whose factors (within the manifold) or units (outside) are
/// permuted. Permutations are chosen from 200 by their impairment before learning, closest to 40% success and 83% of
/// the time limit. The amount of learning is the change from control before learning (100 trials with noise, without
/// learning) to control in the last 100 trials, projected on the change to intuitive control. After-effects and
/// activity are measured in eight trials without noise and without learning.
pub fn manifold(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["trial", "amount of learning"];
    let mut outcome = Outcome::titled("Within and outside the manifold", axes, Mechanism::MotorCortex);
    let decoders = Decoders::new(setting, TASK)?;
    let group = |agent: &AgentBlueprint, arm, kind| {
        cohort(setting, |subject| day(setting, &decoders, agent, arm, kind, subject))
    };
    let [within, outside] = KINDS.map(|(_, kind)| group(&setting.agent, Arm::Practice, kind));
    let (within, outside) = (within?, outside?);
    let all = |group: &[Learned], value: fn(&Learned) -> f64| group.iter().map(value).collect::<Vec<f64>>();
    let amounts = [&within, &outside].map(|group| mean(&all(group, |learned| learned.amount)));
    outcome.line("amount of learning within the manifold", amounts[0], Band::AtLeast(0.4));
    outcome.line("amount of learning outside the manifold", amounts[1], Band::AtMost(0.2));
    outcome.line("amount of learning, within / outside", amounts[0] / amounts[1].max(1e-9), Band::AtLeast(2.5));
    let effects = |group| all(group, |learned| learned.after_effect);
    let differences: Vec<f64> =
        effects(&within).iter().zip(effects(&outside)).map(|(within, outside)| within - outside).collect();
    outcome.line("after-effect, within - outside (deg)", mean(&differences), Band::Above(0.0));
    outcome.line("after-effect, within - outside, p", paired_p(&differences), Band::Below(0.01));
    let repertoire = mean(&all(&within, |learned| learned.repertoire));
    outcome.line("variance of activity left in the manifold", repertoire, Band::AtLeast(0.9));
    for (name, group) in [("within", &within), ("outside", &outside)] {
        let success = mean(&all(group, |learned| learned.began.success));
        outcome.line(&format!("success before learning, {name}"), success, Band::Free);
        let time = mean(&all(group, |learned| learned.began.time));
        outcome.line(&format!("time before learning, {name} (share of the limit)"), time, Band::Free);
        outcome.line(&format!("after-effect, {name} (deg)"), mean(&effects(group)), Band::Free);
    }
    let at: Vec<f64> = (0..TRIALS / BIN).map(|bin| (bin * BIN) as f64 + 0.5 * BIN as f64).collect();
    for (name, group) in [("within", within), ("outside", outside)] {
        outcome.course(name, at.clone(), group.into_iter().map(|learned| learned.course).collect());
    }
    for (name, arm, settings) in [
        ("no fast", Arm::Practice, "{error: {rate: 0}}"),
        ("no slow", Arm::Practice, "{reward: {rate: 0}}"),
        ("sham", Arm::Sham, "{}"),
        ("exact gradient", Arm::Exact, "{}"),
    ] {
        let agent = setting.altered(Part::MotorCortex, settings)?;
        for (kind, perturbation) in KINDS {
            let group = group(&agent, arm, perturbation)?;
            let found = mean(&all(&group, |learned| learned.amount));
            outcome.line(&format!("amount of learning {kind} the manifold, {name}"), found, Band::Free);
            if arm == Arm::Exact {
                outcome.course(
                    &format!("{kind}; {name}"),
                    at.clone(),
                    group.into_iter().map(|one| one.course).collect(),
                );
            }
        }
    }
    Ok(outcome)
}

/// Number of days, trials per day, and days over which the perturbation is increased.
const DAYS: usize = 10;
const PER_DAY: usize = 480;
const DEGREES: usize = 5;

/// V12. Ten days of 480 trials with a decoder whose units are permuted, each followed by a night; the permutation is
/// increased in fifths over the first five days, or complete at once. Control is measured each evening, with the
/// complete permutation, in 100 trials with noise and without learning. New patterns are the fraction of the variance
/// of activity outside the manifold of the first day, in eight trials without noise.
pub fn days(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["day", "amount of learning"];
    let mut outcome = Outcome::titled("Ten days outside the manifold", axes, Mechanism::MotorCortex);
    let decoders = Decoders::new(setting, TASK)?;
    let altered = |settings| setting.altered(Part::MotorCortex, settings);
    let arms = [
        ("by degrees", setting.agent.clone(), Some(DEGREES)),
        ("no night", altered("{night: {rate: 0}}")?, Some(DEGREES)),
        ("at once", setting.agent.clone(), Some(1)),
        ("no slow", altered("{reward: {rate: 0}, night: {rate: 0}}")?, Some(DEGREES)),
        ("no fast", altered("{error: {rate: 0}}")?, Some(DEGREES)),
        ("sham", setting.agent.clone(), None),
    ];
    for (name, agent, degrees) in arms {
        let subjects = cohort(setting, |subject| ten_days(&decoders, &agent, degrees, subject))?;
        let last = mean(&subjects.iter().map(|(course, _)| course[DAYS - 1]).collect::<Vec<_>>());
        let patterns = mean(&subjects.iter().map(|(_, patterns)| *patterns).collect::<Vec<_>>());
        let (learned, new) = match name {
            "by degrees" => (Band::AtLeast(0.5), Band::AtLeast(0.05)),
            "no night" => (Band::AtMost(0.25), Band::Free),
            _ => (Band::Free, Band::Free),
        };
        outcome.line(&format!("learning outside the manifold after {DAYS} days, {name}"), last, learned);
        outcome.line(&format!("rise of the share of new patterns, {name}"), patterns, new);
        let at = (1..=DAYS).map(|day| day as f64).collect();
        outcome.course(name, at, subjects.into_iter().map(|(course, _)| course).collect());
    }
    Ok(outcome)
}

/// Amount of learning on each evening, and increase of the fraction of new patterns.
fn ten_days(
    decoders: &Decoders,
    agent: &AgentBlueprint,
    degrees: Option<usize>,
    subject: etude_envs::Seed,
) -> Result<(Vec<f64>, f64)> {
    let mut steering = Steering::new(decoders, agent, subject)?;
    let whole = BlockSpec { perturbation: Perturbation::Outside, ..intuitive() };
    let (before, _) = steering.trials(intuitive(), INTUITIVE, Lesson::Learnt)?;
    let (_, own) = steering.shown(whole.clone(), SHOWN)?;
    let best = control(&before[INTUITIVE - JUDGED..]);
    let began = steering.control(whole.clone(), JUDGED)?;
    let mut course = Vec::new();
    for day in 1..=DAYS {
        let mix = degrees.map_or(0.0, |degrees| (day as f32 / degrees as f32).min(1.0));
        steering.trials(BlockSpec { mix, ..whole.clone() }, PER_DAY, Lesson::Learnt)?;
        course.push(amount(began, steering.control(whole.clone(), JUDGED)?, best));
        steering.agent.sleep();
    }
    let (_, own_after) = steering.shown(whole, SHOWN)?;
    let share = |recording| steering.factors.as_ref().map_or(f64::NAN, |factors| factors.share_within(recording));
    Ok((course, share(&own) - share(&own_after)))
}
