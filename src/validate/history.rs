//! Effects of the history of errors: structural learning, evoked recovery, and sensitivity to error; on the arm with
//! noise and delayed senses.

use super::line::{Band, Mechanism, Outcome};
use super::session::{CURL, Lesson, Session, Trial, cohort, scheduled};
use super::setting::Setting;
use crate::stats::interval::paired_p;
use crate::stats::{mean, mean_estimate};
use anyhow::Result;
use rand::RngExt;

/// The target of what has one only, in degrees.
const TARGET: f64 = 90.0;

fn differences(above: &[f64], below: &[f64]) -> Vec<f64> {
    above.iter().zip(below).map(|(above, below)| above - below).collect()
}

/// The p-value for differences above 0; 1 if their mean is not above 0.
fn p_above(differences: &[f64]) -> Option<f64> {
    if mean(differences) > 0.0 { paired_p(differences) } else { Some(1.0) }
}

/// V6. 800 trials with a map of the cursor that changes every eight trials: a rotation by up to 90 degrees to either
/// side, a linear map that rotates as much, shears and stretches, or none; then 160 trials with the cursor rotated by
/// 60 degrees and 80 by -60. The error is the absolute angle between the launch direction of the cursor and the target;
/// interference is the error in the first ten trials of the opposite rotation minus that of subjects without an earlier
/// rotation.
pub fn structure(setting: &Setting<'_>) -> Result<Outcome> {
    const CHANGES: usize = 100;
    const EACH: usize = 8;
    const TURN: f64 = 60.0;
    const TURNED: usize = 160;
    const OPPOSITE: usize = 80;
    const FIRST: usize = 10;
    let axes = ["trial of the turns", "size of the launch's error (deg)"];
    let mut outcome = Outcome::titled("Structural learning", axes, Mechanism::ErrorMemory);
    outcome.mark("opposite rotation", [TURNED + 1, TURNED + OPPOSITE]);
    let group = |kind: Kind| -> Result<Vec<Vec<f64>>> {
        cohort(setting, |subject| {
            let mut rng = subject.fan("structure", 0).rng();
            let practice: String =
                (0..CHANGES).map(|_| format!("{{trials: {EACH}{}}}, ", kind.draw(&mut rng))).collect();
            let turned =
                |trials: usize, strength: f64| format!("{{trials: {trials}, field: rotation, strength: {strength}}}");
            let test = format!("{}, {}", turned(TURNED, TURN), turned(OPPOSITE, -TURN));
            let task = scheduled(setting, &format!("[{practice}{test}]"))?;
            let mut session = Session::new(&setting.agent, &task, subject)?;
            session.trials(CHANGES * EACH, Lesson::Learnt)?;
            let trials = session.trials(TURNED + OPPOSITE, Lesson::Learnt)?;
            Ok(trials.iter().map(|trial| trial.launch_angle.abs()).collect())
        })
    };
    let [plain, rotations, linear] = [Kind::None, Kind::Rotation, Kind::Linear].map(group);
    let (plain, rotations, linear) = (plain?, rotations?, linear?);
    let early = |subjects: &[Vec<f64>], from: usize| -> Vec<f64> {
        subjects.iter().map(|errors| mean(&errors[from..from + FIRST])).collect()
    };
    let [before, after, other] = [&plain, &rotations, &linear].map(|subjects| early(subjects, 0));
    let ratio = mean(&after) / mean(&before);
    outcome.line("error of the first 10 trials, random rotations before / none", ratio, Band::AtMost(0.8));
    outcome.line("its p over all pairs", p_above(&differences(&before, &after)), Band::Below(0.01));
    let interference = |subjects: &[Vec<f64>]| mean(&differences(&early(subjects, TURNED), &before));
    let share = interference(&rotations) / interference(&plain);
    let measure = "interference of the opposite rotation, random rotations before / none";
    outcome.line(measure, share, Band::AtMost(0.75));
    let measure = "error of the first 10 trials, random linear maps before - random rotations before (deg)";
    outcome.line(measure, mean(&differences(&other, &after)), Band::Above(0.0));
    let at: Vec<f64> = (1..=TURNED + OPPOSITE).map(|trial| trial as f64).collect();
    for (name, subjects) in [("none before", plain), ("rotations before", rotations), ("linear maps before", linear)] {
        outcome.course(name, at.clone(), subjects);
    }
    Ok(outcome)
}

