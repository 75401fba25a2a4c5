//! Retention of a skill: forgetting, retention, savings in relearning, and interference between skills.
//!
//! A is learned, then B, then A again. Starts are the mean scores of the first evaluations of a block
//! ([`Curve::start`]); gains are starts minus the start of a naive learner.

use crate::stats::arithmetic::ratio;
use crate::stats::curve::Curve;

/// Number of evaluations from the start of a block that count as early.
pub const EARLY_EVALUATIONS: usize = 3;

/// Forgetting: P_A(after A) − P_A(after B), in the unit of the score (Wołczyk et al. 2021). Its negative is the backward
/// transfer of B on A (Lopez-Paz & Ranzato 2017).
pub fn forgetting(after_a: f64, after_b: f64) -> f64 {
    after_a - after_b
}

/// Retention: the fraction of the final performance that is left afterwards.
pub fn retention(after_a: f64, after_b: f64) -> Option<f64> {
    ratio(after_b, after_a)
}

/// Savings, trial form: (N1 − N2) / N1 for the steps to criterion in first learning and in relearning (Ebbinghaus 1885).
pub fn savings_in_steps(first: f64, again: f64) -> Option<f64> {
    ratio(first - again, first)
}

/// Savings, early form: early performance in relearning minus early performance in first learning (Krakauer, Ghez &
/// Ghilardi 2005).
pub fn early_savings(first: &Curve, again: &Curve) -> f64 {
    again.start(EARLY_EVALUATIONS) - first.start(EARLY_EVALUATIONS)
}

/// Savings, rate form: k2 / k1 − 1 for the rates of exponentials through both curves ([`exponential_rate`]).
pub fn savings_in_rate(first: &Curve, again: &Curve) -> Option<f64> {
    ratio(exponential_rate(again)?, exponential_rate(first)?).map(|ratio| ratio - 1.0)
}

/// Anterograde interference: 1 − L_B|A / L_B|naive, the fraction of early performance on B that is lost by having
/// learned A. Negative values mean that A helped.
pub fn anterograde_interference(after_a: &Curve, naive: &Curve) -> Option<f64> {
    ratio(after_a.start(EARLY_EVALUATIONS), naive.start(EARLY_EVALUATIONS)).map(|share| 1.0 - share)
}

/// Retrograde interference: 1 − (gain of relearning A after B) / (gain of relearning A after rest), the fraction of the
/// savings lost by B (Krakauer, Ghez & Ghilardi 2005).
pub fn retrograde_interference(naive: &Curve, after_b: &Curve, after_rest: &Curve) -> Option<f64> {
    ratio(early_savings(naive, after_b), early_savings(naive, after_rest)).map(|share| 1.0 - share)
}

/// Rate k, per env step, of the least-squares exponential a + b exp(−k t). `None` where the curve does not determine
/// it: fewer than four points, no change, or a best rate beyond the resolution of the evaluations.
pub fn exponential_rate(curve: &Curve) -> Option<f64> {
    /// Rates tried, in units of the inverse length of the curve; slower ones are straight lines.
    const RATES: std::ops::Range<f64> = 0.1..100.0;
    const COARSE: usize = 40;
    const FINE: usize = 30;
    let points = curve.points();
    let start = points.first()?.0;
    let length = (curve.budget() - start) as f64;
    let mean = curve.points().iter().map(|point| point.1).sum::<f64>() / points.len() as f64;
    let spread: f64 = points.iter().map(|point| (point.1 - mean).powi(2)).sum();
    if points.len() < 4 || length == 0.0 || spread < 1e-12 {
        return None;
    }
    // For a given rate, a and b are a linear regression.
    let misfit = |log_rate: f64| {
        let rate = log_rate.exp() / length;
        let decay = |steps: u64| (-rate * (steps - start) as f64).exp();
        let centre = points.iter().map(|point| decay(point.0)).sum::<f64>() / points.len() as f64;
        let (mut product, mut square) = (0.0, 0.0);
        for &(steps, score) in points {
            product += (decay(steps) - centre) * (score - mean);
            square += (decay(steps) - centre).powi(2);
        }
        spread - product * product / square
    };
    let (slowest, fastest) = (RATES.start.ln(), RATES.end.ln());
    let spacing = (fastest - slowest) / COARSE as f64;
    let best = (0..=COARSE).map(|index| slowest + spacing * index as f64).min_by(|a, b| {
        let (a, b) = (misfit(*a), misfit(*b));
        a.total_cmp(&b)
    })?;
    if best <= slowest || best >= fastest {
        return None;
    }
    // Golden-section search between the neighbours of the best grid point (Kiefer 1953).
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (best - spacing, best + spacing);
    for _ in 0..FINE {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if misfit(left) < misfit(right) { high = right } else { low = left }
    }
    Some(((low + high) / 2.0).exp() / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(scores: &[f64]) -> Curve {
        Curve::new(scores.iter().enumerate().map(|(index, &score)| (index as u64 * 1000, score)).collect())
    }

    fn exponential(rate: f64) -> Curve {
        Curve::new((0..21).map(|index| (index * 1000, 0.9 - 0.8 * (-rate * (index * 1000) as f64).exp())).collect())
    }

    fn close(found: Option<f64>, expected: f64, within: f64) {
        assert!(found.is_some_and(|found| (found - expected).abs() < within), "{found:?} against {expected}");
    }

    #[test]
    fn measures_are_those_worked_out_by_hand() {
        assert!((forgetting(0.9, 0.3) - 0.6).abs() < 1e-12);
        close(retention(0.8, 0.2), 0.25, 1e-12);
        close(savings_in_steps(40_000.0, 10_000.0), 0.75, 1e-12);
        let (naive, after_b, after_rest) = (curve(&[0.0, 0.1, 0.2]), curve(&[0.1, 0.3, 0.5]), curve(&[0.7, 0.7, 0.7]));
        assert!((early_savings(&naive, &after_b) - 0.2).abs() < 1e-12);
        close(anterograde_interference(&naive, &after_b), 1.0 - 1.0 / 3.0, 1e-12);
        // Gains of 0.2 and 0.6.
        close(retrograde_interference(&naive, &after_b, &after_rest), 2.0 / 3.0, 1e-12);
    }

    #[test]
    fn the_rate_of_an_exponential_is_found() {
        close(exponential_rate(&exponential(2.5e-4)), 2.5e-4, 1e-7);
        close(savings_in_rate(&exponential(2.5e-4), &exponential(5e-4)), 1.0, 1e-3);
    }

    #[test]
    fn curves_without_a_rate_have_none() {
        assert_eq!(exponential_rate(&curve(&[0.5; 10])), None);
        assert_eq!(exponential_rate(&curve(&[0.0, 1.0])), None);
        assert_eq!(exponential_rate(&Curve::default()), None);
        assert_eq!(exponential_rate(&curve(&[0.0, 0.1, 0.2, 0.3, 0.4, 0.5])), None, "a straight line");
        assert_eq!(exponential_rate(&curve(&[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])), None, "done within one interval");
    }

    #[test]
    fn what_is_not_defined_is_none() {
        assert_eq!(retention(0.0, 0.5), None);
        assert_eq!(savings_in_steps(0.0, 10.0), None);
        assert_eq!(anterograde_interference(&curve(&[0.5]), &curve(&[0.0])), None);
    }
}
