//! The model of a curve, or of what was probed of a cohort, by least squares.

use super::model::{Trial, TwoState};

/// A model fitted to a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// The model; its fast process is the one that retains less.
    pub model: TwoState,
    /// R²: the share of the curve's variance that the model explains, at most 1; 0 for a curve without variance.
    pub r_squared: f64,
}

/// Why a curve cannot be fitted.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// One value per trial is needed.
    #[error("curve: expected {trials} values, one per trial, found {values}")]
    Lengths {
        /// Trials of the schedule.
        trials: usize,
        /// Values of the curve.
        values: usize,
    },
    /// Four parameters cannot be had from fewer values.
    #[error("curve: expected at least 8 values, found {0}")]
    TooShort(usize),
    /// A number of the curve or the schedule is not finite.
    #[error("trial {0}: expected finite numbers")]
    NotFinite(usize),
}

/// Fits the two-state model to a curve by least squares: x after every trial, in units of the perturbation.
///
/// Nelder & Mead's simplex search (1965) from a fixed set of starts, within A and B from 0 to 1; always the same result.
///
/// # Errors
///
/// If there are not as many values as trials, fewer than 8, or a number is not finite.
pub fn fit(schedule: &[Trial], curve: &[f64]) -> Result<Fit, FitError> {
    if schedule.len() != curve.len() {
        return Err(FitError::Lengths { trials: schedule.len(), values: curve.len() });
    }
    if curve.len() < 8 {
        return Err(FitError::TooShort(curve.len()));
    }
    let finite = |(trial, value): (&Trial, &f64)| {
        value.is_finite() && !matches!(trial, Trial::Perturbed(size) if !size.is_finite())
    };
    if let Some(trial) = schedule.iter().zip(curve).position(|pair| !finite(pair)) {
        return Err(FitError::NotFinite(trial));
    }
    let (misfit, model) = search(|point: &Point| {
        let model = model(point);
        let squares = model.states(schedule).zip(curve).map(|((fast, slow), &value)| (fast + slow - value).powi(2));
        squares.sum::<f64>()
    });
    Ok(Fit { model, r_squared: explained(misfit, curve.iter().copied()) })
}

/// What one learner went through, and what of x was seen of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// All its trials.
    pub schedule: Vec<Trial>,
    /// Index of a trial, and x on it: what was learnt on the trials before.
    pub probes: Vec<(usize, f64)>,
}

impl Course {
    /// x of a model on the trials that were probed.
    pub fn expected(&self, model: &TwoState) -> Vec<f64> {
        let after = model.simulate(&self.schedule);
        self.probes.iter().map(|&(trial, _)| if trial == 0 { 0.0 } else { after[trial - 1] }).collect()
    }
}

/// Fits one two-state model to all probes of a cohort, whose learners may each have gone through trials of their own, by
/// least squares as [`fit`] does. R² is that of the single probes.
///
/// # Errors
///
/// If there are fewer than 8 probes, one is of a trial that is not in its schedule, or a number is not finite.
pub fn fit_probes(courses: &[Course]) -> Result<Fit, FitError> {
    for course in courses {
        let finite = |trial: &Trial| !matches!(trial, Trial::Perturbed(size) if !size.is_finite());
        if let Some(trial) = course.schedule.iter().position(|trial| !finite(trial)) {
            return Err(FitError::NotFinite(trial));
        }
        let trials = course.schedule.len();
        for &(trial, value) in &course.probes {
            if trial >= trials {
                return Err(FitError::Lengths { trials, values: trial + 1 });
            }
            if !value.is_finite() {
                return Err(FitError::NotFinite(trial));
            }
        }
    }
    let probes = || courses.iter().flat_map(|course| course.probes.iter().map(|probe| probe.1));
    if probes().count() < 8 {
        return Err(FitError::TooShort(probes().count()));
    }
    let (misfit, model) = search(|point: &Point| {
        let model = model(point);
        let misfit = |course: &Course| {
            let expected = course.expected(&model);
            expected.iter().zip(&course.probes).map(|(expected, probe)| (expected - probe.1).powi(2)).sum::<f64>()
        };
        courses.iter().map(misfit).sum()
    });
    Ok(Fit { model, r_squared: explained(misfit, probes()) })
}

