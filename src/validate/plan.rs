//! Rotated and clamped cursors, and their effect on the plan of the hand; on the arm with noise and delayed senses.

use super::line::{Band, Mechanism, Outcome};
use super::session::{CURL, Lesson, Session, Trial, cohort, scatter, scheduled};
use super::setting::Setting;
use crate::stats::mean;
use anyhow::Result;
use etude_envs::task::Blueprint;

/// Rotation of the cursor, in degrees.
const TURN: f64 = 30.0;
/// Number of trials without any field before it.
const BEFORE: usize = 48;

fn angles(trials: &[Trial], of: impl Fn(&Trial) -> f64) -> Vec<f64> {
    trials.iter().map(of).collect()
}

/// The mean curve over subjects.
fn average(courses: &[Vec<f64>]) -> Vec<f64> {
    let trials = courses.first().map_or(0, Vec::len);
    (0..trials).map(|trial| mean(&courses.iter().map(|course| course[trial]).collect::<Vec<_>>())).collect()
}

/// Trials of every subject with learning, then trials without reward.
fn then_untold(setting: &Setting<'_>, task: &Blueprint, learnt: usize, untold: usize) -> Result<Vec<Vec<Trial>>> {
    cohort(setting, |subject| {
        let mut session = Session::new(&setting.agent, task, subject)?;
        let mut trials = session.trials(learnt, Lesson::Learnt)?;
        trials.extend(session.trials(untold, Lesson::Untold)?);
        Ok(trials)
    })
}

/// Trials of every subject that follow those without any field.
fn after_practice(setting: &Setting<'_>, task: &Blueprint, trials: usize) -> Result<Vec<Vec<Trial>>> {
    cohort(setting, |subject| {
        Ok(Session::new(&setting.agent, task, subject)?.trials(BEFORE + trials, Lesson::Learnt)?.split_off(BEFORE))
    })
}

/// V18. 160 trials with a cursor rotated by 30 degrees, to eight targets in turn, then eight with the cursor off, in
/// which the agent continues as in practice but receives no reward. Learning is the rotation of the hand against the
/// cursor's in the last 16 trials.
pub fn after_effect(setting: &Setting<'_>) -> Result<Outcome> {
    const TURNED: usize = 160;
    const LATE: usize = 16;
    const OFF: usize = 8;
    let task = scheduled(
        setting,
        &format!(
            "[{{trials: {BEFORE}}}, {{trials: {TURNED}, field: rotation, strength: {TURN}}}, {{cursor: \"off\"}}]"
        ),
    )?;
    let all = then_untold(setting, &task, BEFORE + TURNED, OFF)?;
    let axes = ["trial", "direction of the end of the hand's way (deg)"];
    let mut outcome = Outcome::titled("A rotated cursor, then none", axes, Mechanism::ForwardModel);
    let off = BEFORE + TURNED;
    outcome.mark("cursor turned", [BEFORE + 1, off]);
    let hand = |trial: &Trial| if trial.strength == 0.0 { trial.end_angle } else { trial.end_angle - TURN };
    let ends: Vec<f64> = all.iter().map(|trials| mean(&angles(&trials[off..], |trial| trial.end_angle))).collect();
    let launches: Vec<f64> =
        all.iter().map(|trials| mean(&angles(&trials[off..], |trial| trial.launch_angle))).collect();
    let learned: Vec<f64> =
        all.iter().map(|trials| mean(&trials[off - LATE..off].iter().map(hand).collect::<Vec<_>>())).collect();
    let opposite = ends.iter().filter(|&&end| end < 0.0).count() as f64 / ends.len() as f64;
    outcome.line("learned angle (deg)", mean(&learned), Band::Free);
    outcome.line("subjects whose end point is opposite to the rotation", opposite, Band::AtLeast(0.95));
    outcome.line("after-effect / learned angle", mean(&ends) / mean(&learned), Band::Within(0.3, 1.0));
    let apart = (mean(&launches) - mean(&ends)).abs();
    outcome.line("launch - end point (deg)", apart, Band::AtMost(5.0));
    let courses = all.iter().map(|trials| trials.iter().map(hand).collect()).collect();
    outcome.course(setting.agent.name(), (1..=off + OFF).map(|trial| trial as f64).collect(), courses);
    Ok(outcome)
}

/// V19. 120 trials without any field, then 40 more with the cursor on and 40 with it off, with exploration but without
/// reward. The angle is the launch direction of the hand; SDs are within subjects, averaged over subjects.
pub fn scattered(setting: &Setting<'_>) -> Result<Outcome> {
    const PRACTICE: usize = 120;
    const ASKED: usize = 40;
    let task = scheduled(setting, &format!("[{{trials: {}}}, {{cursor: \"off\"}}]", PRACTICE + ASKED))?;
    let all = then_untold(setting, &task, PRACTICE + ASKED, ASKED)?;
    let mut outcome = Outcome::titled("Scatter of reaches", ["trial", "direction (deg)"], Mechanism::Body);
    outcome.mark("cursor off", [PRACTICE + ASKED + 1, PRACTICE + 2 * ASKED]);
    let sd = |from: usize, of: fn(&Trial) -> f64| {
        mean(&all.iter().map(|trials| scatter(&angles(&trials[from..from + ASKED], of))).collect::<Vec<_>>())
    };
    let [on, off] = [PRACTICE, PRACTICE + ASKED].map(|from| sd(from, |trial| trial.launch_angle));
    outcome.line("SD of the movement's angle after practice (deg)", on, Band::Within(1.5, 6.0));
    outcome.line("its SD, cursor off / on", off / on, Band::AtMost(2.0));
    let ends = [PRACTICE, PRACTICE + ASKED].map(|from| sd(from, |trial| trial.end_angle));
    outcome.line("SD of the end's angle, cursor on (deg)", ends[0], Band::Free);
    outcome.line("SD of the end's angle, cursor off (deg)", ends[1], Band::Free);
    let courses = all.iter().map(|trials| angles(trials, |trial| trial.launch_angle)).collect();
    let at = (1..=PRACTICE + 2 * ASKED).map(|trial| trial as f64).collect();
    outcome.course(setting.agent.name(), at, courses);
    Ok(outcome)
}

