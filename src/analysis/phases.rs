//! Stretches of practice under one perturbation.

use super::episodes::Episodes;
use std::ops::Range;

/// Consecutive trials with the same perturbation, including error-clamp trials between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Indices of its trials, from 0.
    pub trials: Range<usize>,
    /// Its perturbation, as given in the column; `None` if phases are only parts of the run.
    pub perturbation: Option<f64>,
}

/// Largest number of phases reported individually. If a perturbation changes from trial to trial, the run is divided
/// into parts instead.
const MOST: usize = 40;
/// Number of these parts.
const PARTS: usize = 10;

/// The phases of a cohort that goes through one schedule. `perturbation` and `clamped` are columns; without the first
/// there is a single phase. Phases contain only trials that every subject has completed.
pub fn phases(episodes: &Episodes, perturbation: Option<usize>, clamped: Option<usize>) -> Vec<Phase> {
    let trials = episodes.iter().map(Vec::len).min().unwrap_or(0);
    let Some((own, column)) = episodes.first().zip(perturbation) else {
        return vec![Phase { trials: 0..trials, perturbation: None }];
    };
    let mut found: Vec<Phase> = Vec::new();
    for (trial, row) in own[..trials].iter().enumerate() {
        let is_clamped = clamped.is_some_and(|column| row[column] > 0.5);
        match found.last_mut() {
            Some(phase) if is_clamped || phase.perturbation == Some(row[column]) => phase.trials.end = trial + 1,
            _ => found.push(Phase { trials: trial..trial + 1, perturbation: Some(row[column]) }),
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
    fn phases_follow_the_perturbation_and_hold_the_clamps_between() {
        // Perturbation and clamp.
        let row = |strength: f64, clamp: f64| vec![strength, clamp];
        let subject = [row(0.0, 0.0), row(13.0, 0.0), row(13.0, 1.0), row(13.0, 0.0), row(-13.0, 0.0), row(0.0, 1.0)];
        let shorter = subject[..5].to_vec();
        let found = phases(&vec![subject.to_vec(), shorter], Some(0), Some(1));
        let phase = |trials, strength| Phase { trials, perturbation: Some(strength) };
        assert_eq!(found, [phase(0..1, 0.0), phase(1..4, 13.0), phase(4..5, -13.0)]);
    }

    #[test]
    fn a_ramp_is_split_into_tenths() {
        let subject: Vec<Vec<f64>> = (0..200).map(|trial| vec![f64::from(trial)]).collect();
        let found = phases(&vec![subject], Some(0), None);
        assert_eq!(found.len(), 10);
        assert!(found.iter().all(|phase| phase.perturbation.is_none() && phase.trials.len() == 20));
    }
}