/// R²: the share of the values' variance that is left by this sum of squares; 0 of values without variance.
fn explained(misfit: f64, values: impl Iterator<Item = f64> + Clone) -> f64 {
    let mean = values.clone().sum::<f64>() / values.clone().count() as f64;
    let variance: f64 = values.map(|value| (value - mean).powi(2)).sum();
    if variance > 0.0 { 1.0 - misfit / variance } else { 0.0 }
}

/// The model of least cost, its fast process the one that retains less, and its cost.
fn search(cost: impl Fn(&Point) -> f64) -> (f64, TwoState) {
    let mut best = (f64::INFINITY, [0.0; PARAMETERS]);
    for fast_retention in [0.5, 0.9] {
        for slow_retention in [0.97, 0.998] {
            for (fast_rate, slow_rate) in [(0.3, 0.05), (0.1, 0.02), (0.03, 0.005)] {
                let found = simplex_search(&cost, [fast_retention, fast_rate, slow_retention, slow_rate]);
                if found.0 < best.0 {
                    best = found;
                }
            }
        }
    }
    let TwoState { fast, slow } = model(&best.1);
    let swapped = fast.retention > slow.retention;
    (best.0, if swapped { TwoState { fast: slow, slow: fast } } else { TwoState { fast, slow } })
}

const PARAMETERS: usize = 4;
type Point = [f64; PARAMETERS];

/// The model at a point of the search, brought within bounds.
fn model(point: &Point) -> TwoState {
    let [fast_retention, fast_rate, slow_retention, slow_rate] = point.map(|value| value.clamp(0.0, 1.0));
    TwoState::new(fast_retention, fast_rate, slow_retention, slow_rate)
}

/// Nelder & Mead's downhill simplex, with its usual coefficients 1, 2, 1/2, 1/2; restarted twice where it came to rest.
fn simplex_search(cost: &impl Fn(&Point) -> f64, start: Point) -> (f64, Point) {
    let mut best = (cost(&start), start);
    for size in [0.2, 0.05, 0.01] {
        let mut simplex = [best; PARAMETERS + 1];
        for (index, corner) in simplex[1..].iter_mut().enumerate() {
            let value = &mut corner.1[index];
            // A retention near 1 counts by what is lost.
            let step = size * if *value > 0.5 { 1.0 - *value } else { *value }.max(0.002);
            *value += if *value > 0.5 { -step } else { step };
            corner.0 = cost(&corner.1);
        }
        for _ in 0..600 {
            simplex.sort_by(|left, right| left.0.total_cmp(&right.0));
            if simplex[PARAMETERS].0 - simplex[0].0 <= 1e-15 * simplex[0].0.abs() {
                break;
            }
            improve(cost, &mut simplex);
        }
        simplex.sort_by(|left, right| left.0.total_cmp(&right.0));
        best = simplex[0];
    }
    best
}

/// One move of a simplex whose corners are sorted from best to worst.
fn improve(cost: &impl Fn(&Point) -> f64, simplex: &mut [(f64, Point); PARAMETERS + 1]) {
    let mut centre = [0.0; PARAMETERS];
    for (_, corner) in &simplex[..PARAMETERS] {
        for (centre, value) in centre.iter_mut().zip(corner) {
            *centre += value / PARAMETERS as f64;
        }
    }
    let worst = simplex[PARAMETERS];
    let along = |share: f64| {
        let mut point = centre;
        for (value, &from) in point.iter_mut().zip(&worst.1) {
            *value += share * (*value - from);
        }
        (cost(&point), point)
    };
    let reflected = along(1.0);
    simplex[PARAMETERS] = if reflected.0 < simplex[0].0 {
        let expanded = along(2.0);
        if expanded.0 < reflected.0 { expanded } else { reflected }
    } else if reflected.0 < simplex[PARAMETERS - 1].0 {
        reflected
    } else {
        let contracted = along(if reflected.0 < worst.0 { 0.5 } else { -0.5 });
        if contracted.0 < worst.0.min(reflected.0) {
            contracted
        } else {
            let best = simplex[0].1;
            for corner in &mut simplex[1..] {
                for (value, &towards) in corner.1.iter_mut().zip(&best) {
                    *value = 0.5 * (*value + towards);
                }
                corner.0 = cost(&corner.1);
            }
            return;
        }
    };
}
