//! Analysis of a recording: tuning and dimensionality of a population, and changes from another recording.

use super::factors::Factors;
use super::recording::Recording;
use super::tuning::{Tuning, tunings};
use crate::stats::mean;

/// Fraction of the shared variance that determines the dimensionality (Williamson et al. 2016).
const EXPLAINED: f64 = 0.95;
/// Number of standard errors beyond which a shift of a preferred direction is significant (95 %).
const SIGNIFICANT: f64 = 1.96;

/// Findings about one recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// Number of units.
    pub units: usize,
    /// Number of steps in the recording.
    pub steps: usize,
    /// Each unit's tuning to the aim; `None` if the task has no aim.
    pub tunings: Option<Vec<Tuning>>,
    /// The factors of the activity.
    pub factors: Factors,
    /// Number of factors that explain 95 % of the shared variance.
    pub dimension: usize,
    /// Fraction of the total variance that is shared between units.
    pub shared: f64,
}

/// Changes from an earlier recording of the same units.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Shift of each unit's preferred direction, in degrees, for units tuned in both recordings.
    pub shifts: Vec<f64>,
    /// Fraction of these units with a significant shift (95 %).
    pub significant: f64,
    /// Mean decrease of the modulation depth, in the unit of the rates.
    pub drop: f64,
    /// Fraction of the variance within the earlier manifold, in the earlier and in this recording.
    pub within: [f64; 2],
}

/// Analyses a recording with at most that many factors; rates may be in any unit.
pub fn findings(recording: &Recording, factors: usize) -> Findings {
    let fitted = Factors::fit(recording, factors);
    let strengths: Vec<f64> = fitted.loadings.clone().singular_values().iter().map(|size| size * size).collect();
    let whole: f64 = strengths.iter().sum();
    let mut explained = 0.0;
    let dimension = strengths
        .iter()
        .take_while(|&&strength| {
            let before = explained;
            explained += strength;
            before < EXPLAINED * whole
        })
        .count();
    let shared = whole / (whole + fitted.private.sum()).max(1e-12);
    let aimed = recording.aims.iter().any(|aim| *aim != [0.0; 2]);
    Findings {
        units: recording.units,
        steps: recording.steps(),
        tunings: aimed.then(|| tunings(recording)),
        factors: fitted,
        dimension,
        shared,
    }
}

/// Compares a recording with an earlier one.
pub fn difference(earlier: (&Recording, &Findings), later: (&Recording, &Findings)) -> Difference {
    let tuned = |tuning: &Tuning| tuning.direction_error < 45.0;
    let pairs: Vec<(&Tuning, &Tuning)> = match (&earlier.1.tunings, &later.1.tunings) {
        (Some(before), Some(after)) => before.iter().zip(after).filter(|(one, two)| tuned(one) && tuned(two)).collect(),
        _ => Vec::new(),
    };
    let shift =
        |(before, after): &(&Tuning, &Tuning)| (after.direction - before.direction + 180.0).rem_euclid(360.0) - 180.0;
    let chance =
        |(before, after): &(&Tuning, &Tuning)| SIGNIFICANT * before.direction_error.hypot(after.direction_error);
    let significant = pairs.iter().filter(|pair| shift(pair).abs() > chance(pair)).count();
    let manifold = &earlier.1.factors;
    Difference {
        shifts: pairs.iter().map(shift).collect(),
        significant: significant as f64 / pairs.len().max(1) as f64,
        drop: mean(&pairs.iter().map(|(before, after)| before.depth - after.depth).collect::<Vec<_>>()),
        within: [earlier.0, later.0].map(|recording| manifold.share_within(recording)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units that load on two factors, and on nothing else but their own noise.
    fn two_factors(turn: f64) -> Recording {
        let (mut activity, mut aims) = (Vec::new(), Vec::new());
        for step in 0..2000u32 {
            let aim = f64::from(step % 8) * std::f64::consts::FRAC_PI_4;
            aims.extend([aim.cos() as f32, aim.sin() as f32]);
            for unit in 0..20u32 {
                let preferred = f64::from(unit) * 0.7 + turn.to_radians();
                let noise = (f64::from(step * 137 + unit * 7919) * 12.9898).sin() * 43_758.545;
                activity.push((5.0 * (aim - preferred).cos() + 2.0 * (noise - noise.floor() - 0.5)) as f32);
            }
        }
        Recording::from_rows(20, &activity, Some(&aims))
    }

    #[test]
    fn two_factors_are_two_and_a_turn_of_all_units_is_found() {
        let (one, two) = (two_factors(0.0), two_factors(30.0));
        let (before, after) = (findings(&one, 6), findings(&two, 6));
        assert_eq!((before.dimension, before.units, before.steps), (2, 20, 2000));
        assert!(before.shared > 0.9, "{}", before.shared);
        let found = difference((&one, &before), (&two, &after));
        assert_eq!(found.shifts.len(), 20);
        assert!(found.shifts.iter().all(|shift| (shift - 30.0).abs() < 2.0), "{:?}", found.shifts);
        assert_eq!(found.significant, 1.0);
        let same = difference((&one, &before), (&one, &before));
        assert_eq!((same.significant, same.drop), (0.0, 0.0));
    }
}
