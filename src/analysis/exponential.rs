//! The exponential learning curve: y(t) = asymptote + (start − asymptote) · exp(−t / τ).

/// A curve fitted by least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    /// y(0), the value on the first trial.
    pub start: f64,
    /// The limit for large t.
    pub asymptote: f64,
    /// τ: number of trials after which 63% of the change is complete.
    pub time_constant: f64,
    /// R²: share of the variance of the values that the curve explains.
    pub r_squared: f64,
}

/// Least number of values for a fit of three parameters.
const FEWEST: usize = 6;
/// Shortest time constant that can be distinguished from a step, in trials, and the longest whose asymptote is not a guess, in
/// lengths of the curve.
const SHORTEST: f64 = 0.2;
const LONGEST: f64 = 1.0;
/// Distance from these bounds, as a logarithm, within which a time constant counts as beyond them.
const EDGE: f64 = 0.01;

impl Exponential {
    /// Fits the curve to values on trials 0, 1, …, ignoring non-finite values. For a given τ, start and asymptote
    /// follow from linear regression; τ is found by a grid search over its logarithm and then by golden-section search.
    /// `None` for fewer than six values, for values without variance, and where τ is too short or too long to be
    /// determined.
    pub fn fit(values: &[f64]) -> Option<Exponential> {
        let points: Vec<(f64, f64)> =
            values.iter().enumerate().filter(|(_, y)| y.is_finite()).map(|(t, &y)| (t as f64, y)).collect();
        if points.len() < FEWEST {
            return None;
        }
        let mean = points.iter().map(|point| point.1).sum::<f64>() / points.len() as f64;
        let variance: f64 = points.iter().map(|point| (point.1 - mean).powi(2)).sum();
        if variance <= 1e-24 * (1.0 + mean * mean) {
            return None;
        }
        let cost = |log: f64| solve(&points, log.exp()).map_or(f64::INFINITY, |(_, _, cost)| cost);
        const GRID: usize = 60;
        let (low, high) = (SHORTEST.ln(), (LONGEST * values.len() as f64).ln());
        let width = (high - low) / GRID as f64;
        let grid = (0..=GRID).map(|at| low + width * at as f64);
        let best = grid.min_by(|&one, &other| cost(one).total_cmp(&cost(other)))?;
        let log = golden(cost, (best - width).max(low), (best + width).min(high));
        if log - low < EDGE || high - log < EDGE {
            return None;
        }
        let (start, asymptote, misfit) = solve(&points, log.exp())?;
        Some(Exponential { start, asymptote, time_constant: log.exp(), r_squared: 1.0 - misfit / variance })
    }
}

/// Start, asymptote and sum of squares of the best curve with this time constant.
fn solve(points: &[(f64, f64)], time_constant: f64) -> Option<(f64, f64, f64)> {
    let kept = |t: f64| (-t / time_constant).exp();
    // Regression of y on exp(−t / τ): the intercept is the asymptote, and the slope is start − asymptote.
    let n = points.len() as f64;
    let x_mean = points.iter().map(|&(t, _)| kept(t)).sum::<f64>() / n;
    let y_mean = points.iter().map(|&(_, y)| y).sum::<f64>() / n;
    let (mut xx, mut xy) = (0.0, 0.0);
    for &(t, y) in points {
        xx += (kept(t) - x_mean).powi(2);
        xy += (kept(t) - x_mean) * (y - y_mean);
    }
    let slope = Some(xy / xx).filter(|slope| slope.is_finite())?;
    let asymptote = y_mean - slope * x_mean;
    let misfit = points.iter().map(|&(t, y)| (asymptote + slope * kept(t) - y).powi(2)).sum();
    Some((asymptote + slope, asymptote, misfit))
}

/// Minimum of a unimodal function (Kiefer 1953).
fn golden(cost: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let share = 0.5 * (5f64.sqrt() - 1.0);
    for _ in 0..60 {
        let (left, right) = (high - share * (high - low), low + share * (high - low));
        if cost(left) < cost(right) { high = right } else { low = left }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn noise_moves_the_fit_little() {
        let values: Vec<f64> =
            (0..200).map(|t| 2.0 + 28.0 * (-f64::from(t) / 25.0).exp() + if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let fit = Exponential::fit(&values).unwrap();
        assert!((fit.time_constant - 25.0).abs() < 1.5 && (fit.asymptote - 2.0).abs() < 0.3, "{fit:?}");
        assert!((fit.start - 30.0).abs() < 1.0 && fit.r_squared > 0.95, "{fit:?}");
    }

    #[test]
    fn what_says_nothing_has_no_fit() {
        let line: Vec<f64> = (0..50).map(f64::from).collect();
        let jump: Vec<f64> = (0..50).map(|t| f64::from(u8::from(t > 0))).collect();
        for values in [vec![], vec![1.0; 5], vec![3.0; 100], vec![f64::NAN; 50], line, jump] {
            assert_eq!(Exponential::fit(&values), None);
        }
    }

    proptest! {
        #[test]
        fn a_curve_without_noise_is_found_again(
            start in -50.0..50.0f64, way in 1.0..50.0f64, time_constant in 1.0..60.0f64, gap in 0usize..9,
        ) {
            let mut values: Vec<f64> =
                (0..120).map(|t| start - way + way * (-f64::from(t) / time_constant).exp()).collect();
            values[gap] = f64::NAN;
            let fit = Exponential::fit(&values).unwrap();
            prop_assert!((fit.time_constant / time_constant - 1.0).abs() < 1e-3, "{fit:?}");
            prop_assert!((fit.start - start).abs() < 1e-2 && (fit.asymptote - (start - way)).abs() < 1e-2, "{fit:?}");
        }
    }
}
