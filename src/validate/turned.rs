//! V10: a population vector with some units whose decoded directions are turned.

use super::line::{Band, Mechanism, Outcome};
use super::session::{Lesson, cohort};
use super::setting::{Part, Setting};
use super::steering::{Decoders, Steering, Trial};
use crate::calibration::{Tuning, intuitive, tunings};
use crate::catalog::AgentBlueprint;
use crate::stats::interval::paired_p;
use crate::stats::mean;
use anyhow::Result;
use etude_envs::cursor::{BlockSpec, Perturbation, turned_units};

const TASK: &str = "cursor/turned-25-v0";
/// Number of trials before, during and after the perturbation.
const CONTROL: usize = 160;
const TURNED: usize = 320;
const WASHOUT: usize = 160;
/// Number of early trials, and of trials in which deviations and tuning are measured.
const EARLY: usize = 16;
const LATE: usize = 120;
/// Number of trials measured in the washout, which has to be complete by then.
const WASHED: usize = 80;
/// Turn of the units' directions, in degrees.
const TURN: f32 = 90.0;
/// Number of trials averaged along a curve.
const BIN: usize = 8;
/// Largest standard error of the preferred direction of a unit that is included, in degrees: others are hardly tuned.
const TUNED: f64 = 10.0;

/// Changes from one stretch to another, as means over units.
#[derive(Clone, Copy, Debug, Default)]
struct Shift {
    /// Shift of the preferred directions of units that are not turned, in degrees, positive in the turn's direction.
    global: f64,
    /// Shift of the turned units minus that shift.
    extra: f64,
    /// Decrease of the modulation depth of turned minus other units, in Hz.
    drop: f64,
    /// Decrease of the modulation depth of turned and of other units.
    drops: [f64; 2],
}

fn shift(before: &[Tuning], after: &[Tuning], turned: &[bool]) -> Shift {
    let of = |which: bool, value: &dyn Fn(&Tuning, &Tuning) -> f64| {
        let units = turned.iter().zip(before.iter().zip(after)).filter(|(turned, _)| **turned == which);
        let units = units.filter(|(_, (before, after))| before.direction_error.max(after.direction_error) < TUNED);
        mean(&units.map(|(_, (before, after))| value(before, after)).collect::<Vec<_>>())
    };
    let angle =
        |before: &Tuning, after: &Tuning| (after.direction - before.direction + 180.0).rem_euclid(360.0) - 180.0;
    let drop = |before: &Tuning, after: &Tuning| before.depth - after.depth;
    let global = of(false, &angle);
    let drops = [of(true, &drop), of(false, &drop)];
    Shift { global, extra: of(true, &angle) - global, drop: drops[0] - drops[1], drops }
}

type ShiftMeasure = fn(&Shift) -> f64;

struct Session {
    /// Deviation early and late minus deviation before, in mm.
    deviations: [f64; 2],
    learned: Shift,
    washed_out: Shift,
    course: Vec<f64>,
}

fn deviation(trials: &[Trial]) -> f64 {
    mean(&trials.iter().filter_map(|trial| trial.half_deviation).collect::<Vec<_>>())
}

fn session(decoders: &Decoders, agent: &AgentBlueprint, share: f32, subject: etude_envs::Seed) -> Result<Session> {
    let mut steering = Steering::new(decoders, agent, subject)?;
    let turned = turned_units(steering.spec.decoder.seed, steering.spec.population.units as usize, share);
    let block = BlockSpec { perturbation: Perturbation::Turned, share, degrees: TURN, ..intuitive() };
    let (first, _) = steering.trials(intuitive(), CONTROL - LATE, Lesson::Learnt)?;
    let (control, before) = steering.trials(intuitive(), LATE, Lesson::Learnt)?;
    let (early, _) = steering.trials(block.clone(), TURNED - LATE, Lesson::Learnt)?;
    let (late, during) = steering.trials(block, LATE, Lesson::Learnt)?;
    let (wash, _) = steering.trials(intuitive(), WASHOUT - WASHED, Lesson::Learnt)?;
    let (washed, after) = steering.trials(intuitive(), WASHED, Lesson::Learnt)?;
    let own = deviation(&control);
    let deviations = [&early[..EARLY], &late[..]].map(|trials| deviation(trials) - own);
    let [before, during, after] = [before, during, after].map(|recording| tunings(&recording));
    let whole: Vec<Trial> = [first, control, early, late, wash, washed].concat();
    Ok(Session {
        deviations,
        learned: shift(&before, &during, &turned),
        washed_out: shift(&before, &after, &turned),
        course: whole.chunks_exact(BIN).map(deviation).collect(),
    })
}

