//! Measures of one subject's learning curve: initial and final performance, area under the curve, time to criterion.

use crate::stats::arithmetic::mean;

/// Number of consecutive evaluations that must reach the criterion: a first crossing alone is optimistic.
const IN_A_ROW: usize = 2;
/// Final fraction of a curve that counts as its asymptote.
const ASYMPTOTIC_SHARE: f64 = 0.1;

/// Scores of one subject in evaluations during practice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    points: Vec<(u64, f64)>,
}

impl Curve {
    /// A curve through points of (env steps, score), in any order.
    pub fn new(mut points: Vec<(u64, f64)>) -> Self {
        points.sort_by_key(|point| point.0);
        Self { points }
    }

    /// The points, by steps.
    pub fn points(&self) -> &[(u64, f64)] {
        &self.points
    }

    /// Env steps at the last evaluation; 0 without any.
    pub fn budget(&self) -> u64 {
        self.points.last().map_or(0, |point| point.0)
    }

    /// Mean score of the first `count` evaluations: the initial performance, whose difference between groups is the
    /// jumpstart (Taylor & Stone 2009, section 2.2). 0 without evaluations.
    pub fn start(&self, count: usize) -> f64 {
        mean(&self.scores(..count.min(self.points.len())))
    }

    /// Mean score of the last tenth of the evaluations, at least one: the asymptotic performance (Taylor & Stone 2009).
    /// 0 without evaluations.
    pub fn asymptote(&self) -> f64 {
        let count = ((self.points.len() as f64 * ASYMPTOTIC_SHARE).round() as usize).max(1);
        mean(&self.scores(self.points.len().saturating_sub(count)..))
    }

    /// The score of the last evaluation; 0 without evaluations.
    pub fn last(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.1)
    }

    /// Area under the curve divided by its length, by the trapezoidal rule: the mean score over practice. For a single
    /// point its score; 0 without evaluations.
    pub fn area(&self) -> f64 {
        let span = |ends: &[(u64, f64)]| (ends[1].0 - ends[0].0) as f64;
        let length: f64 = self.points.windows(2).map(span).sum();
        let area: f64 = self.points.windows(2).map(|ends| span(ends) * (ends[0].1 + ends[1].1) / 2.0).sum();
        if length > 0.0 { area / length } else { self.last() }
    }

    /// Time to criterion: the first of two consecutive evaluations with scores at or above it.
    pub fn time_to_criterion(&self, criterion: f64) -> TimeToCriterion {
        let reached = self.points.windows(IN_A_ROW).find(|row| row.iter().all(|point| point.1 >= criterion));
        match reached {
            Some(row) => TimeToCriterion::Reached(row[0].0),
            None => TimeToCriterion::Censored(self.budget()),
        }
    }

    fn scores(&self, range: impl std::slice::SliceIndex<[(u64, f64)], Output = [(u64, f64)]>) -> Vec<f64> {
        self.points.get(range).unwrap_or_default().iter().map(|point| point.1).collect()
    }
}

/// The curve of mean scores of curves with evaluations at the same steps.
pub fn mean_curve<'a>(curves: impl Iterator<Item = &'a Curve> + Clone) -> Curve {
    let shortest = curves.clone().map(|curve| curve.points.len()).min().unwrap_or(0);
    let point = |index: usize| {
        let scores: Vec<f64> = curves.clone().map(|curve| curve.points[index].1).collect();
        let steps = curves.clone().next().map_or(0, |curve| curve.points[index].0);
        (steps, mean(&scores))
    };
    Curve::new((0..shortest).map(point).collect())
}

/// Env steps until a criterion is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeToCriterion {
    /// Reached at this step.
    Reached(u64),
    /// Not reached when practice ended at this step.
    Censored(u64),
}

impl TimeToCriterion {
    /// The step at which the criterion was reached, if it was.
    pub fn reached(self) -> Option<u64> {
        match self {
            TimeToCriterion::Reached(steps) => Some(steps),
            TimeToCriterion::Censored(_) => None,
        }
    }

    /// Steps up to `horizon`; a subject that did not reach the criterion by then counts as `horizon`. If all subjects
    /// were observed for the same time, the mean is the [`restricted_mean`].
    pub fn within(self, horizon: u64) -> f64 {
        self.reached().map_or(horizon, |steps| steps.min(horizon)) as f64
    }

    fn steps(self) -> u64 {
        match self {
            TimeToCriterion::Reached(steps) | TimeToCriterion::Censored(steps) => steps,
        }
    }
}

