//! V13b: units of the motor cortex in a force field: shifts of preferred directions, and units that keep them.

use super::line::{Band, Mechanism, Outcome};
use super::session::{CURL, Lesson, Session, cohort, scheduled};
use super::setting::{Part, Setting};
use crate::catalog::AgentBlueprint;
use crate::stats::mean;
use anyhow::{Result, anyhow};
use etude_envs::Seed;
use rand::RngExt;

/// Number of trials without a field, in it, and without it again.
const BASELINE: usize = 360;
const FIELD: usize = 240;
const WASHOUT: usize = 240;
/// Number of trials at the end of each in which tuning is measured.
const JUDGED: usize = 96;
/// Number of bootstrap samples.
const RESAMPLES: usize = 400;
/// Number of trials averaged along a curve.
const BIN: usize = 24;

/// A trial's target and the mean activity of every unit while the hand should move.
struct Reach {
    direction: f64,
    rates: Vec<f64>,
}

/// Preferred direction of every unit, in degrees: f = b + x cos θ + y sin θ, by least squares over trials.
fn directions(reaches: &[&Reach]) -> Vec<f64> {
    use nalgebra::{Matrix3, Vector3};
    let design = |reach: &Reach| Vector3::new(1.0, reach.direction.cos(), reach.direction.sin());
    let normal: Matrix3<f64> = reaches.iter().map(|reach| design(reach) * design(reach).transpose()).sum();
    let units = reaches.first().map_or(0, |reach| reach.rates.len());
    let Some(inverse) = normal.try_inverse() else { return vec![f64::NAN; units] };
    let mut sums = vec![Vector3::zeros(); units];
    for reach in reaches {
        let row = design(reach);
        sums.iter_mut().zip(&reach.rates).for_each(|(sum, &rate)| *sum += row * rate);
    }
    sums.iter().map(|sum| inverse * sum).map(|fit| fit[2].atan2(fit[1]).to_degrees()).collect()
}

fn turn(from: f64, to: f64) -> f64 {
    (to - from + 180.0).rem_euclid(360.0) - 180.0
}

/// Shift of a unit from one stretch to another, clockwise positive like the field's effect on the hand, and whether it
/// is significant.
#[derive(Clone, Copy, Debug)]
struct Shift {
    degrees: f64,
    clear: bool,
}

/// Shifts of all units between the stretches [baseline, field, washout]: into the field, out of it, and over both.
fn shifts(stretches: &[Vec<Reach>; 3], seed: Seed) -> Vec<[Shift; 3]> {
    let whole = stretches.each_ref().map(|stretch| directions(&stretch.iter().collect::<Vec<_>>()));
    let mut rng = seed.rng();
    let resampled: Vec<[Vec<f64>; 3]> = (0..RESAMPLES)
        .map(|_| {
            stretches.each_ref().map(|stretch| {
                let drawn = (0..stretch.len()).map(|_| &stretch[rng.random_range(0..stretch.len())]);
                directions(&drawn.collect::<Vec<_>>())
            })
        })
        .collect();
    let units = whole[0].len();
    let pairs = [[0, 1], [1, 2], [0, 2]];
    let shift = |unit: usize, [from, to]: [usize; 2]| {
        let degrees = -turn(whole[from][unit], whole[to][unit]);
        // Resampled shifts relative to the shift itself, so that none exceeds half a turn.
        let mut off: Vec<f64> =
            resampled.iter().map(|all| turn(degrees, -turn(all[from][unit], all[to][unit]))).collect();
        off.sort_by(f64::total_cmp);
        let [low, high] = [0.025, 0.975].map(|share| degrees + off[(share * (RESAMPLES - 1) as f64).round() as usize]);
        Shift { degrees, clear: low > 0.0 || high < 0.0 }
    };
    (0..units).map(|unit| pairs.map(|pair| shift(unit, pair))).collect()
}

/// Class of a unit (Li, Padoa-Schioppa & Bizzi 2001), by its significant shifts.
fn kind([into, out, over]: [bool; 3]) -> usize {
    match (into, out, over) {
        (false, false, false) => 0,
        (true, true, false) => 1,
        (true, false, true) => 2,
        (false, true, true) => 3,
        _ => 4,
    }
}

const KINDS: [&str; 5] = [
    "kinematic units (no shift)",
    "dynamic units (shift in the field and back)",
    "memory I units (shift in the field and keep it)",
    "memory II units (shift in washout)",
    "other units",
];

struct Subject {
    shifts: Vec<[Shift; 3]>,
    course: Vec<f64>,
}

