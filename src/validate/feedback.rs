//! Feedback about a movement: reward beside error, and uncertain errors; on the arm with noise and delayed senses.

use super::line::{Band, Mechanism, Outcome};
use super::session::{Lesson, Session, Trial, cohort, scheduled};
use super::setting::Setting;
use crate::stats::{mean, mean_estimate};
use anyhow::Result;

/// Trials before the rotation, and trials with it, to one target.
const BEFORE: usize = 48;
const TRIALS: usize = 160;
const LAST: usize = 20;
/// Number of values averaged along a curve.
const SMOOTH: usize = 5;
/// Fraction of the change to the asymptote that must be reached.
const MOST: f64 = 0.632;

fn differences(above: &[f64], below: &[f64]) -> Vec<f64> {
    above.iter().zip(below).map(|(above, below)| above - below).collect()
}

/// Rotation of the hand against the cursor's rotation, in degrees.
fn turned(trials: &[Trial], turn: f64) -> Vec<f64> {
    trials.iter().map(|trial| turn - trial.end_angle).collect()
}

/// V25. The cursor is rotated by 20 degrees for 160 trials to one target, with error and reward shown or with the error
/// only; then 100 trials without either. Trials are counted until a subject's curve, averaged over five trials, has
/// completed 63.2% of the final change of the group with both; subjects that never do count with all trials. Retention
/// is the mean of the last 50 trials without feedback divided by the mean of the last 20 with it.
pub fn reward_and_error(setting: &Setting<'_>) -> Result<Outcome> {
    const TURN: f64 = 20.0;
    const UNTOLD: usize = 100;
    let block = "targets: [90]";
    let schedule = format!(
        "[{{trials: {BEFORE}, {block}}}, {{trials: {TRIALS}, {block}, field: rotation, strength: {TURN}}}, \
         {{{block}, cursor: \"off\"}}]"
    );
    let task = scheduled(setting, &schedule)?;
    let axes = ["trial", "turn of the hand against the cursor's (deg)"];
    let mut outcome = Outcome::titled("Reward beside error", axes, Mechanism::Reward);
    outcome.mark("without feedback", [TRIALS + 1, TRIALS + UNTOLD]);
    let group = |lesson: Lesson| -> Result<Vec<Vec<f64>>> {
        cohort(setting, |subject| {
            let mut session = Session::new(&setting.agent, &task, subject)?;
            session.trials(BEFORE, Lesson::Learnt)?;
            let mut course = turned(&session.trials(TRIALS, lesson)?, TURN);
            course.extend(session.trials(UNTOLD, Lesson::Untold)?.iter().map(|trial| -trial.end_angle));
            Ok(course)
        })
    };
    let (both, error) = (group(Lesson::Learnt)?, group(Lesson::Untold)?);
    let end = |course: &Vec<f64>| mean(&course[TRIALS - LAST..TRIALS]);
    let asymptote = mean(&both.iter().map(end).collect::<Vec<_>>());
    let trials = |subjects: &[Vec<f64>]| -> Vec<f64> {
        let reached = |course: &Vec<f64>| {
            let there = course[..TRIALS].windows(SMOOTH).position(|values| mean(values) >= MOST * asymptote);
            there.map_or(TRIALS as f64, |at| at as f64 + (SMOOTH as f64 + 1.0) / 2.0)
        };
        subjects.iter().map(reached).collect()
    };
    let kept = |subjects: &[Vec<f64>]| -> Vec<f64> {
        subjects.iter().map(|course| mean(&course[TRIALS + UNTOLD / 2..]) / end(course)).collect()
    };
    for (name, subjects) in [("error and reward", &both), ("error", &error)] {
        outcome.line(
            &format!("learned angle, {name} (deg)"),
            mean(&subjects.iter().map(end).collect::<Vec<_>>()),
            Band::Free,
        );
        outcome.line(&format!("trials to 63%, {name}"), mean(&trials(subjects)), Band::Free);
        outcome.line(&format!("retention, {name}"), mean(&kept(subjects)), Band::Free);
    }
    let low = |values: Vec<f64>| mean_estimate(&values).map(|found| found.low);
    let measure = "trials to 63%, error - error and reward, lower end of its interval";
    outcome.line(measure, low(differences(&trials(&error), &trials(&both))), Band::Above(0.0));
    let measure = "retention, error and reward - error, lower end of its interval";
    outcome.line(measure, low(differences(&kept(&both), &kept(&error))), Band::Above(0.0));
    let at: Vec<f64> = (1..=TRIALS + UNTOLD).map(|trial| trial as f64).collect();
    for (name, subjects) in [("error and reward", both), ("error", error)] {
        outcome.course(name, at.clone(), subjects);
    }
    Ok(outcome)
}