/// V20. One target, with the cursor rotated by 30 degrees or a curl field. The curve is the mean over subjects of the
/// hand's rotation against the cursor's, or of 1 - deviation / first deviation, averaged over three trials. The
/// asymptote is the mean of the last 20 of 120 trials, and the correction after one trial is the change from the first
/// trial to the second.
pub fn rate(setting: &Setting<'_>) -> Result<Outcome> {
    const TRIALS: usize = 120;
    const LAST: usize = 20;
    let axes = ["trial", "share made up for"];
    let mut outcome = Outcome::titled("One target", axes, Mechanism::FeedbackError);
    for (name, field, strength) in [("rotation", "rotation", TURN), ("curl field", "curl", CURL)] {
        let block = format!("targets: [90], trials: {BEFORE}}}, {{targets: [90], field: {field}, strength: {strength}");
        let task = scheduled(setting, &format!("[{{{block}}}]"))?;
        let all = after_practice(setting, &task, TRIALS)?;
        let size = |trial: &Trial| if field == "curl" { trial.deviation } else { trial.end_angle };
        let errors = average(&all.iter().map(|trials| angles(trials, size)).collect::<Vec<_>>());
        let made_up = |trials: &[Trial]| trials.iter().map(|trial| 1.0 - size(trial) / errors[0]).collect::<Vec<_>>();
        let course: Vec<f64> = average(&all.iter().map(|trials| made_up(trials)).collect::<Vec<_>>());
        let asymptote = mean(&course[TRIALS - LAST..]);
        let smooth: Vec<f64> = course.windows(3).map(mean).collect();
        // Centre of the first three trials that reach it, counted from 1.
        let reached = smooth.iter().position(|&share| share >= 0.632 * asymptote).map(|at| at as f64 + 2.0);
        outcome.line(&format!("trials to 63% of the asymptote, {name}"), reached, Band::Within(4.0, 40.0));
        outcome.line(&format!("correction after one trial / error, {name}"), course[1], Band::Within(0.05, 0.35));
        outcome.line(&format!("asymptote, {name}"), asymptote, Band::Free);
        let courses = all.iter().map(|trials| made_up(trials)).collect();
        outcome.course(name, (1..=TRIALS).map(|trial| trial as f64).collect(), courses);
    }
    Ok(outcome)
}

/// V21. 120 trials to one target with a cursor clamped at an angle from it, which the agent should ignore; reward and
/// target are the same as without. The heading is the direction of the end of the hand path in the last 20 trials,
/// positive against the clamp.
pub fn error_clamp(setting: &Setting<'_>) -> Result<Outcome> {
    const TRIALS: usize = 120;
    const LAST: usize = 20;
    const CLAMPS: [f64; 4] = [7.5, 15.0, 45.0, 95.0];
    let axes = ["trial", "heading against the clamp (deg)"];
    let mut outcome = Outcome::titled("A clamped cursor", axes, Mechanism::FeedbackError);
    let mut headings = Vec::new();
    for clamp in CLAMPS {
        let block =
            format!("targets: [90], trials: {BEFORE}}}, {{targets: [90], field: error-clamp, strength: {clamp}");
        let task = scheduled(setting, &format!("[{{{block}}}]"))?;
        let all = after_practice(setting, &task, TRIALS)?;
        let courses: Vec<Vec<f64>> = all.iter().map(|trials| angles(trials, |trial| -trial.end_angle)).collect();
        headings.push(mean(&average(&courses)[TRIALS - LAST..]));
        outcome.course(&format!("{clamp} deg"), (1..=TRIALS).map(|trial| trial as f64).collect(), courses);
    }
    for (clamp, &heading) in CLAMPS.iter().zip(&headings).take(3) {
        outcome.line(&format!("heading against a clamp of {clamp} deg (deg)"), heading, Band::Within(5.0, 30.0));
    }
    let (least, most) = (headings[..3].iter().copied().fold(f64::MAX, f64::min), highest(&headings[..3]));
    outcome.line("asymptotes of clamps of 7.5, 15 and 45 deg, largest / smallest", most / least, Band::AtMost(1.7));
    outcome.line("largest heading (deg)", highest(&headings), Band::AtMost(45.0));
    outcome.line("heading under a clamp of 95 deg (deg)", headings[3], Band::AtMost(15.0));
    Ok(outcome)
}

fn highest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::MIN, f64::max)
}
