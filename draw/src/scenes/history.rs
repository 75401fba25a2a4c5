//! What was seen in earlier trials, which a scene does not contain.

/// Traces of earlier trials.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Paths of the hand in the last trials: for each, the number of the trial and the positions.
    pub trails: Vec<(u64, Vec<[f32; 2]>)>,
    /// Patterns of activity by target.
    pub patterns: Patterns,
}

/// Mean patterns of activity for each target, as points in a plane, in the current block of trials and in the block
/// before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patterns {
    block: f32,
    now: Vec<Pattern>,
    before: Vec<Pattern>,
}

/// The mean pattern of one target.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pattern {
    target: f32,
    sum: [f32; 2],
    count: f32,
}

/// Largest number of distinct targets; patterns of further ones are ignored.
const MOST: usize = 64;

impl Patterns {
    /// Adds the pattern of one step: block, target, and its position in the plane.
    pub fn absorb(&mut self, [block, target, x, y]: [f32; 4]) {
        if block != self.block {
            self.before = std::mem::take(&mut self.now);
            self.block = block;
        }
        if let Some(pattern) = self.now.iter_mut().find(|pattern| pattern.target == target) {
            pattern.sum = [pattern.sum[0] + x, pattern.sum[1] + y];
            pattern.count += 1.0;
        } else if self.now.len() < MOST {
            self.now.push(Pattern { target, sum: [x, y], count: 1.0 });
        }
    }

    /// Target and mean pattern in the current block.
    pub fn now(&self) -> impl Iterator<Item = (f32, [f32; 2])> {
        means(&self.now)
    }

    /// Target and mean pattern in the previous block.
    pub fn before(&self) -> impl Iterator<Item = (f32, [f32; 2])> {
        means(&self.before)
    }
}

fn means(patterns: &[Pattern]) -> impl Iterator<Item = (f32, [f32; 2])> {
    patterns.iter().map(|pattern| (pattern.target, pattern.sum.map(|sum| sum / pattern.count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_means_by_target_and_a_new_block_keeps_those_of_the_last() {
        let mut patterns = Patterns::default();
        for step in [[0.0, 3.0, 1.0, 2.0], [0.0, 3.0, 3.0, 4.0], [0.0, 5.0, -1.0, 0.0]] {
            patterns.absorb(step);
        }
        let first = vec![(3.0, [2.0, 3.0]), (5.0, [-1.0, 0.0])];
        assert_eq!((patterns.now().collect::<Vec<_>>(), patterns.before().count()), (first.clone(), 0));
        patterns.absorb([1.0, 3.0, 9.0, 9.0]);
        assert_eq!(patterns.now().collect::<Vec<_>>(), [(3.0, [9.0, 9.0])]);
        assert_eq!(patterns.before().collect::<Vec<_>>(), first);
    }
}
