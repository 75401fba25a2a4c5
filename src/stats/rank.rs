//! Rank correlation.

use super::arithmetic::mean;

/// Spearman's rank correlation, with mean ranks for ties; NaN if either variable is constant.
pub fn rank_correlation(one: &[f64], other: &[f64]) -> f64 {
    let [one, other] = [one, other].map(ranks);
    let centred = |ranks: &[f64]| ranks.iter().map(|rank| rank - mean(ranks)).collect::<Vec<f64>>();
    let (one, other) = (centred(&one), centred(&other));
    let product = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(left, right)| left * right).sum::<f64>();
    product(&one, &other) / (product(&one, &one) * product(&other, &other)).sqrt()
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let below = |value: f64| values.iter().filter(|&&other| other < value).count() as f64;
    let equal = |value: f64| values.iter().filter(|&&other| other == value).count() as f64;
    values.iter().map(|&value| below(value) + (equal(value) + 1.0) / 2.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_that_of_scipy() {
        // scipy.stats.spearmanr([0, 0, 0, 3, 5, 8, 13], [1, 0.2, 3, 2, 7, 5, 9])
        let found = rank_correlation(&[0.0, 0.0, 0.0, 3.0, 5.0, 8.0, 13.0], &[1.0, 0.2, 3.0, 2.0, 7.0, 5.0, 9.0]);
        assert!((found - 0.852_436_714_160_266).abs() < 1e-12, "{found}");
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[9.0, 4.0, 1.0]), -1.0);
        assert!(rank_correlation(&[1.0, 1.0], &[2.0, 3.0]).is_nan());
    }
}
