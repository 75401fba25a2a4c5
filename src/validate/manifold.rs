//! V11 and V12: a cursor steered through the factors of a population, and decoders whose factors or units are permuted.

use super::session::{Lesson, cohort};
use super::steering::{Steering, Trial, control};
use super::{Band, Mechanism, Outcome, Part, Setting};
use crate::calibration::{Control, intuitive};
use crate::catalog::AgentBlueprint;
use crate::stats::interval::paired_p;
use crate::stats::mean;
use anyhow::Result;
use etude_envs::cursor::{BlockSpec, Perturbation};

const TASK: &str = "cursor/intuitive-v0";
/// Trials with the intuitive decoder, and with a perturbed one on a day.
const INTUITIVE: usize = 200;
const TRIALS: usize = 600;
/// Trials by which control is judged.
const JUDGED: usize = 100;
/// Trials without noise and learning in which launches are looked at: each target once.
const SHOWN: usize = 8;
/// Trials that are averaged along a course.
const BIN: usize = 20;

/// How far control has come from where it began towards that of the intuitive decoder: the way gone, projected on the way there was to
/// go (Sadtler et al. 2014).
pub(super) fn amount(began: Control, now: Control, best: Control) -> f64 {
    let way = |from: Control, to: Control| [to.success - from.success, from.time - to.time];
    let (gone, whole) = (way(began, now), way(began, best));
    let size = whole[0].powi(2) + whole[1].powi(2);
    (gone[0] * whole[0] + gone[1] * whole[1]) / size.max(1e-9)
}

/// Launch angles by target, in degrees, of trials in which each target came once.
fn launches(trials: &[Trial]) -> Vec<f64> {
    let mut trials: Vec<&Trial> = trials.iter().collect();
    trials.sort_by(|left, right| left.direction.total_cmp(&right.direction));
    trials.iter().map(|trial| trial.launch_angle).collect()
}

/// How far launches have turned from what they were when the decoder was fitted, whichever way, in degrees: the mean over targets.
fn after_effect(before: &[f64], after: &[f64]) -> f64 {
    let turn = |(before, after): (&f64, &f64)| ((after - before + 180.0).rem_euclid(360.0) - 180.0).abs();
    mean(&before.iter().zip(after).map(turn).filter(|turn| turn.is_finite()).collect::<Vec<_>>())
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
    agent: &AgentBlueprint,
    kind: Perturbation,
    subject: etude_envs::Seed,
) -> Result<Learned> {
    let mut steering = Steering::new(setting, agent, TASK, subject)?;
    let perturbed = BlockSpec { perturbation: kind, ..intuitive() };
    let (launched, _) = steering.shown(intuitive(), SHOWN)?;
    let (before, _) = steering.trials(intuitive(), INTUITIVE, Lesson::Learnt)?;
    let (_, own) = steering.shown(intuitive(), SHOWN)?;
    let best = control(&before[INTUITIVE - JUDGED..]);
    let began = steering.control(perturbed.clone(), JUDGED)?;
    let (trials, _) = steering.trials(perturbed.clone(), TRIALS, Lesson::Learnt)?;
    let (launched_after, _) = steering.shown(intuitive(), SHOWN)?;
    let (_, own_after) = steering.shown(perturbed, SHOWN)?;
    let share = |recording| steering.factors.as_ref().map_or(f64::NAN, |factors| factors.share_within(recording));
    let after = control(&trials[TRIALS - JUDGED..]);
    Ok(Learned {
        amount: amount(began, after, best),
        began,
        after_effect: after_effect(&launches(&launched), &launches(&launched_after)),
        repertoire: share(&own_after) / share(&own),
        course: trials.chunks_exact(BIN).map(|bin| amount(began, control(bin), best)).collect(),
    })
}

