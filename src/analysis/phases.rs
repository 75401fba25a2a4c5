//! Stretches of practice under one perturbation, in one block of a schedule.

use super::episodes::Episodes;
use std::ops::Range;

/// Consecutive trials of the same block with the same perturbation. Catch and channel trials belong to the trials around them.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Indices of its trials, from 0.
    pub trials: Range<usize>,
    /// Its perturbation; `None` if trials have none, or more than one in a phase.
    pub perturbation: Option<Perturbation>,
    /// Whether all its trials are catch or channel trials: its perturbation is left out in each.
    pub left_out: bool,
}

/// A perturbation of trials.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Perturbation {
    /// Its kind, such as `curl`, if that is known and the strength is not that of no perturbation.
    pub kind: Option<&'static str>,
    /// Its strength.
    pub strength: f64,
}

/// What a trial of a schedule has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Index of its block; `None` without a schedule.
    pub block: Option<f64>,
    /// Its perturbation, if any.
    pub perturbation: Option<Perturbation>,
    /// Whether it is a catch or channel trial, which leaves the perturbation out.
    pub left_out: bool,
}

/// A block whose perturbation changes more often than this, and on average within fewer trials than this, is a single phase.
const MOST_CHANGES: usize = 5;
/// Largest number of phases reported individually. If there are more, or only one block whose perturbation changes from trial to trial,
/// the run is divided into parts instead.
const MOST: usize = 40;
/// Number of these parts.
const PARTS: usize = 10;

/// The phases of a cohort that goes through one schedule, by block and perturbation of each trial; a single phase if trials have
/// neither. Phases contain only trials that every subject has completed.
pub fn phases(episodes: &Episodes, place: impl Fn(usize, &[f64]) -> Place) -> Vec<Phase> {
    let trials = episodes.iter().map(Vec::len).min().unwrap_or(0);
    let of = |own: &Vec<Vec<f64>>| own[..trials].iter().enumerate().map(|(trial, row)| place(trial, row)).collect();
    let cohort: Vec<Vec<Place>> = episodes.iter().map(of).collect();
    let own = cohort.first().map_or(&[][..], Vec::as_slice);
    let mut found = Vec::new();
    let mut start = 0;
    for block in own.chunk_by(|one, other| one.block == other.block) {
        let stretches = stretches(block);
        let brief = stretches.len() > MOST_CHANGES + 1 && block.len() < (MOST_CHANGES * stretches.len());
        if brief && block.len() == trials {
            return parts(trials);
        }
        match brief {
            true => found.push(start..start + block.len()),
            false => found.extend(stretches.iter().map(|trials| start + trials.start..start + trials.end)),
        }
        start += block.len();
    }
    if found.len() > MOST {
        return parts(trials);
    }
    found.into_iter().map(|trials| phase(&cohort, trials)).collect()
}

fn parts(trials: usize) -> Vec<Phase> {
    let part = |index: usize| index * trials / PARTS;
    let part = |index: usize| Phase { trials: part(index)..part(index + 1), perturbation: None, left_out: false };
    (0..PARTS).map(part).collect()
}

/// Divides the trials of a block wherever the perturbation changes. What is left out changes nothing.
fn stretches(block: &[Place]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    // The perturbation of the last stretch, once a trial has shown it.
    let mut shown = None;
    for (trial, place) in block.iter().enumerate() {
        let own = Some(place.perturbation).filter(|_| !place.left_out);
        match found.last_mut() {
            Some(last) if own.is_none() || shown.is_none() || own == shown => last.end = trial + 1,
            _ => {
                found.push(trial..trial + 1);
                shown = None;
            }
        }
        shown = shown.or(own);
    }
    found
}

