//! The two-state model of motor adaptation: what learners of error are measured against.
//!
//! Two processes learn from the same error, one fast and forgetful, one slow and lasting (Smith, Ghazizadeh & Shadmehr 2006):
//!
//! ```text
//! e = f − x      x = x_f + x_s      x_f ← A_f x_f + B_f e      x_s ← A_s x_s + B_s e
//! ```
//!
//! [`TwoState::simulate`] gives the curve of a schedule, [`fit`] the model of a curve.
//!
//! # Examples
//!
//! ```
//! use etude_agents::two_state::{TwoState, Trial, fit};
//!
//! let schedule: Vec<Trial> = (0..200).map(|_| Trial::Perturbed(1.0)).chain([Trial::Clamped; 50]).collect();
//! let curve = TwoState::JOINER_2008.simulate(&schedule);
//! let fit = fit(&schedule, &curve)?;
//! assert!(fit.r_squared > 0.99);
//! assert!((fit.model.slow.retention - 0.998).abs() < 0.002);
//! # Ok::<(), etude_agents::two_state::FitError>(())
//! ```

/// One process: x ← retention · x + rate · e, once per trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Process {
    /// A: the share kept from one trial to the next, in [0, 1].
    pub retention: f64,
    /// B: the share of the error learnt per trial, in [0, 1].
    pub rate: f64,
}

/// The two processes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoState {
    /// Learns and forgets fast.
    pub fast: Process,
    /// Learns and forgets slowly.
    pub slow: Process,
}

/// What happens on a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trial {
    /// A perturbation of this size; 0 is washout.
    Perturbed(f64),
    /// An error clamp: whatever is done, no error is seen.
    Clamped,
}

impl TwoState {
    /// The fit of Smith, Ghazizadeh & Shadmehr 2006.
    pub const SMITH_2006: TwoState = TwoState::new(0.59, 0.21, 0.992, 0.02);
    /// The illustration in figure 1 of the same paper.
    pub const SMITH_2006_FIGURE_1: TwoState = TwoState::new(0.92, 0.03, 0.996, 0.004);
    /// Joiner & Smith 2008.
    pub const JOINER_2008: TwoState = TwoState::new(0.85, 0.11, 0.998, 0.021);

    const fn new(fast_retention: f64, fast_rate: f64, slow_retention: f64, slow_rate: f64) -> TwoState {
        TwoState {
            fast: Process { retention: fast_retention, rate: fast_rate },
            slow: Process { retention: slow_retention, rate: slow_rate },
        }
    }

    /// x after every trial, in units of the perturbation, from x = 0.
    pub fn simulate(&self, schedule: &[Trial]) -> Vec<f64> {
        self.states(schedule).map(|(fast, slow)| fast + slow).collect()
    }

    /// x_f and x_s after every trial, from 0.
    pub fn states(&self, schedule: &[Trial]) -> impl Iterator<Item = (f64, f64)> {
        schedule.iter().scan((0.0, 0.0), move |(fast, slow), &trial| {
            let error = match trial {
                Trial::Perturbed(perturbation) => perturbation - (*fast + *slow),
                Trial::Clamped => 0.0,
            };
            *fast = self.fast.retention * *fast + self.fast.rate * error;
            *slow = self.slow.retention * *slow + self.slow.rate * error;
            Some((*fast, *slow))
        })
    }