fn subject(setting: &Setting<'_>, agent: &AgentBlueprint, strength: f64, subject: Seed) -> Result<Subject> {
    let field = if strength == 0.0 { String::new() } else { format!(", field: curl, strength: {strength}") };
    let blocks = format!("[{{trials: {BASELINE}}}, {{trials: {FIELD}{field}}}, {{trials: {WASHOUT}}}]");
    let task = scheduled(setting, &blocks)?;
    let mut session = Session::new(agent, &task, subject)?;
    let mut reaches: Vec<Reach> = Vec::new();
    session.watched(BASELINE + FIELD + WASHOUT, Lesson::Learnt, &mut |moment| {
        if reaches.len() == moment.trial {
            reaches.push(Reach { direction: moment.target.to_radians(), rates: Vec::new() });
        }
        let reach = &mut reaches[moment.trial];
        moment.agent.activity(&mut |population, units| {
            if population == "motor-cortex" && moment.moving {
                reach.rates.resize(units.len(), 0.0);
                reach.rates.iter_mut().zip(units).for_each(|(sum, &unit)| *sum += f64::from(unit));
            }
        });
    })?;
    if reaches.iter().any(|reach| reach.rates.is_empty()) {
        return Err(anyhow!("agent `{}` has no units that its command goes through", agent.name()));
    }
    let course = reaches.chunks(BIN).map(|bin| directions(&bin.iter().collect::<Vec<_>>())).collect::<Vec<_>>();
    let own: Vec<f64> = directions(&reaches[..BASELINE].iter().collect::<Vec<_>>());
    let course =
        course.iter().map(|bin| mean(&own.iter().zip(bin).map(|(own, now)| -turn(*own, *now)).collect::<Vec<_>>()));
    let course = course.collect();
    let (washout, field) = (reaches.split_off(BASELINE + FIELD), reaches.split_off(BASELINE));
    let stretches = [reaches, field, washout].map(|mut trials| trials.split_off(trials.len() - JUDGED));
    Ok(Subject { shifts: shifts(&stretches, subject.fan("bootstrap", 0)), course })
}

/// The bands.
const BANDS: [(&str, Band); 3] = [
    ("mean shift of units in the field (deg, the field's sign positive)", Band::Within(5.0, 30.0)),
    ("size of the mean shift after washout (deg)", Band::AtMost(5.0)),
    ("units that keep a shift of their own", Band::AtLeast(0.1)),
];

/// V13b. The whole command passes through 90 units; 360 trials without a field, 240 in a curl field, 240 without.
/// Preferred directions are fitted to each unit's mean activity during the desired movement in the last 96 trials of
/// each. A shift is significant if the 95 % interval of the bootstrap over trials excludes zero.
pub fn cells(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["trial", "mean shift of preferred directions (deg)"];
    let mut outcome = Outcome::titled("Units in a force field", axes, Mechanism::MotorCortex);
    outcome.mark("in the field", [BASELINE + 1, BASELINE + FIELD]);
    if setting.agent.brain().is_none_or(|brain| brain.motor_cortex.is_none()) {
        for (measure, band) in BANDS {
            outcome.not_run(measure, band, "an agent without a motor cortex");
        }
        return Ok(outcome);
    }
    let agent = setting.altered(Part::MotorCortex, "{command: {units: 90}}")?;
    let group = cohort(setting, |seed| subject(setting, &agent, CURL, seed))?;
    let of =
        |value: &dyn Fn(&[[Shift; 3]]) -> f64| mean(&group.iter().map(|one| value(&one.shifts)).collect::<Vec<_>>());
    let average = |which: usize| {
        move |units: &[[Shift; 3]]| mean(&units.iter().map(|unit| unit[which].degrees).collect::<Vec<_>>())
    };
    let into = of(&average(0));
    for ((measure, band), value) in BANDS.into_iter().zip([into, of(&average(2)).abs(), of(&kept)]) {
        outcome.line(measure, value, band);
    }
    for (index, name) in KINDS.into_iter().enumerate() {
        let share = of(&|units| {
            let those = units.iter().filter(|unit| kind(unit.map(|shift| shift.clear)) == index);
            those.count() as f64 / units.len() as f64
        });
        outcome.line(name, share, Band::Free);
    }
    let sham = cohort(setting, |seed| subject(setting, &agent, 0.0, seed))?;
    outcome.line("units that keep a shift, without a field", share_kept(&sham), Band::Free);
    let sites = [
        ("no slow site", "{feedback_error: {slow: {rate: 0}}}"),
        ("no fast site", "{feedback_error: {fast: {rate: 0}}}"),
    ];
    for (name, settings) in sites {
        let altered = Setting { agent: agent.clone(), ..setting.clone() }.altered(Part::Cerebellum, settings)?;
        let group = cohort(setting, |seed| subject(setting, &altered, CURL, seed))?;
        outcome.line(&format!("units that keep a shift, {name}"), share_kept(&group), Band::Free);
    }
    let at =
        (0..(BASELINE + FIELD + WASHOUT) / BIN).map(|bin| ((bin * BIN) as f64) + (BIN as f64 + 1.0) / 2.0).collect();
    outcome.course(setting.agent.name(), at, group.into_iter().map(|one| one.course).collect());
    Ok(outcome)
}

fn kept(units: &[[Shift; 3]]) -> f64 {
    units.iter().filter(|unit| unit[2].clear).count() as f64 / units.len() as f64
}

fn share_kept(group: &[Subject]) -> f64 {
    mean(&group.iter().map(|one| kept(&one.shifts)).collect::<Vec<_>>())
}
