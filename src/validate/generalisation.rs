//! Generalisation of what was learned at one target to others, on the arm with noise and delayed senses.

use super::line::{Band, Mechanism, Outcome};
use super::session::{CURL, Lesson, Session, Trial, cohort, scheduled};
use super::setting::Setting;
use crate::stats::mean;
use anyhow::Result;

/// Turn of the cursor, and the target that is practised, in degrees.
const TURN: f64 = 30.0;
const PRACTISED: f64 = 90.0;
/// Trials before, and of practice.
const BEFORE: usize = 48;
const PRACTICE: usize = 160;
/// Directions of the probes from the practised target, in degrees, and trials of each.
const PROBES: [f64; 4] = [0.0, 22.5, 45.0, 90.0];
const EACH: usize = 6;

/// V5. 160 trials to one target with a cursor rotated by 30 degrees, or in a curl field, then probes to it and at 22.5,
/// 45 and 90 degrees to its left and right: without the cursor after the rotation, in error clamps after the field, and
/// without exploration and learning. Generalisation is the response to a probe divided by the response at the practised
/// target.
pub fn generalisation(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["direction from the practised target (deg)", "share of what was learned"];
    let mut outcome = Outcome::titled("Generalisation", axes, Mechanism::FeedbackError);
    let mut falling = Vec::new();
    let kinds = [
        ("rotation", format!("field: rotation, strength: {TURN}")),
        ("curl field", format!("field: curl, strength: {CURL}")),
    ];
    for (name, field) in kinds {
        let practice = Practice { trials: PRACTICE, field: &field };
        let all = match name {
            "rotation" => probed(setting, practice, "cursor: \"off\"", &PROBES, |trial| -trial.end_angle)?,
            _ => probed(setting, practice, &format!("{field}, clamp: 1"), &PROBES, |trial| trial.index)?,
        };
        let at = |probe: usize| mean(&all.iter().map(|shown| shown[probe]).collect::<Vec<_>>());
        outcome.line(&format!("{name}, learned at the practised target"), at(0), Band::Free);
        let bands: &[(usize, Band)] = match name {
            "rotation" => &[(1, Band::Within(0.6, 0.95)), (2, Band::Within(0.2, 0.6)), (3, Band::AtMost(0.15))],
            _ => &[(2, Band::Within(0.25, 0.6)), (3, Band::AtMost(0.2))],
        };
        for &(probe, band) in bands {
            let degrees = PROBES[probe];
            outcome.line(&format!("{name}, generalisation at {degrees} deg"), at(probe) / at(0), band);
        }
        falling.extend(all.iter().map(|shown| shown.windows(2).all(|pair| pair[0] > pair[1])));
        let shares = all.iter().map(|shown| shown.iter().map(|value| value / at(0)).collect()).collect();
        outcome.course(name, PROBES.to_vec(), shares);
    }
    let share = falling.iter().filter(|&&falls| falls).count() as f64 / falling.len() as f64;
    outcome.line("subjects whose generalisation falls with distance", share, Band::AtLeast(0.9));
    Ok(outcome)
}

/// Practice at one target.
#[derive(Clone, Copy)]
pub struct Practice<'a> {
    /// Number of trials.
    pub trials: usize,
    /// Fields of its block, in YAML's flow style.
    pub field: &'a str,
}

/// Responses of every subject by distance in degrees from the practised target, averaged over left and right: after
/// trials to all targets and practice at one, in blocks with these fields, without exploration and learning.
///
/// # Errors
/// An agent that cannot do the task.
pub fn probed(
    setting: &Setting<'_>,
    practice: Practice<'_>,
    probe: &str,
    distances: &[f64],
    value: impl Fn(&Trial) -> f64 + Sync,
) -> Result<Vec<Vec<f64>>> {
    let Practice { trials, field } = practice;
    let sides = distances.iter().flat_map(|&distance| [PRACTISED - distance, PRACTISED + distance]);
    let probes: String = sides.map(|target| format!(", {{trials: {EACH}, targets: [{target}], {probe}}}")).collect();
    let everywhere = "[0, 45, 90, 135, 180, 225, 270, 315]";
    let before = format!("{{trials: {BEFORE}, targets: {everywhere}}}");
    let practised = format!("{{trials: {trials}, targets: [{PRACTISED}], {field}}}");
    let task = scheduled(setting, &format!("[{before}, {practised}{probes}]"))?;
    cohort(setting, |subject| {
        let mut session = Session::new(&setting.agent, &task, subject)?;
        session.trials(BEFORE + trials, Lesson::Learnt)?;
        let shown = session.trials(2 * EACH * distances.len(), Lesson::Shown)?;
        let of = |trials: &[Trial]| mean(&trials.iter().map(&value).collect::<Vec<_>>());
        Ok(shown.chunks_exact(2 * EACH).map(of).collect())
    })
}

/// Distance at which the response has fallen to half the response at the first one, by linear interpolation; the last
/// distance if it never does.
pub fn half_width(distances: &[f64], shown: &[f64]) -> f64 {
    let half = 0.5 * shown.first().copied().unwrap_or(0.0);
    let below = |value: f64| if half >= 0.0 { value <= half } else { value >= half };
    for (at, pair) in distances.windows(2).zip(shown.windows(2)) {
        if below(pair[1]) {
            let share = if pair[0] == pair[1] { 0.0 } else { (pair[0] - half) / (pair[0] - pair[1]) };
            return at[0] + share.clamp(0.0, 1.0) * (at[1] - at[0]);
        }
    }
    distances.last().copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_widths_by_hand() {
        let distances = [0.0, 10.0, 20.0, 40.0];
        assert_eq!(half_width(&distances, &[8.0, 6.0, 2.0, 0.0]), 15.0);
        assert_eq!(half_width(&distances, &[-8.0, -6.0, -2.0, 0.0]), 15.0);
        assert_eq!(half_width(&distances, &[8.0, 7.0, 6.0, 5.0]), 40.0);
        assert_eq!(half_width(&distances, &[8.0, 7.0, 5.0, 3.0]), 30.0);
    }
}
