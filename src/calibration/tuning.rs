//! Preferred directions: f = b + m p·d with rate f, momentary aim d and preferred direction p (Georgopoulos et al.
//! 1982).
//!
//! The fit uses the momentary aim instead of the target: with curved paths, the target's direction would look like a
//! shift of preferred directions.

use super::recording::Recording;
use etude_envs::cursor::{CursorSpec, LinearSpec};
use nalgebra::{Matrix3, Vector3};

/// Fraction of the median modulation depth below which a unit is left out of a population vector.
const LEAST: f64 = 0.2;

/// Tuning of a unit's rate to the aim.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tuning {
    /// Rate without an aim, in Hz.
    pub baseline: f64,
    /// Modulation depth, in Hz.
    pub depth: f64,
    /// Preferred direction, in degrees, from -180 to 180.
    pub direction: f64,
    /// Standard error of the preferred direction, in degrees.
    pub direction_error: f64,
}

/// Tuning of every unit, by least squares.
pub fn tunings(recording: &Recording) -> Vec<Tuning> {
    let units = recording.units;
    let design = |aim: &[f64; 2]| Vector3::new(1.0, aim[0], aim[1]);
    let normal: Matrix3<f64> = recording.aims.iter().map(|aim| design(aim) * design(aim).transpose()).sum();
    let Some(inverse) = normal.try_inverse() else { return vec![Tuning::default(); units] };
    let fit = |unit: usize| {
        let rates = || recording.rates.iter().skip(unit).step_by(units);
        let right: Vector3<f64> = recording.aims.iter().zip(rates()).map(|(aim, rate)| design(aim) * *rate).sum();
        let fitted = inverse * right;
        let residual: f64 =
            recording.aims.iter().zip(rates()).map(|(aim, rate)| (rate - fitted.dot(&design(aim))).powi(2)).sum();
        let variance = residual / (recording.steps() as f64 - 3.0).max(1.0);
        let (x, y) = (fitted[1], fitted[2]);
        let depth = x.hypot(y);
        // Change of its angle for a perpendicular change of (x, y).
        let across = Vector3::new(0.0, -y, x) / (depth * depth);
        let error = (variance * across.dot(&(inverse * across))).sqrt().to_degrees();
        Tuning { baseline: fitted[0], depth, direction: y.atan2(x).to_degrees(), direction_error: error }
    };
    (0..units).map(fit).collect()
}

/// The population vector of a recording: every unit votes for its preferred direction with weight (f − b)/m, scaled so
/// that the recorded activity would move the cursor towards the aim at the desired speed.
pub(super) fn population_vector(recording: &Recording, spec: &CursorSpec) -> LinearSpec {
    let tunings = tunings(recording);
    let mut depths: Vec<f64> = tunings.iter().map(|tuning| tuning.depth).collect();
    depths.sort_by(f64::total_cmp);
    let least = LEAST * depths.get(depths.len() / 2).copied().unwrap_or(0.0);
    let vote = |tuning: &Tuning| {
        let share = if tuning.depth > least { 1.0 / tuning.depth } else { 0.0 };
        let (sine, cosine) = tuning.direction.to_radians().sin_cos();
        [share * cosine, share * sine]
    };
    let means: Vec<f64> = tunings.iter().map(|tuning| tuning.baseline).collect();
    scaled(recording, spec, &means, tunings.iter().map(vote).collect())
}

/// Weights for which the mean velocity towards the aim is the desired speed.
pub(super) fn scaled(recording: &Recording, spec: &CursorSpec, means: &[f64], votes: Vec<[f64; 2]>) -> LinearSpec {
    let mut told = 0.0;
    for (aim, rates) in recording.aims.iter().zip(recording.rates.chunks_exact(recording.units)) {
        for ((rate, mean), vote) in rates.iter().zip(means).zip(&votes) {
            told += (rate - mean) * (vote[0] * aim[0] + vote[1] * aim[1]);
        }
    }
    let gain = f64::from(spec.movement.speed) / (told / recording.steps().max(1) as f64).max(1e-12);
    LinearSpec {
        means: means.iter().map(|&mean| mean as f32).collect(),
        intuitive: [0, 1].map(|axis| votes.iter().map(|vote| (gain * vote[axis]) as f32).collect()),
        within: None,
        outside: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_envs::Seed;
    use rand::RngExt;

    /// Units with known tuning, with noise.
    fn simulated(directions: &[f64], steps: usize, seed: u64) -> Recording {
        let mut rng = Seed(seed).rng();
        let mut recording = Recording { units: directions.len(), ..Recording::default() };
        for step in 0..steps {
            let aim = (360.0 * step as f64 / 8.0).to_radians();
            recording.aims.push([aim.cos(), aim.sin()]);
            for direction in directions {
                // The sum of twelve uniform numbers is as good as normal.
                let noise: f64 = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
                recording.rates.push(20.0 + 8.0 * (aim - direction.to_radians()).cos() + 8.0 * noise);
            }
        }
        recording
    }

    #[test]
    fn preferred_directions_lie_within_their_confidence_and_a_turn_is_recovered() {
        let directions: Vec<f64> = (0..200).map(|unit| 1.8 * unit as f64 - 179.0).collect();
        let found = tunings(&simulated(&directions, 1600, 1));
        let off = |found: &Tuning, direction: f64| (found.direction - direction + 180.0).rem_euclid(360.0) - 180.0;
        let inside = found
            .iter()
            .zip(&directions)
            .filter(|(found, direction)| off(found, **direction).abs() < 1.96 * found.direction_error);
        let share = inside.count() as f64 / 200.0;
        assert!((0.9..=1.0).contains(&share), "{share}");
        assert!(found.iter().all(|tuning| (tuning.depth - 8.0).abs() < 1.5 && (tuning.baseline - 20.0).abs() < 1.0));
        // All units turned by 90 degrees: each is found turned by that, within 2 degrees on average.
        let turned: Vec<f64> = directions.iter().map(|direction| direction + 90.0).collect();
        let after = tunings(&simulated(&turned, 1600, 2));
        let shifts: Vec<f64> = found.iter().zip(&after).map(|(before, after)| off(after, before.direction)).collect();
        let mean = shifts.iter().sum::<f64>() / 200.0;
        assert!((mean - 90.0).abs() < 2.0, "{mean}");
    }

    #[test]
    fn a_single_turned_unit_is_recovered_within_two_degrees() {
        let before = tunings(&simulated(&[10.0, 100.0, -120.0], 20_000, 3));
        let after = tunings(&simulated(&[10.0, 190.0, -120.0], 20_000, 4));
        for (unit, shift) in [0.0, 90.0, 0.0].into_iter().enumerate() {
            let found = (after[unit].direction - before[unit].direction).rem_euclid(360.0);
            assert!((found - shift + 180.0).rem_euclid(360.0) - 180.0 < 2.0, "{unit}: {found}");
        }
    }
}