/// V26. The cursor is rotated by 30 degrees for 160 trials to one target, and blurred by 5 or 10 mm in these and in the
/// 48 trials before. A subject's rate is the fraction of the rotation compensated for in the first 40 trials; reliance
/// on the prediction is the agent's own signal, averaged over the rotated trials.
pub fn uncertainty(setting: &Setting<'_>) -> Result<Outcome> {
    const TURN: f64 = 30.0;
    const EARLY: usize = 40;
    const BLURS: [f64; 2] = [0.005, 0.01];
    let axes = ["trial", "turn of the hand against the cursor's (deg)"];
    let mut outcome = Outcome::titled("Uncertain feedback", axes, Mechanism::ForwardModel);
    let (mut rates, mut reliances) = (Vec::new(), Vec::new());
    for blur in BLURS {
        let block = format!("targets: [90], blur: {blur}");
        let schedule = format!(
            "[{{trials: {BEFORE}, {block}}}, {{trials: {TRIALS}, {block}, field: rotation, strength: {TURN}}}]"
        );
        let task = scheduled(setting, &schedule)?;
        let all = cohort(setting, |subject| {
            let mut session = Session::new(&setting.agent, &task, subject)?;
            session.trials(BEFORE, Lesson::Learnt)?;
            let (mut course, mut relied) = (Vec::new(), Vec::new());
            for _ in 0..TRIALS {
                course.extend(turned(&session.trials(1, Lesson::Learnt)?, TURN));
                session.agent.signals(&mut |name, value| {
                    if name == "prediction_reliance" {
                        relied.push(f64::from(value));
                    }
                });
            }
            Ok((course, relied))
        })?;
        let name = format!("blur of {} mm", 1000.0 * blur);
        rates.push(all.iter().map(|(course, _)| mean(&course[..EARLY]) / TURN).collect::<Vec<f64>>());
        outcome.line(&format!("rate of learning, {name}"), mean(&rates[rates.len() - 1]), Band::Free);
        // An agent that tells of no prediction relies on none.
        let relied = |(_, relied): &(Vec<f64>, Vec<f64>)| if relied.is_empty() { 0.0 } else { mean(relied) };
        reliances.push(all.iter().map(relied).collect::<Vec<f64>>());
        outcome.line(&format!("reliance on the prediction, {name}"), mean(&reliances[reliances.len() - 1]), Band::Free);
        let at = (1..=TRIALS).map(|trial| trial as f64).collect();
        outcome.course(&name, at, all.into_iter().map(|(course, _)| course).collect());
    }
    let low = |values: Vec<f64>| mean_estimate(&values).map(|found| found.low);
    let measure = "rate of learning, sharp - blurred, lower end of its interval";
    outcome.line(measure, low(differences(&rates[0], &rates[1])), Band::Above(0.0));
    let measure = "reliance on the prediction, twice the blur - once, lower end of its interval";
    outcome.line(measure, low(differences(&reliances[1], &reliances[0])), Band::Above(0.0));
    Ok(outcome)
}
