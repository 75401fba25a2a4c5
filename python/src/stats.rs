//! The measures and intervals of experiments, for any scores.

use crate::error;
use etude::stats::{self, Curve};
use pyo3::prelude::*;

/// A value with its 95 % interval; `low` and `high` are None without one, for example for a single subject.
#[pyclass(frozen, get_all, module = "etude.stats")]
#[derive(Clone, Copy)]
pub struct Estimate {
    value: f64,
    low: Option<f64>,
    high: Option<f64>,
    /// p-value of the corresponding test, if there is one.
    p: Option<f64>,
}

#[pymethods]
impl Estimate {
    fn __repr__(&self) -> String {
        match (self.low, self.high) {
            (Some(low), Some(high)) => format!("Estimate({:.4}, 95 % interval {low:.4} to {high:.4})", self.value),
            _ => format!("Estimate({:.4}, no interval)", self.value),
        }
    }
}

impl Estimate {
    fn of(found: stats::Estimate, p: Option<f64>) -> Self {
        let ends = found.interval();
        Self { value: found.value, low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1), p }
    }
}

fn nothing() -> PyErr {
    error::EtudeError::new_err("no values; expected at least one finite number")
}

fn finite(values: &[f64]) -> PyResult<()> {
    match values.iter().find(|value| !value.is_finite()) {
        Some(value) => Err(error::EtudeError::new_err(format!("a value of {value}; expected finite numbers"))),
        None => Ok(()),
    }
}

fn as_many(ours: &[f64], theirs: &[f64]) -> PyResult<()> {
    finite(ours)?;
    finite(theirs)?;
    if ours.len() == theirs.len() {
        return Ok(());
    }
    let (ours, theirs) = (ours.len(), theirs.len());
    Err(error::EtudeError::new_err(format!("{ours} values beside {theirs}; expected as many, subject by subject")))
}

/// See `etude.stats.mean`.
#[pyfunction]
pub fn mean(values: Vec<f64>) -> PyResult<Estimate> {
    finite(&values)?;
    stats::mean_estimate(&values).map(|found| Estimate::of(found, None)).ok_or_else(nothing)
}

/// See `etude.stats.interquartile_mean`.
#[pyfunction]
pub fn interquartile_mean(values: Vec<f64>) -> PyResult<Estimate> {
    finite(&values)?;
    stats::interquartile_estimate(&values).map(|found| Estimate::of(found, None)).ok_or_else(nothing)
}

/// See `etude.stats.difference`.
#[pyfunction]
pub fn difference(ours: Vec<f64>, theirs: Vec<f64>) -> PyResult<Estimate> {
    as_many(&ours, &theirs)?;
    let differences: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours - theirs).collect();
    let found = stats::mean_estimate(&differences).ok_or_else(nothing)?;
    Ok(Estimate::of(found, stats::interval::paired_p(&differences)))
}

/// See `etude.stats.transfer_ratio`.
#[pyfunction]
pub fn transfer_ratio(areas: Vec<f64>, control: Vec<f64>) -> PyResult<Estimate> {
    as_many(&areas, &control)?;
    let gains: Vec<f64> = areas.iter().zip(&control).map(|(area, control)| area - control).collect();
    let found = stats::ratio_estimate(&gains, &control);
    found.map(|found| Estimate::of(found, stats::interval::paired_p(&gains))).ok_or_else(|| undefined("control"))
}

/// See `etude.stats.forward_transfer`.
#[pyfunction]
pub fn forward_transfer(areas: Vec<f64>, control: Vec<f64>) -> PyResult<Estimate> {
    as_many(&areas, &control)?;
    let gains: Vec<f64> = areas.iter().zip(&control).map(|(area, control)| area - control).collect();
    let left: Vec<f64> = control.iter().map(|control| 1.0 - control).collect();
    let found = stats::ratio_estimate(&gains, &left);
    found
        .map(|found| Estimate::of(found, stats::interval::paired_p(&gains)))
        .ok_or_else(|| undefined("what is left to gain"))
}

fn undefined(what: &str) -> PyErr {
    error::EtudeError::new_err(format!("the mean of {what} is 0 or undefined: a ratio to it is not defined"))
}

/// See `etude.stats.probability_of_improvement`.
#[pyfunction]
pub fn probability_of_improvement(ours: Vec<f64>, theirs: Vec<f64>, paired: bool) -> PyResult<Estimate> {
    finite(&ours)?;
    finite(&theirs)?;
    if paired {
        as_many(&ours, &theirs)?;
    }
    let share = stats::comparison::probability_of_improvement(&ours, &theirs, paired).ok_or_else(nothing)?;
    Ok(Estimate::of(share.estimate(), share.p()))
}

/// See `etude.stats.area`.
#[pyfunction]
pub fn area(steps: Vec<u64>, scores: Vec<f64>) -> PyResult<f64> {
    Ok(curve(steps, scores)?.area())
}

/// See `etude.stats.steps_to_criterion`.
#[pyfunction]
pub fn steps_to_criterion(steps: Vec<u64>, scores: Vec<f64>, criterion: f64) -> PyResult<Option<u64>> {
    Ok(curve(steps, scores)?.time_to_criterion(criterion).reached())
}

fn curve(steps: Vec<u64>, scores: Vec<f64>) -> PyResult<Curve> {
    finite(&scores)?;
    if steps.len() != scores.len() || steps.is_empty() {
        let found = format!("{} steps and {} scores; expected as many, at least one", steps.len(), scores.len());
        return Err(error::EtudeError::new_err(found));
    }
    Ok(Curve::new(steps.into_iter().zip(scores).collect()))
}

/// See `etude.stats.holm`.
#[pyfunction]
pub fn holm(p: Vec<f64>) -> PyResult<Vec<f64>> {
    finite(&p)?;
    Ok(stats::family::holm(&p))
}
