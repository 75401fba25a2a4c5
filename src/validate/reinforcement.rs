//! Learning from error and learning from reward, told apart by what is shown and by lesions.

use super::session::{Lesson, Session, binned, cohort, middles, scheduled};
use super::{Band, Outcome, Setting};
use crate::stats::mean;
use anyhow::{Result, anyhow};

/// Turn of the cursor, in degrees.
const TURN: f64 = 15.0;
/// Trials of learning from reward, and what they are averaged over.
const REWARDED: usize = 1500;
const STRETCH: usize = 50;
/// Trials without any feedback thereafter.
const UNTOLD: usize = 100;
/// Trials of the field, after `BEFORE` without.
const FIELD: usize = 200;
const BEFORE: usize = 50;
/// Error clamps after it, in which the agent shows what it has learnt.
const CLAMPS: usize = 24;

/// V16. Groups: intact, without cerebellum, without basal ganglia. Each subject adapts to a force field, where errors are
/// shown and no reward is told, and a naive copy to a turned cursor that is never shown, where only closeness of the end to
/// the target is rewarded. The field with errors shown and reward told, from which either part could learn, is given beside.
/// Adaptation to the field is the share of it that the hand makes up for in error clamps: deviations would count it as
/// adaptation that an exploring hand drifts about.
///
/// Izawa & Shadmehr's other finding, that learning from error changes where the hand is felt to be, needs a forward model of
/// the hand, which the brain has not where it has a desired trajectory: it is given as not measured.
pub fn dissociation(setting: &Setting<'_>) -> Result<Outcome> {
    let mut outcome = Outcome::titled("Learning the turned cursor from reward", ["trial", "turn made up for (share)"]);
    let groups = [("intact", None), ("no cerebellum", Some("cerebellum")), ("no basal ganglia", Some("basal-ganglia"))];
    let (mut by_error, mut by_reward, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for (name, lesion) in groups {
        by_error.push(mean(&from_error(setting, lesion, Lesson::Untold)?));
        let courses = from_reward(setting, lesion)?;
        let learnt = |course: &Vec<f64>| mean(&course[REWARDED - 2 * STRETCH..REWARDED]);
        by_reward.push(mean(&courses.iter().map(learnt).collect::<Vec<_>>()));
        kept.push(mean(&courses.iter().map(|course| mean(&course[REWARDED..])).collect::<Vec<_>>()));
        let binned = courses.iter().map(|course| binned(course, STRETCH)).collect();
        outcome.course(name, middles(REWARDED + UNTOLD, STRETCH), binned);
    }
    for (index, (name, _)) in groups.iter().enumerate() {
        outcome.line(&format!("adaptation from error, {name}"), by_error[index], Band::Free);
        outcome.line(&format!("adaptation from reward, {name}"), by_reward[index], Band::Free);
    }
    let both = mean(&from_error(setting, Some("cerebellum"), Lesson::Learnt)?);
    outcome.line("adaptation from error and reward, no cerebellum", both, Band::Free);
    outcome.line("from error, no cerebellum / intact", by_error[1] / by_error[0], Band::AtMost(0.15));
    outcome.line("from reward, no cerebellum / intact", by_reward[1] / by_reward[0], Band::AtLeast(0.4));
    outcome.line("its retention over 100 trials without feedback", kept[1] / by_reward[1], Band::AtLeast(0.8));
    outcome.line("from error, no basal ganglia / intact", by_error[2] / by_error[0], Band::AtLeast(0.85));
    outcome.line("from reward, no basal ganglia / intact", by_reward[2] / by_reward[0], Band::AtMost(0.15));
    let [shown, rewarded] = variability(setting)?;
    outcome.line("SD of the end angle, reward only / error shown", rewarded / shown, Band::AtLeast(1.3));
    outcome.line("change of the hand's predicted place (no forward model of it)", None, Band::Free);
    Ok(outcome)
}

/// Share of the field that the hand makes up for in the channel after it, by subject.
fn from_error(setting: &Setting<'_>, lesion: Option<&str>, lesson: Lesson) -> Result<Vec<f64>> {
    let field = "field: curl, strength: 13";
    let schedule =
        format!("[{{trials: {BEFORE}}}, {{trials: {FIELD}, {field}}}, {{trials: {CLAMPS}, {field}, clamp: 1}}]");
    let task = scheduled(setting, &schedule)?;
    cohort(setting, |subject| {
        let mut session = Session::new(&setting.agent, &task, subject)?;
        damage(&mut session, lesion)?;
        session.trials(BEFORE + FIELD, lesson)?;
        Ok(mean(&session.trials(CLAMPS, Lesson::Shown)?.iter().map(|trial| trial.index).collect::<Vec<_>>()))
    })
}

/// Share of the turn made up for, on the rewarded trials and then on those without feedback, by subject.
fn from_reward(setting: &Setting<'_>, lesion: Option<&str>) -> Result<Vec<Vec<f64>>> {
    let task = setting.catalog.tasks.task("reaching/reward-rotation-v0")?;
    cohort(setting, |subject| {
        let mut session = Session::new(&setting.agent, &task, subject)?;
        damage(&mut session, lesion)?;
        let mut trials = session.trials(REWARDED, Lesson::Learnt)?;
        trials.extend(session.trials(UNTOLD, Lesson::Untold)?);
        Ok(trials.iter().map(|trial| 1.0 - trial.end_angle / TURN).collect())
    })
}

/// Mean standard deviation of the end's direction within subjects, in degrees, at the end of learning the same turn with the
/// cursor shown and from reward only.
fn variability(setting: &Setting<'_>) -> Result<[f64; 2]> {
    let spread = |reward_only: bool, trials: usize| {
        let block = format!("[{{field: rotation, strength: {TURN}, reward_only: {reward_only}}}]");
        let task = scheduled(setting, &block)?;
        let spreads = cohort(setting, |subject| {
            let done = Session::new(&setting.agent, &task, subject)?.trials(trials, Lesson::Learnt)?;
            let angles: Vec<f64> = done[trials - 2 * STRETCH..].iter().map(|trial| trial.end_angle).collect();
            let centre = mean(&angles);
            Ok(mean(&angles.iter().map(|angle| (angle - centre).powi(2)).collect::<Vec<_>>()).sqrt())
        })?;
        Ok::<f64, anyhow::Error>(mean(&spreads))
    };
    Ok([spread(false, FIELD)?, spread(true, FIELD)?])
}

fn damage(session: &mut Session, part: Option<&str>) -> Result<()> {
    let Some(part) = part else { return Ok(()) };
    session.agent.lesion(part, 1.0).map_err(|error| anyhow!("{error}"))
}
