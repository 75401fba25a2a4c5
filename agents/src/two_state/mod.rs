//! The two-state model of motor adaptation: what learners of error are measured against.
//!
//! Two processes learn from the same error, one fast and forgetful, one slow and lasting (Smith, Ghazizadeh & Shadmehr 2006):
//!
//! ```text
//! e = f − x      x = x_f + x_s      x_f ← A_f x_f + B_f e      x_s ← A_s x_s + B_s e
//! ```
//!
//! [`TwoState::simulate`] gives the curve of a schedule, [`fit()`] the model of a curve.
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

mod fit;
mod model;

pub use fit::{Course, Fit, FitError, fit, fit_probes};
pub use model::{Process, Trial, TwoState};

#[cfg(test)]
mod tests;
