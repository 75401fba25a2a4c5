//! Repeats: from bars as written to bars as played.

use super::piece::MOST_BARS;

/// The repeat marks of a bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repeats {
    /// Whether a repeated section begins with this bar.
    pub begins: bool,
    /// Number of times that the section ending with this bar is played.
    pub ends: Option<u32>,
    /// Passes in which this bar is played, from 1; empty for all.
    pub endings: Vec<u32>,
}

/// Indices of the bars in the order of playing, from 0.
///
/// # Errors
/// A sentence about repeats without end.
pub fn played(bars: &[Repeats]) -> Result<Vec<usize>, String> {
    let mut order = Vec::with_capacity(bars.len());
    let (mut at, mut start, mut time) = (0, 0, 1);
    while let Some(bar) = bars.get(at) {
        let after_endings = at > start && !bars[at - 1].endings.is_empty() && bar.endings.is_empty();
        if (bar.begins && at != start) || (after_endings && time > 1) {
            (start, time) = (at, 1);
        }
        if !bar.endings.is_empty() && !bar.endings.contains(&time) {
            at += 1;
            continue;
        }
        order.push(at);
        if order.len() > MOST_BARS {
            return Err(format!("has more than {MOST_BARS} bars, repeats played"));
        }
        match bar.ends {
            Some(times) if time < times.max(last_ending(&bars[start..], at - start)) => {
                time += 1;
                at = start;
            }
            Some(_) if bar.endings.is_empty() => {
                at += 1;
                (start, time) = (at, 1);
            }
            _ => at += 1,
        }
    }
    Ok(order)
}

/// The highest number of an ending in a section whose first backward repeat is at `at`.
fn last_ending(section: &[Repeats], at: usize) -> u32 {
    let inside = section.iter().enumerate().take_while(|(index, bar)| *index <= at || !bar.endings.is_empty());
    inside.filter_map(|(_, bar)| bar.endings.iter().max()).max().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars such as `|:1 [1:] [2]`: `|:` and `:|` around a number of endings, if any.
    fn order(bars: &[(bool, &[u32], Option<u32>)]) -> Vec<usize> {
        let bar =
            |&(begins, endings, ends): &(bool, &[u32], Option<u32>)| Repeats { begins, ends, endings: endings.into() };
        played(&bars.iter().map(bar).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn sections_go_round_as_often_as_they_say() {
        assert_eq!(order(&[(false, &[], None), (false, &[], None)]), [0, 1]);
        assert_eq!(order(&[(false, &[], Some(2)), (false, &[], None)]), [0, 0, 1]);
        assert_eq!(order(&[(false, &[], None), (true, &[], Some(3))]), [0, 1, 1, 1]);
        assert_eq!(order(&[(false, &[], Some(1))]), [0]);
    }

    #[test]
    fn endings_are_played_in_their_times() {
        // One and two, then a section of its own.
        let bars = [(true, &[][..], None), (false, &[1], Some(2)), (false, &[2], None), (false, &[], Some(2))];
        assert_eq!(order(&bars), [0, 1, 0, 2, 3, 3]);
        // The first ending for two times, the second for the third; whether or not the last one repeats.
        for end in [None, Some(2)] {
            let bars = [(false, &[][..], None), (false, &[1, 2], Some(2)), (false, &[3], end), (false, &[], None)];
            assert_eq!(order(&bars), [0, 1, 0, 1, 0, 2, 3]);
        }
        // Only a first ending: what follows is the second.
        assert_eq!(order(&[(false, &[], None), (false, &[1], Some(2)), (false, &[], None)]), [0, 1, 0, 2]);
    }

    #[test]
    fn repeats_without_measure_are_refused() {
        let bars = vec![Repeats { begins: true, ends: Some(100), endings: Vec::new() }; MOST_BARS];
        assert!(played(&bars).is_err());
    }
}
