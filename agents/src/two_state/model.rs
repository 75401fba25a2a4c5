//! The model: two processes that learn from the same error.

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

    /// The model of these parameters.
    pub(super) const fn new(fast_retention: f64, fast_rate: f64, slow_retention: f64, slow_rate: f64) -> TwoState {
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
