//! Stretches of practice under one perturbation.

use super::episodes::Episodes;
use std::ops::Range;

/// Consecutive trials with the same perturbation.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Indices of its trials, from 0.
    pub trials: Range<usize>,
    /// Its perturbation; `None` if trials have none, or if phases are only parts of the run.
    pub perturbation: Option<f64>,
}

/// Largest number of phases reported individually. If a perturbation changes from trial to trial, the run is divided
/// into parts instead.
const MOST: usize = 40;
/// Number of these parts.
const PARTS: usize = 10;

/// The phases of a cohort that goes through one schedule, by the perturbation of each trial; a single phase if trials
/// have none. Phases contain only trials that every subject has completed.
pub fn phases(episodes: &Episodes, perturbation: impl Fn(&[f64]) -> Option<f64>) -> Vec<Phase> {
    let trials = episodes.iter().map(Vec::len).min().unwrap_or(0);
    let own = episodes.first().map_or(&[][..], |own| &own[..trials]);
    let mut found: Vec<Phase> = Vec::new();
    for (trial, row) in own.iter().enumerate() {
        let perturbation = perturbation(row);
        match found.last_mut() {
            Some(phase) if phase.perturbation == perturbation => phase.trials.end = trial + 1,
            _ => found.push(Phase { trials: trial..trial + 1, perturbation }),
        }
    }
    if found.len() > MOST {
        let part = |index: usize| index * trials / PARTS;
        return (0..PARTS).map(|index| Phase { trials: part(index)..part(index + 1), perturbation: None }).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_the_perturbation_as_far_as_all_subjects_came() {
        let subject = [0.0, 13.0, 13.0, -13.0, 0.0].map(|strength| vec![strength]).to_vec();
        let shorter = subject[..4].to_vec();
        let found = phases(&vec![subject.clone(), shorter.clone()], |row| Some(row[0]));
        let phase = |trials, strength| Phase { trials, perturbation: Some(strength) };
        assert_eq!(found, [phase(0..1, 0.0), phase(1..3, 13.0), phase(3..4, -13.0)]);
        assert_eq!(phases(&vec![subject, shorter], |_| None), [Phase { trials: 0..4, perturbation: None }]);
    }

    #[test]
    fn a_ramp_is_split_into_tenths() {
        let subject: Vec<Vec<f64>> = (0..200).map(|trial| vec![f64::from(trial)]).collect();
        let found = phases(&vec![subject], |row| Some(row[0]));
        assert_eq!(found.len(), 10);
        assert!(found.iter().all(|phase| phase.perturbation.is_none() && phase.trials.len() == 20));
    }
}