/// Distance of a mean from 0, in standard errors.
fn standard_errors(values: &[f64]) -> f64 {
    let centre = mean(values);
    let count = values.len() as f64;
    let variance = values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / (count - 1.0);
    centre.abs() / (variance / count).sqrt()
}

/// V10. 160 trials of control, 320 with the decoded preferred directions of a quarter or half of 60 units turned by 90
/// degrees, and 160 of washout. Deviation is measured at half distance, minus its value in the last 120 trials of
/// control; early is the first 16 turned trials, late the last 120. Tuning is fitted to the momentary aim in the last
/// 120 trials of each stretch, and in the last 80 of the washout.
pub fn turned_decoder(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["trial", "deviation at half distance (mm)"];
    let mut outcome = Outcome::titled("A turned decoder", axes, Mechanism::MotorCortex);
    outcome.mark("decoder turned", [CONTROL + 1, CONTROL + TURNED]);
    let arms: [(f32, f64, f64); 2] = [(0.25, 0.3, 0.75), (0.5, 0.1, 0.5)];
    let decoders = Decoders::new(setting, TASK)?;
    let mut made_up = Vec::new();
    let mut groups = Vec::new();
    for (share, low, high) in arms {
        let group = cohort(setting, |subject| session(&decoders, &setting.agent, share, subject))?;
        let name = format!("{}% of units", 100.0 * share);
        let all = |value: &dyn Fn(&Session) -> f64| group.iter().map(value).collect::<Vec<f64>>();
        let learned = |value: &dyn Fn(&Shift) -> f64| all(&|session| value(&session.learned));
        let [at_first, at_last] = [0, 1].map(|when| mean(&all(&|session| session.deviations[when])));
        let share_made_up = (at_first - at_last) / at_first;
        made_up.push(share_made_up);
        outcome.line(&format!("error made up for, {name} turned"), share_made_up, Band::Within(low, high));
        for (when, deviation) in [("early", at_first), ("late", at_last)] {
            outcome.line(&format!("deviation {when}, {name} (mm)"), deviation, Band::Free);
        }
        outcome.line(&format!("global shift, {name} (deg)"), mean(&learned(&|shift| shift.global)), Band::Above(0.0));
        let extra = learned(&|shift| shift.extra);
        outcome.line(&format!("local extra shift, {name} (deg)"), mean(&extra), Band::Above(0.0));
        outcome.line(&format!("local extra shift, {name}, p"), paired_p(&extra), Band::Below(0.01));
        let over = mean(&learned(&|shift| shift.global - shift.extra));
        outcome.line(&format!("global - local extra shift, {name} (deg)"), over, Band::Above(0.0));
        let drop = mean(&learned(&|shift| shift.drop));
        outcome.line(&format!("drop of gain, turned - other units, {name} (Hz)"), drop, Band::Above(0.0));
        for (units, index) in [("turned", 0), ("other", 1)] {
            let drop = mean(&learned(&|shift| shift.drops[index]));
            outcome.line(&format!("drop of gain, {units} units, {name} (Hz)"), drop, Band::Free);
        }
        let measures: [(&str, ShiftMeasure); 3] = [
            ("global shift", |shift| shift.global),
            ("local extra shift", |shift| shift.extra),
            ("drop of gain, turned - other units", |shift| shift.drop),
        ];
        for (measure, value) in measures {
            let away = standard_errors(&all(&|session| value(&session.washed_out)));
            outcome.line(&format!("{measure} after washout, {name} (SE)"), away, Band::AtMost(2.0));
        }
        groups.push((name, group));
    }
    outcome.line("error made up for, 25% - 50%", made_up[0] - made_up[1], Band::Above(0.0));
    let slow = setting.altered(Part::MotorCortex, "{reward: {rate: 0}}")?;
    let sham = cohort(setting, |subject| session(&decoders, &slow, 0.25, subject))?;
    let extra: Vec<f64> = sham.iter().map(|session| session.learned.extra).collect();
    outcome.line("local extra shift, 25% of units, no slow (deg)", mean(&extra), Band::Free);
    let at: Vec<f64> =
        (0..(CONTROL + TURNED + WASHOUT) / BIN).map(|bin| (bin * BIN) as f64 + 0.5 * BIN as f64).collect();
    for (name, group) in groups {
        outcome.course(&name, at.clone(), group.into_iter().map(|session| session.course).collect());
    }
    Ok(outcome)
}