/// V11.
pub fn manifold(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["trial", "amount of learning"];
    let mut outcome = Outcome::titled("Within and outside the manifold", axes, Mechanism::MotorCortex);
    let group = |agent: &AgentBlueprint, kind| cohort(setting, |subject| day(setting, agent, kind, subject));
    let (within, outside) =
        (group(&setting.agent, Perturbation::Within)?, group(&setting.agent, Perturbation::Outside)?);
    let all = |group: &[Learned], value: fn(&Learned) -> f64| group.iter().map(value).collect::<Vec<f64>>();
    let amounts = [&within, &outside].map(|group| mean(&all(group, |learned| learned.amount)));
    outcome.line("amount of learning within the manifold", amounts[0], Band::AtLeast(0.4));
    outcome.line("amount of learning outside the manifold", amounts[1], Band::AtMost(0.2));
    outcome.line("amount of learning, within / outside", amounts[0] / amounts[1].max(1e-9), Band::AtLeast(2.5));
    for (name, group) in [("within", &within), ("outside", &outside)] {
        let success = mean(&all(group, |learned| learned.began.success));
        outcome.line(&format!("naive success, {name}"), success, Band::Free);
        outcome.line(&format!("naive time, {name}"), mean(&all(group, |learned| learned.began.time)), Band::Free);
        let effect = mean(&all(group, |learned| learned.after_effect));
        outcome.line(&format!("after-effect, {name} (deg)"), effect, Band::Free);
    }
    let effects = |group| all(group, |learned| learned.after_effect);
    let differences: Vec<f64> =
        effects(&within).iter().zip(effects(&outside)).map(|(within, outside)| within - outside).collect();
    outcome.line("after-effect, within - outside (deg)", mean(&differences), Band::Above(0.0));
    outcome.line("after-effect, within - outside, p", paired_p(&differences), Band::Below(0.01));
    let repertoire = mean(&all(&within, |learned| learned.repertoire));
    outcome.line("variance of activity left in the manifold, within", repertoire, Band::AtLeast(0.9));
    let at: Vec<f64> = (0..TRIALS / BIN).map(|bin| (bin * BIN) as f64 + 0.5 * BIN as f64).collect();
    for (name, group) in [("within", within), ("outside", outside)] {
        outcome.course(name, at.clone(), group.into_iter().map(|learned| learned.course).collect());
    }
    for (name, settings) in [("no fast", "{error: {rate: 0}}"), ("no slow", "{reward: {rate: 0}}")] {
        let agent = setting.altered(Part::MotorCortex, settings)?;
        for kind in [Perturbation::Within, Perturbation::Outside] {
            let found = mean(&all(&group(&agent, kind)?, |learned| learned.amount));
            let kind = if kind == Perturbation::Within { "within" } else { "outside" };
            outcome.line(&format!("amount of learning {kind}, {name}"), found, Band::Free);
        }
    }
    Ok(outcome)
}

/// Days, trials on each, and days on which the perturbation is mixed in by degrees.
const DAYS: usize = 10;
const PER_DAY: usize = 480;

/// V12.
pub fn days(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["day", "amount of learning"];
    let mut outcome = Outcome::titled("Ten days outside the manifold", axes, Mechanism::MotorCortex);
    let slow = setting.altered(Part::MotorCortex, "{night: {rate: 0}}")?;
    let arms = [
        ("by degrees", &setting.agent, 5),
        ("at once", &setting.agent, 1),
        ("by degrees, nights that change nothing", &slow, 5),
    ];
    for (name, agent, degrees) in arms {
        let subjects = cohort(setting, |subject| {
            let mut steering = Steering::new(setting, agent, TASK, subject)?;
            let whole = BlockSpec { perturbation: Perturbation::Outside, ..intuitive() };
            let (before, _) = steering.trials(intuitive(), INTUITIVE, Lesson::Learnt)?;
            let (_, own) = steering.shown(whole.clone(), SHOWN)?;
            let best = control(&before[INTUITIVE - JUDGED..]);
            let began = steering.control(whole.clone(), JUDGED)?;
            let mut course = Vec::new();
            for day in 1..=DAYS {
                let mix = (day as f32 / degrees as f32).min(1.0);
                steering.trials(BlockSpec { mix, ..whole.clone() }, PER_DAY, Lesson::Learnt)?;
                course.push(amount(began, steering.control(whole.clone(), JUDGED)?, best));
                steering.agent.sleep();
            }
            let (_, own_after) = steering.shown(whole, SHOWN)?;
            let share =
                |recording| steering.factors.as_ref().map_or(f64::NAN, |factors| factors.share_within(recording));
            Ok((course, share(&own) - share(&own_after)))
        })?;
        let last = mean(&subjects.iter().map(|(course, _)| course[DAYS - 1]).collect::<Vec<_>>());
        let patterns = mean(&subjects.iter().map(|(_, patterns)| *patterns).collect::<Vec<_>>());
        outcome.line(&format!("learning outside the manifold after {DAYS} days, {name}"), last, Band::Free);
        outcome.line(&format!("rise of the share of new patterns, {name}"), patterns, Band::Free);
        let at = (1..=DAYS).map(|day| day as f64).collect();
        outcome.course(name, at, subjects.into_iter().map(|(course, _)| course).collect());
    }
    Ok(outcome)
}