/// The kind of random practice in V6.
#[derive(Clone, Copy)]
enum Kind {
    None,
    Rotation,
    Linear,
}

impl Kind {
    /// A field of this kind, as settings of a block.
    fn draw(self, rng: &mut etude_envs::Rng) -> String {
        let turn: f64 = rng.random_range(-90.0..=90.0);
        let [shear, wide, long] = [-1.0..=1.0, 0.5..=1.5, 0.5..=1.5].map(|range| rng.random_range::<f64, _>(range));
        match self {
            Kind::None => String::new(),
            Kind::Rotation => format!(", field: rotation, strength: {turn}"),
            Kind::Linear => {
                let (sin, cos) = turn.to_radians().sin_cos();
                // Stretch, then shear, then rotation.
                let rows = [[cos * wide, (cos * shear - sin) * long], [sin * wide, (sin * shear + cos) * long]];
                format!(", field: linear, strength: 1, map: {rows:?}")
            }
        }
    }
}

/// V22. 50 trials without a field, 125 in it, 15 in its opposite, 20 error clamps, then two trials in the field and
/// clamps again, to one target; naive subjects have no field before the same clamps. The effect of two trials is the
/// adaptation index in the three clamps after them minus the index in the last five before.
pub fn evoked_recovery(setting: &Setting<'_>) -> Result<Outcome> {
    const CLAMPS: usize = 20;
    const BEFORE: usize = 5;
    const AFTER: usize = 3;
    const LAST: usize = 10;
    const PRACTICE: [usize; 3] = [50, 125, 15];
    let axes = ["clamp", "adaptation index"];
    let mut outcome = Outcome::titled("Evoked recovery", axes, Mechanism::FeedbackError);
    outcome.mark("after two trials in the field", [CLAMPS + 1, CLAMPS + LAST]);
    let target = format!("targets: [{TARGET}]");
    let clamps = |trials: usize| format!("{{trials: {trials}, {target}, field: curl, strength: {CURL}, clamp: 1}}");
    let field =
        |trials: usize, strength: f64| format!("{{trials: {trials}, {target}, field: curl, strength: {strength}}}");
    let none = |trials: usize| format!("{{trials: {trials}, {target}}}");
    let group = |practice: String| -> Result<Vec<Vec<f64>>> {
        let schedule = format!("[{practice}, {}, {}, {}]", clamps(CLAMPS), field(2, CURL), clamps(LAST));
        let task = scheduled(setting, &schedule)?;
        cohort(setting, |subject| {
            let mut session = Session::new(&setting.agent, &task, subject)?;
            session.trials(PRACTICE.iter().sum(), Lesson::Learnt)?;
            let trials = session.trials(CLAMPS + 2 + LAST, Lesson::Learnt)?;
            Ok(trials.iter().filter(|trial| trial.clamped).map(|trial| trial.index).collect())
        })
    };
    let [rest, learned, opposite] = PRACTICE;
    let practised = group(format!("{}, {}, {}", none(rest), field(learned, CURL), field(opposite, -CURL)))?;
    let naive = group(none(PRACTICE.iter().sum()))?;
    let changes = |subjects: &[Vec<f64>]| -> Vec<f64> {
        let change = |index: &Vec<f64>| mean(&index[CLAMPS..CLAMPS + AFTER]) - mean(&index[CLAMPS - BEFORE..CLAMPS]);
        subjects.iter().map(change).collect()
    };
    let (evoked, first) = (changes(&practised), changes(&naive));
    outcome.line("change by two trials, naive", mean(&first), Band::Free);
    outcome.line("change by two trials, after A and B / naive", mean(&evoked) / mean(&first), Band::AtLeast(1.5));
    let low = mean_estimate(&differences(&evoked, &first)).map(|found| found.low);
    outcome.line("difference, lower end of its interval", low, Band::Above(0.0));
    let at: Vec<f64> = (1..=CLAMPS + LAST).map(|clamp| clamp as f64).collect();
    for (name, subjects) in [("after A and B", practised), ("naive", naive)] {
        outcome.course(name, at.clone(), subjects);
    }
    Ok(outcome)
}

