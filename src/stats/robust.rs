//! Means that are robust to outliers.

/// The interquartile mean: the mean of the middle half of the values, robust to a few outliers yet using more of the
/// data than the median (Agarwal et al. 2021, "Deep reinforcement learning at the edge of the statistical precipice").
/// A quarter of the values is cut from either end; values on the cut count in part. 0 for no values.
///
/// rliable uses scipy's `trim_mean(scores, 0.25)`, which cuts whole values, ⌊n/4⌋ from either end. The two agree if the
/// number of values is a multiple of 4 and differ otherwise: for 0, 1, 2, 6 and 9 rliable gives (1 + 2 + 6) / 3 = 3.0,
/// and this function (0.75 · 1 + 2 + 0.75 · 6) / 2.5 = 2.9.
pub fn interquartile_mean(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cut = sorted.len() as f64 / 4.0;
    let (mut sum, mut weight) = (0.0, 0.0);
    for (index, value) in sorted.iter().enumerate() {
        // The part of [index, index + 1] that lies within [cut, n - cut].
        let share = ((index + 1) as f64).min(sorted.len() as f64 - cut) - (index as f64).max(cut);
        if share > 0.0 {
            sum += share * value;
            weight += share;
        }
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interquartile_mean_is_that_of_the_middle_half() {
        // Worked out by hand: of eight values the middle four count; of six, the middle three with the outer two of the
        // middle four at half weight: (0.5·2 + 3 + 4 + 0.5·5) / 3.
        assert_eq!(interquartile_mean(&[8.0, 1.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0]), 4.5);
        assert!((interquartile_mean(&[1.0, 2.0, 3.0, 4.0, 5.0, 100.0]) - 3.5).abs() < 1e-12);
        assert_eq!(interquartile_mean(&[0.7]), 0.7);
        assert_eq!(interquartile_mean(&[]), 0.0);
    }

    #[test]
    fn values_on_the_cut_count_in_part_where_rliable_drops_or_keeps_them_whole() {
        // What scipy 1.11's `trim_mean(values, 0.25)` gives: the mean without the ⌊n/4⌋ lowest and highest.
        let trim_mean = |values: &[f64]| {
            let cut = values.len() / 4;
            crate::stats::mean(&values[cut..values.len() - cut])
        };
        // By hand: (0.5·0 + 0 + 0 + 0.5·1) / 3 against (0 + 0 + 0 + 1) / 4.
        let six = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0];
        assert!((interquartile_mean(&six) - 1.0 / 6.0).abs() < 1e-12 && trim_mean(&six) == 0.25);
        // (0.75·1 + 2 + 0.75·6) / 2.5 against (1 + 2 + 6) / 3.
        let five = [0.0, 1.0, 2.0, 6.0, 9.0];
        assert!((interquartile_mean(&five) - 2.9).abs() < 1e-12 && trim_mean(&five) == 3.0);
        // A multiple of 4: no value is on the cut.
        let eight = [0.0, 0.0, 0.1, 0.4, 0.5, 0.9, 1.0, 1.0];
        assert!((interquartile_mean(&eight) - trim_mean(&eight)).abs() < 1e-12);
    }

    #[test]
    fn outliers_do_not_move_the_interquartile_mean() {
        assert_eq!(interquartile_mean(&[0.0, 1.0, 1.0, 1e9]), 1.0);
    }
}