/// Restricted mean time to criterion: the area under the survival curve (Kaplan & Meier 1958) up to `horizon`, in env
/// steps (Royston & Parmar 2013). Unlike a mean over successful subjects, it includes subjects that never reached the
/// criterion, for as long as they were observed. If all were observed up to the horizon, it is the mean of min(time,
/// horizon). 0 for no subjects.
pub fn restricted_mean(times: &[TimeToCriterion], horizon: u64) -> f64 {
    let mut sorted = times.to_vec();
    // A subject censored at a step was still at risk at that step.
    sorted.sort_by_key(|time| (time.steps(), time.reached().is_none()));
    let (mut survival, mut area, mut from) = (1.0, 0.0, 0);
    for (index, time) in sorted.iter().enumerate() {
        let steps = time.steps().min(horizon);
        area += survival * (steps - from) as f64;
        from = steps;
        if time.reached().is_some_and(|steps| steps < horizon) {
            let at_risk = (sorted.len() - index) as f64;
            survival *= 1.0 - 1.0 / at_risk;
        }
    }
    if times.is_empty() { 0.0 } else { area + survival * (horizon - from) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TimeToCriterion::{Censored, Reached};

    fn curve(scores: &[f64]) -> Curve {
        Curve::new(scores.iter().enumerate().map(|(index, &score)| (index as u64 * 100, score)).collect())
    }

    #[test]
    fn start_end_and_area_are_those_worked_out_by_hand() {
        let curve = curve(&[0.0, 0.2, 0.4, 0.8]);
        assert_eq!(curve.start(1), 0.0);
        assert!((curve.start(2) - 0.1).abs() < 1e-12);
        assert!((curve.start(9) - 0.35).abs() < 1e-12);
        assert_eq!((curve.last(), curve.asymptote(), curve.budget()), (0.8, 0.8, 300));
        // (0.1 + 0.3 + 0.6) / 3.
        assert!((curve.area() - 1.0 / 3.0).abs() < 1e-12);
        // Steps that are not even: (100 · 0.5 + 300 · 1) / 400.
        let uneven = Curve::new(vec![(400, 1.0), (0, 0.0), (100, 1.0)]);
        assert!((uneven.area() - 0.875).abs() < 1e-12);
        // Of twenty evaluations the last two are a tenth.
        let long: Vec<f64> = (0..20).map(f64::from).collect();
        assert_eq!(Curve::new(long.iter().map(|&score| (score as u64, score)).collect()).asymptote(), 18.5);
    }

    #[test]
    fn nothing_has_no_score_and_does_not_panic() {
        let nothing = Curve::default();
        assert_eq!((nothing.start(3), nothing.asymptote(), nothing.area(), nothing.last()), (0.0, 0.0, 0.0, 0.0));
        assert_eq!(nothing.time_to_criterion(0.5), Censored(0));
        assert_eq!(mean_curve([].iter()), nothing);
        assert_eq!(restricted_mean(&[], 10), 0.0);
    }

    #[test]
    fn one_lucky_evaluation_is_no_criterion() {
        assert_eq!(curve(&[0.0, 0.6, 0.1, 0.5, 0.9]).time_to_criterion(0.5), Reached(300));
        assert_eq!(curve(&[0.6, 0.6, 0.0]).time_to_criterion(0.5), Reached(0));
        assert_eq!(curve(&[0.0, 0.6, 0.1, 0.2, 0.9]).time_to_criterion(0.5), Censored(400));
    }

    #[test]
    fn the_restricted_mean_counts_those_who_never_made_it() {
        // All watched to 100: (20 + 40 + 100 + 100) / 4.
        let times = [Reached(20), Censored(100), Reached(40), Censored(100)];
        assert!((restricted_mean(&times, 100) - 65.0).abs() < 1e-12);
        for horizon in [10, 30, 100, 120] {
            let each = times.map(|time| time.within(horizon));
            assert!((restricted_mean(&times, horizon) - mean(&each)).abs() < 1e-12, "{horizon}");
        }
        // One lost at 30 of four: survival 3/4 from 20, then 3/4 · 1/2 from 40 with two at risk:
        // 20 + 0.75 · 20 + 0.375 · 60.
        let times = [Reached(20), Censored(30), Reached(40), Censored(100)];
        assert!((restricted_mean(&times, 100) - 57.5).abs() < 1e-12);
        assert!((restricted_mean(&times, 10) - 10.0).abs() < 1e-12);
    }

    #[test]
    fn the_mean_curve_has_the_mean_scores() {
        let curves = [curve(&[0.0, 1.0]), curve(&[0.5, 0.5, 0.9])];
        assert_eq!(mean_curve(curves.iter()).points(), [(0, 0.25), (100, 0.75)]);
    }
}