/// V24. 240 trials to one target in a world where the curl field reverses with a probability of 0.1 or 0.9 per trial,
/// or without a field; after 60 trials without a field, ten probes: a clamp, a trial in the field, a clamp, and three
/// trials without it. Sensitivity is the change of the adaptation index from clamp to clamp: the error is the same for
/// all.
pub fn sensitivity(setting: &Setting<'_>) -> Result<Outcome> {
    const WORLD: usize = 240;
    const WASHOUT: usize = 60;
    const PROBES: usize = 10;
    const BETWEEN: usize = 3;
    let axes = ["probe", "sensitivity to error"];
    let mut outcome = Outcome::titled("Sensitivity by the history of errors", axes, Mechanism::ErrorMemory);
    let target = format!("targets: [{TARGET}]");
    let group = |chance: Option<f64>| -> Result<Vec<Vec<f64>>> {
        cohort(setting, |subject| {
            let mut sign = 1.0;
            let mut rng = subject.fan("world", 0).rng();
            let mut trial = |_| match chance {
                None => format!("{{{target}}}, "),
                Some(chance) => {
                    sign = if rng.random_bool(chance) { -sign } else { sign };
                    format!("{{{target}, field: curl, strength: {}}}, ", sign * CURL)
                }
            };
            let world: String = (0..WORLD).map(&mut trial).collect();
            let field = format!("{{{target}, field: curl, strength: {CURL}}}");
            let clamp = format!("{{{target}, field: curl, strength: {CURL}, clamp: 1}}");
            let probe = format!(", {clamp}, {field}, {clamp}, {{trials: {BETWEEN}, {target}}}");
            let task =
                scheduled(setting, &format!("[{world}{{trials: {WASHOUT}, {target}}}{}]", probe.repeat(PROBES)))?;
            let mut session = Session::new(&setting.agent, &task, subject)?;
            session.trials(WORLD + WASHOUT, Lesson::Learnt)?;
            let trials = session.trials(PROBES * (3 + BETWEEN), Lesson::Learnt)?;
            let change = |probe: &[Trial]| probe[2].index - probe[0].index;
            Ok(trials.chunks_exact(3 + BETWEEN).map(change).collect())
        })
    };
    let [slow, none, fast] = [Some(0.1), None, Some(0.9)].map(group);
    let (slow, none, fast) = (slow?, none?, fast?);
    let [in_slow, in_none, in_fast] =
        [&slow, &none, &fast].map(|subjects| subjects.iter().map(|probes| mean(probes)).collect::<Vec<f64>>());
    outcome.line("sensitivity, slowly switching world", mean(&in_slow), Band::Free);
    outcome.line("sensitivity, unchanged world", mean(&in_none), Band::Free);
    outcome.line("sensitivity, fast switching world", mean(&in_fast), Band::Free);
    for (name, above, below) in
        [("slowly switching - unchanged", &in_slow, &in_none), ("unchanged - fast switching", &in_none, &in_fast)]
    {
        let apart = differences(above, below);
        outcome.line(&format!("sensitivity, {name}"), mean(&apart), Band::Free);
        outcome.line(&format!("sensitivity, {name}, p"), p_above(&apart), Band::Below(0.05));
    }
    let at: Vec<f64> = (1..=PROBES).map(|probe| probe as f64).collect();
    for (name, subjects) in [("slowly switching", slow), ("unchanged", none), ("fast switching", fast)] {
        outcome.course(name, at.clone(), subjects);
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_envs::Seed;

    #[test]
    fn what_is_clear_in_the_wrong_direction_is_no_finding() {
        let clear = [0.9, 1.0, 1.1, 1.0];
        assert!(p_above(&clear).unwrap() < 0.01);
        assert_eq!(p_above(&clear.map(|value: f64| -value)), Some(1.0));
    }

    #[test]
    fn linear_maps_rotate_by_as_much_as_rotations_do() {
        let text = Kind::Linear.draw(&mut Seed(3).rng());
        let turn = Kind::Rotation.draw(&mut Seed(3).rng());
        let number = |text: &str| text.trim_matches(|c: char| !c.is_ascii_digit() && c != '-').parse::<f64>().unwrap();
        let turn = number(turn.split("strength: ").nth(1).unwrap());
        let rows = text.split("map: ").nth(1).unwrap();
        let values: Vec<f64> = rows.split(',').map(number).collect();
        // The first column is where the first axis goes: neither stretch nor shear turns it.
        assert!((values[2].atan2(values[0]).to_degrees() - turn).abs() < 1e-9, "{values:?} {turn}");
    }
}
