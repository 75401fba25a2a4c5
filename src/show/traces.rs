//! What was told in the last steps, and how practice went since it has been watched.

use super::messages::{Ended, Frame, Sample};
use std::collections::VecDeque;

/// Steps that traces go back.
pub(super) const BACK: usize = 180;
/// Points of a course of practice; when there are more, every other one is left out.
const COURSE: usize = 400;
/// Episodes over which a recent score is averaged.
const RECENT: usize = 10;

/// What was told, as far as it is shown.
#[derive(Default)]
pub struct Traces {
    samples: VecDeque<Sample>,
    practice: Vec<Practice>,
    task: String,
    since: u64,
}

/// How the practice of one subject went: scores, thinned out evenly when there are many.
#[derive(Default)]
pub(super) struct Practice {
    course: Vec<Ended>,
    recent: VecDeque<f32>,
    every: usize,
    skipped: usize,
}

impl Practice {
    fn add(&mut self, ended: Ended) {
        self.recent.push_back(ended.score);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        self.skipped += 1;
        if self.skipped < self.every.max(1) {
            return;
        }
        self.skipped = 0;
        self.course.push(Ended { score: self.mean(), ..ended });
        if self.course.len() > COURSE {
            let mut index = 0;
            self.course.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.every = self.every.max(1) * 2;
        }
    }

    fn mean(&self) -> f32 {
        self.recent.iter().sum::<f32>() / self.recent.len().max(1) as f32
    }

    /// Mean scores of the last episodes, over practice.
    pub fn course(&self) -> &[Ended] {
        &self.course
    }
}

impl Traces {
    /// Takes in a frame.
    pub fn absorb(&mut self, frame: &Frame) {
        if self.task != frame.task.id {
            self.task.clone_from(&frame.task.id);
            self.practice.clear();
            self.since = frame.shots.iter().map(|shot| shot.steps).min().unwrap_or(0);
        }
        self.practice.resize_with(frame.shots.len(), Practice::default);
        for (practice, shot) in self.practice.iter_mut().zip(&frame.shots) {
            shot.ended.iter().for_each(|&ended| practice.add(ended));
        }
        for sample in &frame.samples {
            self.samples.push_back(sample.clone());
            if self.samples.len() > BACK {
                self.samples.pop_front();
            }
        }
    }

    /// Forgets the brain that was in focus.
    pub fn forget_samples(&mut self) {
        self.samples.clear();
    }

    /// Mean score of a subject's last episodes.
    pub fn recent_score(&self, subject: usize) -> Option<f32> {
        self.practice.get(subject).filter(|practice| !practice.recent.is_empty()).map(Practice::mean)
    }

    /// Env steps that were practised when this task was first seen.
    pub(super) fn since(&self) -> u64 {
        self.since
    }

    /// How practice went, by subject.
    pub(super) fn practice(&self) -> &[Practice] {
        &self.practice
    }

    /// What was told last.
    pub(super) fn last(&self) -> Option<&Sample> {
        self.samples.back()
    }

    /// How many steps have been told of.
    pub(super) fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether no step between those that were told of is missing: at full speed only some are looked at.
    pub(super) fn gapless(&self) -> bool {
        let follows = |(one, next): (&Sample, &Sample)| {
            let ((episode, step), (other, first)) = (one.progress, next.progress);
            (other == episode && first == step + 1) || (other == episode + 1 && first <= 1)
        };
        self.samples.iter().zip(self.samples.iter().skip(1)).all(follows)
    }

    /// A signal over these steps, if the brain has it now.
    pub(super) fn signal(&self, name: &str) -> Option<Vec<f32>> {
        let of = |sample: &Sample| sample.signals.iter().find(|(known, _)| *known == name).map(|&(_, value)| value);
        of(self.samples.back()?)?;
        Some(self.samples.iter().map(|sample| of(sample).unwrap_or(0.0)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_practice_is_thinned_out_and_keeps_its_ends() {
        let mut practice = Practice::default();
        for steps in 0..10_000 {
            practice.add(Ended { steps, score: 1.0, total_reward: 0.0 });
        }
        assert!(practice.course.len() <= COURSE && practice.course.len() > COURSE / 4);
        assert_eq!(practice.course[0].steps, 0);
        assert!(practice.course.last().is_some_and(|last| last.steps > 9_900));
        assert_eq!(practice.mean(), 1.0);
    }

    #[test]
    fn a_missing_step_is_noticed() {
        let traces = |steps: &[(u64, u32)]| {
            let samples = steps.iter().map(|&progress| Sample { progress, ..Sample::default() });
            Traces { samples: samples.collect(), ..Traces::default() }
        };
        assert!(traces(&[(0, 8), (0, 9), (0, 10), (1, 0), (1, 1), (2, 1), (2, 2)]).gapless());
        for gap in [&[(0, 8), (0, 10)][..], &[(0, 8), (1, 2)], &[(0, 8), (2, 1)], &[(0, 8), (0, 8)]] {
            assert!(!traces(gap).gapless(), "{gap:?}");
        }
    }
}
