//! Who is better: the probability that one subject of a group outdoes one of another.

/// Probability that a subject drawn from `ours` does better than one drawn from `theirs`, ties counting half: the
/// Mann–Whitney statistic U / (n m), which is rliable's probability of improvement on one task (Agarwal et al. 2021,
/// section 4.3). 0.5 where there is no difference; `None` of nothing.
pub fn probability_of_improvement(ours: &[f64], theirs: &[f64]) -> Option<f64> {
    let pairs = ours.iter().flat_map(|&our| theirs.iter().map(move |&their| (our, their)));
    share_of_wins(pairs)
}

/// The same among pairs: how often a subject does better in one group than its own twin in the other.
pub fn paired_probability_of_improvement(ours: &[f64], theirs: &[f64]) -> Option<f64> {
    share_of_wins(ours.iter().copied().zip(theirs.iter().copied()))
}

fn share_of_wins(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (mut wins, mut count) = (0.0, 0u64);
    for (ours, theirs) in pairs {
        wins += if ours > theirs {
            1.0
        } else if ours == theirs {
            0.5
        } else {
            0.0
        };
        count += 1;
    }
    (count > 0).then(|| wins / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wins_count_one_and_ties_half() {
        // Of the nine pairs, 3 beats 1, 2 and ties with 3; 2 beats 1 and ties with 2; 1 ties with 1: 3 wins, 3 ties.
        assert_eq!(probability_of_improvement(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), Some(0.5));
        // 5 beats all three, 2 beats 1 and ties with 2: 4.5 of 6.
        assert_eq!(probability_of_improvement(&[5.0, 2.0], &[1.0, 2.0, 3.0]), Some(0.75));
        assert_eq!(probability_of_improvement(&[], &[1.0]), None);
    }

    #[test]
    fn pairs_are_compared_with_their_twins_only() {
        // Two wins, one tie, one loss of four.
        assert_eq!(paired_probability_of_improvement(&[2.0, 4.0, 6.0, 0.0], &[1.0, 3.0, 6.0, 9.0]), Some(0.625));
        assert_eq!(paired_probability_of_improvement(&[], &[]), None);
    }
}