/// A phase with the perturbation that all trials of all subjects have, be it left out in all of them.
fn phase(cohort: &[Vec<Place>], trials: Range<usize>) -> Phase {
    let places = || cohort.iter().flat_map(|own| &own[trials.clone()]);
    let left_out = places().all(|place| place.left_out);
    let mut counted = places().filter(|place| left_out || !place.left_out).map(|place| place.perturbation);
    let first = counted.next().flatten();
    let perturbation = if counted.all(|other| other == first) { first } else { None };
    Phase { trials, perturbation, left_out }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curl(strength: f64) -> Option<Perturbation> {
        Some(Perturbation { kind: Some("curl").filter(|_| strength != 0.0), strength })
    }

    fn phase(trials: Range<usize>, perturbation: Option<Perturbation>) -> Phase {
        Phase { trials, perturbation, left_out: false }
    }

    #[test]
    fn phases_follow_the_perturbation_as_far_as_all_subjects_came() {
        let subject = [0.0, 13.0, 13.0, -13.0, 0.0].map(|strength| vec![strength]).to_vec();
        let shorter = subject[..4].to_vec();
        let by_strength = |_: usize, row: &[f64]| Place { perturbation: curl(row[0]), ..Place::default() };
        let found = phases(&vec![subject.clone(), shorter.clone()], by_strength);
        assert_eq!(found, [phase(0..1, curl(0.0)), phase(1..3, curl(13.0)), phase(3..4, curl(-13.0))]);
        assert_eq!(phases(&vec![subject, shorter], |_, _| Place::default()), [phase(0..4, None)]);
        assert_eq!(phases(&vec![Vec::new()], |_, _| Place::default()), []);
    }

    #[test]
    fn blocks_are_phases_of_their_own_whatever_their_perturbation() {
        // Two blocks of the same strength, and a ramp that is one block.
        let rows = |blocks: [usize; 3], ramp: bool| -> Episodes {
            let block = |(block, &trials): (usize, &usize)| {
                let strength = move |trial: usize| if ramp && block == 1 { trial as f64 } else { 13.0 };
                (0..trials).map(move |trial| vec![block as f64, strength(trial)]).collect::<Vec<_>>()
            };
            vec![blocks.iter().enumerate().flat_map(block).collect()]
        };
        let place = |_: usize, row: &[f64]| Place { block: Some(row[0]), perturbation: curl(row[1]), left_out: false };
        let found = phases(&rows([5, 10, 5], false), place);
        assert_eq!(found, [phase(0..5, curl(13.0)), phase(5..15, curl(13.0)), phase(15..20, curl(13.0))]);
        let found = phases(&rows([5, 100, 5], true), place);
        assert_eq!(found, [phase(0..5, curl(13.0)), phase(5..105, None), phase(105..110, curl(13.0))]);
    }

    #[test]
    fn what_changes_from_trial_to_trial_is_one_phase_and_what_subjects_do_not_share_is_not_told() {
        // A baseline, a sinusoid that comes back to the same strengths, and draws that differ between subjects.
        let subject = |draw: f64| -> Vec<Vec<f64>> {
            let row = |trial: usize| match trial {
                0..5 => vec![0.0, 0.0],
                5..29 => vec![1.0, f64::from(((trial - 5) % 8) as u32)],
                _ => vec![2.0, draw],
            };
            (0..37).map(row).collect()
        };
        let place = |_: usize, row: &[f64]| Place { block: Some(row[0]), perturbation: curl(row[1]), left_out: false };
        let found = phases(&vec![subject(3.5), subject(8.2)], place);
        assert_eq!(found, [phase(0..5, curl(0.0)), phase(5..29, None), phase(29..37, None)]);
        // Two fields in turn, in one block, are not a ramp.
        let turns: Vec<Vec<f64>> = (0..160).map(|trial| vec![0.0, [13.0, -13.0][trial / 20 % 2]]).collect();
        assert_eq!(phases(&vec![turns], place).len(), 8);
    }

    #[test]
    fn fields_of_different_kinds_are_told_apart() {
        let rows = vec![vec![Vec::new(); 4]];
        let kinds = ["curl", "curl", "rotation", "curl"];
        let perturbation = |trial: usize| Some(Perturbation { kind: Some(kinds[trial]), strength: 13.0 });
        let found = phases(&rows, |trial, _| Place { perturbation: perturbation(trial), ..Place::default() });
        assert_eq!(found.iter().map(|phase| phase.trials.clone()).collect::<Vec<_>>(), [0..2, 2..3, 3..4]);
    }

    #[test]
    fn channel_trials_belong_to_those_around_them() {
        // A channel at the start of a baseline and within it, one that ends a field, and a block of nothing else.
        let trials = [
            (0.0, 13.0, true),
            (0.0, 0.0, false),
            (0.0, 13.0, true),
            (0.0, 0.0, false),
            (1.0, 13.0, false),
            (1.0, 13.0, true),
            (2.0, 13.0, true),
            (2.0, 13.0, true),
        ];
        let rows = vec![vec![Vec::new(); trials.len()]];
        let found = phases(&rows, |trial, _| {
            let (block, strength, left_out) = trials[trial];
            Place { block: Some(block), perturbation: curl(strength), left_out }
        });
        let channel = Phase { left_out: true, ..phase(6..8, curl(13.0)) };
        assert_eq!(found, [phase(0..4, curl(0.0)), phase(4..6, curl(13.0)), channel]);
    }

    #[test]
    fn a_ramp_is_split_into_tenths() {
        let subject: Vec<Vec<f64>> = (0..200).map(|trial| vec![f64::from(trial)]).collect();
        let place = |_: usize, row: &[f64]| Place { block: Some(0.0), perturbation: curl(row[0]), left_out: false };
        let found = phases(&vec![subject], place);
        assert_eq!(found.len(), 10);
        assert!(found.iter().all(|phase| phase.perturbation.is_none() && phase.trials.len() == 20));
    }
}
