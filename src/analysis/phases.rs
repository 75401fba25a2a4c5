//! Stretches of practice under one perturbation, in one block of a schedule.

use super::episodes::Episodes;
use std::ops::Range;

/// Consecutive trials of the same block with the same perturbation.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Indices of its trials, from 0.
    pub trials: Range<usize>,
    /// Its perturbation; `None` if trials have none, or more than one in a phase.
    pub perturbation: Option<f64>,
}

/// What a trial of a schedule has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Index of its block; `None` without a schedule.
    pub block: Option<f64>,
    /// Its perturbation, if any.
    pub perturbation: Option<f64>,
}

/// Largest number of phases reported individually. If a perturbation changes from trial to trial, the phases are whole blocks, and
/// of a single block the run's parts.
const MOST: usize = 40;
/// Number of these parts.
const PARTS: usize = 10;

/// The phases of a cohort that goes through one schedule, by block and perturbation of each trial; a single phase if trials have
/// neither. Phases contain only trials that every subject has completed.
pub fn phases(episodes: &Episodes, place: impl Fn(&[f64]) -> Place) -> Vec<Phase> {
    let trials = episodes.iter().map(Vec::len).min().unwrap_or(0);
    let places: Vec<Place> =
        episodes.first().map_or(&[][..], |own| &own[..trials]).iter().map(|row| place(row)).collect();
    let found = split(&places, |one, other| one == other);
    if found.len() <= MOST {
        return found;
    }
    let blocks = split(&places, |one, other| one.block == other.block);
    if (2..=MOST).contains(&blocks.len()) {
        return blocks;
    }
    let part = |index: usize| index * trials / PARTS;
    (0..PARTS).map(|index| Phase { trials: part(index)..part(index + 1), perturbation: None }).collect()
}

/// Divides trials wherever one is not like the one before.
fn split(places: &[Place], alike: impl Fn(&Place, &Place) -> bool) -> Vec<Phase> {
    let mut start = 0;
    let phase = |chunk: &[Place]| {
        let trials = start..start + chunk.len();
        start = trials.end;
        let same = chunk.iter().all(|place| place.perturbation == chunk[0].perturbation);
        Phase { trials, perturbation: chunk[0].perturbation.filter(|_| same) }
    };
    places.chunk_by(alike).map(phase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_the_perturbation_as_far_as_all_subjects_came() {
        let subject = [0.0, 13.0, 13.0, -13.0, 0.0].map(|strength| vec![strength]).to_vec();
        let shorter = subject[..4].to_vec();
        let by_strength = |row: &[f64]| Place { perturbation: Some(row[0]), ..Place::default() };
        let found = phases(&vec![subject.clone(), shorter.clone()], by_strength);
        let phase = |trials, strength| Phase { trials, perturbation: Some(strength) };
        assert_eq!(found, [phase(0..1, 0.0), phase(1..3, 13.0), phase(3..4, -13.0)]);
        let neither = phases(&vec![subject, shorter], |_| Place::default());
        assert_eq!(neither, [Phase { trials: 0..4, perturbation: None }]);
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
        let place = |row: &[f64]| Place { block: Some(row[0]), perturbation: Some(row[1]) };
        let phase = |trials, perturbation| Phase { trials, perturbation };
        let found = phases(&rows([5, 10, 5], false), place);
        assert_eq!(found, [phase(0..5, Some(13.0)), phase(5..15, Some(13.0)), phase(15..20, Some(13.0))]);
        let found = phases(&rows([5, 100, 5], true), place);
        assert_eq!(found, [phase(0..5, Some(13.0)), phase(5..105, None), phase(105..110, Some(13.0))]);
    }

    #[test]
    fn a_ramp_is_split_into_tenths() {
        let subject: Vec<Vec<f64>> = (0..200).map(|trial| vec![f64::from(trial)]).collect();
        let found = phases(&vec![subject], |row| Place { block: Some(0.0), perturbation: Some(row[0]) });
        assert_eq!(found.len(), 10);
        assert!(found.iter().all(|phase| phase.perturbation.is_none() && phase.trials.len() == 20));
    }
}