    /// What x comes to under a constant perturbation of 1: g / (1 + g) with g = Σ B / (1 − A).
    pub fn asymptote(&self) -> f64 {
        let gain = self.fast.rate / (1.0 - self.fast.retention) + self.slow.rate / (1.0 - self.slow.retention);
        if gain.is_finite() { gain / (1.0 + gain) } else { 1.0 }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SETS: [TwoState; 3] = [TwoState::SMITH_2006, TwoState::JOINER_2008, TwoState::SMITH_2006_FIGURE_1];

    fn trials(blocks: &[(Trial, usize)]) -> Vec<Trial> {
        blocks.iter().flat_map(|&(trial, count)| vec![trial; count]).collect()
    }

    fn near(found: f64, expected: f64, what: &str) {
        assert!((found - expected).abs() < 6e-4, "{what}: expected {expected}, found {found}");
    }

    fn peak(curve: &[f64]) -> (f64, usize) {
        let (trial, &value) = curve.iter().enumerate().max_by(|left, right| left.1.total_cmp(right.1)).unwrap();
        (value, trial + 1)
    }

    /// The numbers were computed apart from this code, from the model's equations.
    #[test]
    fn learning_comes_to_its_published_level_in_the_computed_time() {
        let expected = [(0.751, 0.750, 18), (0.918, 0.911, 21), (0.579, 0.542, 34)];
        for (set, (asymptote, late, time)) in SETS.iter().zip(expected) {
            let curve = set.simulate(&[Trial::Perturbed(1.0); 300]);
            near(set.asymptote(), asymptote, "asymptote");
            near(curve[299], late, "after 300 trials");
            let reached = (1.0 - (-1.0_f64).exp()) * curve[299];
            assert_eq!(1 + curve.iter().position(|&x| x >= reached).unwrap(), time);
            near(set.simulate(&[Trial::Perturbed(1.0); 20_000])[19_999], set.asymptote(), "in the long run");
        }
    }

    #[test]
    fn what_was_learnt_is_kept_in_the_clamp_as_computed() {
        let expected = [(0.652, 0.512), (0.874, 0.823), (0.630, 0.537)];
        for (set, (after_30, after_60)) in SETS.iter().zip(expected) {
            let curve = set.simulate(&trials(&[(Trial::Perturbed(1.0), 300), (Trial::Clamped, 60)]));
            near(curve[329] / curve[299], after_30, "after 30");
            near(curve[359] / curve[299], after_60, "after 60");
        }
    }

    #[test]
    fn after_exact_extinction_it_rebounds_as_computed() {
        let expected = [(0.462, 8, 4), (0.574, 27, 8), (0.221, 38, 16)];
        for (set, (height, trial, counter_trials)) in SETS.iter().zip(expected) {
            let mut schedule = trials(&[(Trial::Perturbed(1.0), 300)]);
            while set.simulate(&schedule).last().is_none_or(|&x| x > 0.0) {
                schedule.push(Trial::Perturbed(-1.0));
            }
            assert_eq!(schedule.len(), 300 + counter_trials);
            // The last counter-trial is made just large enough that x comes to 0.
            let last = schedule.len() - 1;
            let at = |size: f64| {
                let mut schedule = schedule.clone();
                schedule[last] = Trial::Perturbed(size);
                (set.simulate(&schedule)[last], schedule)
            };
            let (zero, one) = (at(0.0).0, at(1.0).0);
            let (extinguished, mut schedule) = at(zero / (zero - one));
            near(extinguished, 0.0, "extinguished");
            schedule.extend([Trial::Clamped; 200]);
            let found = peak(&set.simulate(&schedule)[last + 1..]);
            near(found.0, height, "height");
            assert_eq!(found.1, trial);
        }
    }

    #[test]
    fn the_schedule_of_spontaneous_recovery_gives_the_computed_curve() {
        let expected = [(0.723, -0.193, 0.215, 9), (0.836, -0.236, 0.335, 31), (0.456, -0.067, 0.133, 43)];
        for (set, (learnt, countered, height, trial)) in SETS.iter().zip(expected) {
            let curve = set.simulate(&trials(&[
                (Trial::Perturbed(0.0), 50),
                (Trial::Perturbed(1.0), 125),
                (Trial::Perturbed(-1.0), 15),
                (Trial::Clamped, 150),
            ]));
            near(curve[174], learnt, "at the end of A");
            near(curve[189], countered, "at the end of B");
            let found = peak(&curve[190..]);
            near(found.0, height, "rebound");
            assert_eq!(found.1, trial);
        }
    }

    #[test]
    fn a_published_set_is_recovered_from_its_curve() {
        let schedule = trials(&[
            (Trial::Perturbed(1.0), 125),
            (Trial::Perturbed(-1.0), 15),
            (Trial::Clamped, 60),
            (Trial::Perturbed(0.0), 30),
        ]);
        for set in SETS {
            let fit = fit(&schedule, &set.simulate(&schedule)).unwrap();
            assert!(fit.r_squared > 1.0 - 1e-9, "{fit:?}");
            let distance =
                |found: Process, of: Process| (found.retention - of.retention).abs().max((found.rate - of.rate).abs());
            assert!(distance(fit.model.fast, set.fast) < 1e-4, "{set:?} {fit:?}");
            assert!(distance(fit.model.slow, set.slow) < 1e-4, "{set:?} {fit:?}");
        }
    }

    #[test]
    fn a_published_set_is_recovered_from_a_few_probes_of_learners_with_schedules_of_their_own() {
        let courses: Vec<Course> = (0..4)
            .map(|learner| {
                let probed = |trial: usize| (trial * 7 + learner * 3).is_multiple_of(5);
                let trial = |trial| if probed(trial) { Trial::Clamped } else { Trial::Perturbed(1.0) };
                let schedule: Vec<Trial> = (0..200).map(trial).collect();
                let after = TwoState::SMITH_2006.simulate(&schedule);
                let before = |trial: usize| if trial == 0 { 0.0 } else { after[trial - 1] };
                let probes = (0..200).filter(|&trial| probed(trial)).map(|trial| (trial, before(trial))).collect();
                Course { schedule, probes }
            })
            .collect();
        let fit = fit_probes(&courses).unwrap();
        assert!(fit.r_squared > 1.0 - 1e-9, "{fit:?}");
        assert!((fit.model.fast.rate - 0.21).abs() < 1e-4 && (fit.model.slow.rate - 0.02).abs() < 1e-4, "{fit:?}");
        let beyond = Course { schedule: vec![Trial::Clamped; 9], probes: vec![(9, 0.0)] };
        assert_eq!(fit_probes(&[beyond]), Err(FitError::Lengths { trials: 9, values: 10 }));
        assert_eq!(fit_probes(&[]), Err(FitError::TooShort(0)));
    }

    #[test]
    fn what_cannot_be_fitted_is_an_error() {
        let schedule = [Trial::Perturbed(1.0); 10];
        assert_eq!(fit(&schedule, &[0.0; 9]), Err(FitError::Lengths { trials: 10, values: 9 }));
        assert_eq!(fit(&schedule[..7], &[0.0; 7]), Err(FitError::TooShort(7)));
        let mut curve = [0.0; 10];
        curve[4] = f64::NAN;
        assert_eq!(fit(&schedule, &curve), Err(FitError::NotFinite(4)));
        let mut broken = schedule;
        broken[2] = Trial::Perturbed(f64::INFINITY);
        assert_eq!(fit(&broken, &[0.0; 10]), Err(FitError::NotFinite(2)));
        assert_eq!(fit(&schedule, &[0.0; 10]).unwrap().r_squared, 0.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_fit_explains_what_a_model_within_the_bands_does(
            fast_retention in 0.4..0.95, fast_rate in 0.05..0.35, slow_retention in 0.97..0.999, slow_rate in 0.005..0.06,
        ) {
            let model = TwoState::new(fast_retention, fast_rate, slow_retention, slow_rate);
            let schedule = trials(&[(Trial::Perturbed(1.0), 125), (Trial::Perturbed(-1.0), 15), (Trial::Clamped, 80)]);
            let fit = fit(&schedule, &model.simulate(&schedule)).unwrap();
            prop_assert!(fit.r_squared > 0.9999, "{:?} {:?}", model, fit);
            prop_assert!((fit.model.slow.retention - slow_retention).abs() < 0.005, "{:?} {:?}", model, fit);
        }
    }
}
