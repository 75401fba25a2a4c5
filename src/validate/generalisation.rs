//! How far what was learned at one target is there at others; on the arm with noise and late senses.

use super::session::{CURL, Lesson, Session, cohort, scheduled};
use super::{Band, Mechanism, Outcome, Setting};
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

/// V5. 160 trials to one target with the cursor turned by 30 degrees, or in a curl field, then probes to it and at 22.5, 45 and 90
/// degrees to its left and right: without the cursor after the rotation, in error clamps after the field, and without exploring
/// or learning. Generalisation is what the probes show over what they show at the practised target.
pub fn generalisation(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["direction from the practised target (deg)", "share of what was learned"];
    let mut outcome = Outcome::titled("Generalisation", axes, Mechanism::FeedbackError);
    let everywhere = "[0, 45, 90, 135, 180, 225, 270, 315]";
    let mut falling = Vec::new();
    let kinds = [
        ("rotation", format!("field: rotation, strength: {TURN}")),
        ("curl field", format!("field: curl, strength: {CURL}")),
    ];
    for (name, field) in kinds {
        let probe = if name == "rotation" { "cursor: \"off\"".into() } else { format!("{field}, clamp: 1") };
        let sides = PROBES.iter().flat_map(|&probe| [PRACTISED - probe, PRACTISED + probe]);
        let probes: String =
            sides.map(|target| format!(", {{trials: {EACH}, targets: [{target}], {probe}}}")).collect();
        let practice = format!(
            "{{trials: {BEFORE}, targets: {everywhere}}}, {{trials: {PRACTICE}, targets: [{PRACTISED}], {field}}}"
        );
        let task = scheduled(setting, &format!("[{practice}{probes}]"))?;
        let all = cohort(setting, |subject| {
            let mut session = Session::new(&setting.agent, &task, subject)?;
            session.trials(BEFORE + PRACTICE, Lesson::Learnt)?;
            let shown = session.trials(2 * EACH * PROBES.len(), Lesson::Shown)?;
            let of = |trials: &[super::session::Trial]| {
                mean(
                    &trials
                        .iter()
                        .map(|trial| if name == "rotation" { -trial.end_angle } else { trial.index })
                        .collect::<Vec<_>>(),
                )
            };
            Ok(shown.chunks_exact(2 * EACH).map(of).collect::<Vec<f64>>())
        })?;
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
