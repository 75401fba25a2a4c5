//! Analysis of a run's trials: learning in every phase, savings, generalisation, and the two-state model.

use super::episodes::Episodes;
use super::exponential::Exponential;
use super::phases::{Perturbation, Phase, Place, phases};
use crate::stats::{Estimate, mean, paired_estimate};
use etude_agents::two_state::{self, Course, Fit, TwoState, fit_probes};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Columns of a table used by an analysis, by their position in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Columns {
    /// The measure of learning.
    pub measure: usize,
    /// The block of the schedule.
    pub block: Option<usize>,
    /// The perturbation, for example `field_strength`.
    pub perturbation: Option<usize>,
    /// Whether a trial is an error-clamp trial.
    pub clamped: Option<usize>,
    /// The perturbation that a catch trial left out or a clamp took the place of; NaN in other trials.
    pub replaced: Option<usize>,
    /// Fraction of the perturbation that is compensated for, in error-clamp trials.
    pub index: Option<usize>,
    /// The target.
    pub target: Option<usize>,
}

impl Columns {
    fn clamped(&self, row: &[f64]) -> bool {
        self.clamped.is_some_and(|column| row[column] > 0.5)
    }

    /// The perturbation that a trial replaces, if it is a catch or error-clamp trial.
    fn replaced(&self, row: &[f64]) -> Option<f64> {
        self.replaced.map(|column| row[column]).filter(|size| size.is_finite())
    }

    /// The perturbation that the schedule has for a trial, whether it is replaced or not.
    fn scheduled(&self, row: &[f64]) -> Option<f64> {
        self.replaced(row).or_else(|| self.perturbation.map(|column| row[column]))
    }
}

/// Learning in one phase. Estimates are for the mean over subjects, with intervals over subjects; `None` where
/// undefined.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// The phase.
    pub phase: Phase,
    /// Mean of the first tenth of its trials that count for the measure.
    pub first: Option<Estimate>,
    /// Mean of the last tenth of its trials that count for the measure.
    pub last: Option<Estimate>,
    /// The exponential curve of the mean over subjects: start, asymptote, and time constant in trials.
    pub curve: [Option<Estimate>; 3],
}

/// Savings: the start of learning when a perturbation returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Savings {
    /// Indices of the earlier and the later phase with the same perturbation.
    pub phases: [usize; 2],
    /// Mean of the first tenth of the later phase minus mean of the first tenth of the earlier one.
    pub difference: Option<Estimate>,
}

/// All findings about a run's trials.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// By phase.
    pub phases: Vec<Learned>,
    /// For every phase with an earlier perturbation, compared with its first occurrence.
    pub savings: Vec<Savings>,
    /// The measure in the last phase, by target; empty if there is only one target.
    pub targets: BTreeMap<i64, Option<Estimate>>,
    /// Retention and rate of the fast process, of the slow process, and R² of the mean curve; empty without error clamps.
    pub two_state: Vec<(&'static str, Option<Estimate>)>,
}

/// Analyses the episodes of a cohort. `kinds` are those of the perturbation of each trial, as far as they are known.
pub fn findings(episodes: &Episodes, columns: &Columns, kinds: &[Option<&'static str>]) -> Findings {
    let place = |trial: usize, row: &[f64]| {
        let strength = columns.scheduled(row).filter(|size| size.is_finite());
        let kind = kinds.get(trial).copied().flatten();
        Place {
            block: columns.block.map(|column| row[column]).filter(|block| block.is_finite()),
            perturbation: strength.map(|strength| Perturbation { kind, strength }),
            left_out: columns.clamped(row) || columns.replaced(row).is_some(),
        }
    };
    let found = phases(episodes, place);
    let cohort = Cohort::new(episodes, *columns);
    let learned: Vec<Learned> = found.iter().map(|phase| cohort.learned(phase)).collect();
    let savings = (1..found.len()).filter_map(|later| {
        let own = &found[later];
        let met = own.perturbation.filter(|met| met.strength != 0.0 && !own.left_out)?;
        // What goes on from block to block, or after a channel, is not met again.
        let mut before = found[..later].iter().enumerate().filter(|(_, phase)| !phase.left_out);
        let goes_on = before.clone().next_back().is_some_and(|(_, last)| last.perturbation == Some(met));
        let (earlier, _) = before.find(|(_, phase)| phase.perturbation == Some(met)).filter(|_| !goes_on)?;
        let [before, now] = [earlier, later].map(|index| cohort.tenth(&found[index], false));
        let difference = |sample: &[usize]| Some(mean_of(&now, sample)? - mean_of(&before, sample)?);
        Some(Savings { phases: [earlier, later], difference: paired_estimate(episodes.len(), difference) })
    });
    let mut known = kinds.iter().flatten();
    let mixed = known.next().is_some_and(|first| known.any(|other| other != first));
    Findings {
        savings: savings.collect(),
        targets: found.last().map(|last| cohort.by_target(last)).unwrap_or_default(),
        // One scale for all: of fields of one kind.
        two_state: if mixed { Vec::new() } else { cohort.two_state() },
        phases: learned,
    }
}

/// Mean over the chosen subjects that have a finite value.
fn mean_of(values: &[f64], sample: &[usize]) -> Option<f64> {
    let chosen: Vec<f64> = sample.iter().map(|&index| values[index]).filter(|value| value.is_finite()).collect();
    (!chosen.is_empty()).then(|| mean(&chosen))
}

struct Cohort<'a> {
    episodes: &'a Episodes,
    columns: Columns,
    /// Whether the measure is one of channels: it has no value outside of them.
    of_channels: bool,
}

impl<'a> Cohort<'a> {
    fn new(episodes: &'a Episodes, columns: Columns) -> Self {
        let mut measured = episodes.iter().flatten().filter(|row| row[columns.measure].is_finite()).peekable();
        let of_channels = measured.peek().is_some() && measured.all(|row| columns.clamped(row));
        Self { episodes, columns, of_channels }
    }

    /// Whether a trial counts for the measure: catch and error-clamp trials, which do not have the perturbation of their
    /// phase, count only for the measures of channels.
    fn counts(&self, row: &[f64]) -> bool {
        let replaced = self.columns.replaced(row).is_some_and(|size| size != 0.0);
        self.of_channels || !(replaced || self.columns.clamped(row))
    }

    /// Every subject's mean of the measure over some trials; NaN if it has none.
    fn values(&self, trials: std::ops::Range<usize>) -> Vec<f64> {
        let of = |subject: &Vec<Vec<f64>>| {
            let rows = subject[trials.clone()].iter().filter(|row| self.counts(row));
            let values: Vec<f64> =
                rows.map(|row| row[self.columns.measure]).filter(|value| value.is_finite()).collect();
            if values.is_empty() { f64::NAN } else { mean(&values) }
        };
        self.episodes.iter().map(of).collect()
    }

    /// Every subject's mean of the measure over the first or last tenth of those trials of a phase that count, of at least one; NaN
    /// without any.
    fn tenth(&self, phase: &Phase, last: bool) -> Vec<f64> {
        let of = |subject: &Vec<Vec<f64>>| {
            let rows = subject[phase.trials.clone()].iter().filter(|row| self.counts(row));
            let values: Vec<f64> =
                rows.map(|row| row[self.columns.measure]).filter(|value| value.is_finite()).collect();
            let length = values.len().div_ceil(10);
            match (values.is_empty(), last) {
                (true, _) => f64::NAN,
                (_, false) => mean(&values[..length]),
                (_, true) => mean(&values[values.len() - length..]),
            }
        };
        self.episodes.iter().map(of).collect()
    }

    fn estimate(&self, phase: &Phase, last: bool) -> Option<Estimate> {
        let values = self.tenth(phase, last);
        paired_estimate(self.episodes.len(), |sample| mean_of(&values, sample))
    }

    fn learned(&self, phase: &Phase) -> Learned {
        let single: Vec<Vec<f64>> = phase.trials.clone().map(|trial| self.values(trial..trial + 1)).collect();
        let fit = |sample: &[usize]| {
            let course: Vec<f64> = single.iter().map(|values| mean_of(values, sample).unwrap_or(f64::NAN)).collect();
            Exponential::fit(&course)
        };
        let of = |value: fn(&Exponential) -> f64| {
            paired_estimate(self.episodes.len(), |sample| fit(sample).as_ref().map(value))
        };
        // Via its logarithm, so that no interval includes negative values.
        let time_constant = of(|fit| fit.time_constant.ln()).and_then(|log| log.map(|log| Some(log.exp())));
        let curve = [of(|fit| fit.start), of(|fit| fit.asymptote), time_constant];
        Learned { first: self.estimate(phase, false), last: self.estimate(phase, true), curve, phase: phase.clone() }
    }

    fn by_target(&self, phase: &Phase) -> BTreeMap<i64, Option<Estimate>> {
        let Some(column) = self.columns.target else { return BTreeMap::new() };
        let mut values: BTreeMap<i64, Vec<Vec<f64>>> = BTreeMap::new();
        for (index, subject) in self.episodes.iter().enumerate() {
            // Directions that are not listed targets have no index.
            let listed = |row: &&Vec<f64>| self.counts(row) && row[column].is_finite();
            for row in subject[phase.trials.clone()].iter().filter(listed) {
                let own = values.entry(row[column] as i64).or_insert_with(|| vec![Vec::new(); self.episodes.len()]);
                own[index].extend(Some(row[self.columns.measure]).filter(|value| value.is_finite()));
            }
        }
        if values.len() < 2 {
            return BTreeMap::new();
        }
        let of = |subjects: Vec<Vec<f64>>| {
            let means: Vec<f64> =
                subjects.iter().map(|values| if values.is_empty() { f64::NAN } else { mean(values) }).collect();
            paired_estimate(means.len(), |sample| mean_of(&means, sample))
        };
        values.into_iter().map(|(target, subjects)| (target, of(subjects))).collect()
    }

    /// The model of Smith, Ghazizadeh & Shadmehr (2006), fitted to what error-clamp trials show, in units of the largest
    /// perturbation. Subjects with the same trials are one curve, their mean. Undefined if it explains nothing.
    fn two_state(&self) -> Vec<(&'static str, Option<Estimate>)> {
        let columns = &self.columns;
        let Columns { clamped: Some(_), index: Some(index), .. } = *columns else { return Vec::new() };
        let trials = self.episodes.iter().map(Vec::len).min().unwrap_or(0);
        let all = || self.episodes.iter().flat_map(|own| &own[..trials]);
        let scheduled = |row: &[f64]| columns.scheduled(row).unwrap_or(f64::NAN);
        let largest = all().map(|row| scheduled(row).abs()).fold(0.0, f64::max);
        if largest == 0.0 || !largest.is_finite() || !all().any(|row| columns.clamped(row)) {
            return Vec::new();
        }
        let kind = |row: &Vec<f64>| match (columns.clamped(row), columns.replaced(row)) {
            (true, _) => two_state::Trial::Clamped,
            (false, Some(_)) => two_state::Trial::Perturbed(0.0),
            (false, None) => two_state::Trial::Perturbed(scheduled(row) / largest),
        };
        let schedules: Vec<Vec<two_state::Trial>> =
            self.episodes.iter().map(|own| own[..trials].iter().map(kind).collect()).collect();
        let course = |subjects: &[usize]| {
            let first = *subjects.first()?;
            let probe = |trial: usize| {
                let row = &self.episodes[first][trial];
                let seen: Vec<f64> = self.episodes.iter().map(|own| own[trial][index]).collect();
                // The index is a fraction of the field that the clamp replaces.
                Some((trial, mean_of(&seen, subjects)? * columns.replaced(row)? / largest))
            };
            let probes = (0..trials).filter(|&trial| columns.clamped(&self.episodes[first][trial])).filter_map(probe);
            Some(Course { probes: probes.collect(), schedule: schedules[first].clone() })
        };
        let fit = |sample: &[usize]| {
            let mut groups: Vec<Vec<usize>> = Vec::new();
            for &subject in sample {
                match groups.iter_mut().find(|group| schedules[group[0]] == schedules[subject]) {
                    Some(group) => group.push(subject),
                    None => groups.push(vec![subject]),
                }
            }
            let courses: Vec<Course> = groups.iter().filter_map(|group| course(group)).collect();
            fit_probes(&courses).ok().filter(|fit| fit.r_squared > 0.0)
        };
        // A fit takes a while, and all parameters ask for the same ones.
        let known: RefCell<BTreeMap<Vec<usize>, Option<Fit>>> = RefCell::default();
        let fit = |sample: &[usize]| *known.borrow_mut().entry(sample.to_vec()).or_insert_with(|| fit(sample));
        let of = |value: fn(&TwoState) -> f64| {
            let estimate = paired_estimate(self.episodes.len(), |sample| fit(sample).map(|fit| value(&fit.model)));
            // Parameters are fractions, and so are the ends of their intervals.
            estimate.map(|Estimate { value, low, high }| Estimate { value, low: low.max(0.0), high: high.min(1.0) })
        };
        let r_squared = fit(&(0..self.episodes.len()).collect::<Vec<_>>()).map(|fit| Estimate::alone(fit.r_squared));
        vec![
            ("retention of the fast process", of(|model| model.fast.retention)),
            ("rate of the fast process", of(|model| model.fast.rate)),
            ("retention of the slow process", of(|model| model.slow.retention)),
            ("rate of the slow process", of(|model| model.slow.rate)),
            ("R² of the mean curve", r_squared),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns {
        measure: 0,
        block: None,
        perturbation: Some(1),
        clamped: Some(2),
        replaced: Some(5),
        index: Some(3),
        target: Some(4),
    };

    /// Subjects who follow the two-state model through a field, washout and the field again, every fifth trial a clamp.
    fn cohort() -> Episodes {
        cohort_with(|_, trial| trial % 5 == 4)
    }

    /// The same with clamps of its own for each subject.
    fn cohort_with(clamped: impl Fn(usize, usize) -> bool) -> Episodes {
        let strength = |trial: usize| [13.0, 0.0, 13.0][trial / 200];
        let subject = |subject: usize| -> Vec<Vec<f64>> {
            let clamped = |trial: usize| clamped(subject, trial);
            let kind = |trial: usize| match clamped(trial) {
                true => two_state::Trial::Clamped,
                false => two_state::Trial::Perturbed(strength(trial) / 13.0),
            };
            let after = TwoState::JOINER_2008.simulate(&(0..600).map(kind).collect::<Vec<_>>());
            let row = |trial: usize| {
                let learned = if trial == 0 { 0.0 } else { after[trial - 1] };
                let off = 0.2 * (subject as f64 - 2.0);
                let deviation = 20.0 * (strength(trial) / 13.0 - learned) + off;
                let clamp = f64::from(u8::from(clamped(trial)));
                // The channel takes the field's place; without a field there is nothing to compensate for.
                let [force, replaced] =
                    if clamped(trial) { [0.0, strength(trial)] } else { [strength(trial), f64::NAN] };
                let index = if replaced > 0.0 { 13.0 * learned / replaced } else { f64::NAN };
                vec![deviation, force, clamp, index, (trial % 8) as f64, replaced]
            };
            (0..600).map(row).collect()
        };
        (0..5).map(subject).collect()
    }

    #[test]
    fn the_model_that_made_the_trials_is_found_again() {
        let found = findings(&cohort(), &COLUMNS, &[]);
        let expected = [0.85, 0.11, 0.998, 0.021, 1.0];
        for ((name, value), expected) in found.two_state.iter().zip(expected) {
            let value = value.unwrap().value;
            assert!((value - expected).abs() < 0.02, "{name}: {value} for {expected}");
        }
    }

    #[test]
    fn subjects_may_have_clamps_of_their_own() {
        let found = findings(&cohort_with(|subject, trial| (trial + 7 * subject) % (4 + subject) == 1), &COLUMNS, &[]);
        let expected = [0.85, 0.11, 0.998, 0.021, 1.0];
        for ((name, value), expected) in found.two_state.iter().zip(expected) {
            let value = value.unwrap().value;
            assert!((value - expected).abs() < 0.02, "{name}: {value} for {expected}");
        }
    }

    #[test]
    fn what_goes_on_in_the_next_block_is_not_met_again() {
        let mut blocks = cohort();
        for own in &mut blocks {
            own.iter_mut().enumerate().for_each(|(trial, row)| row.push((trial / 100) as f64));
        }
        let found = findings(&blocks, &Columns { block: Some(6), ..COLUMNS }, &[]);
        assert_eq!(found.phases.len(), 6);
        assert_eq!(found.savings.iter().map(|savings| savings.phases).collect::<Vec<_>>(), [[0, 4]]);
    }

    #[test]
    fn what_is_measured_in_channels_counts_there_and_all_else_elsewhere() {
        let mut first = cohort();
        // A baseline of ten trials, the fourth and the ninth in a channel that takes the place of the field.
        for own in &mut first {
            let row = |trial: usize| match trial % 5 {
                4 => vec![0.5, 0.0, 1.0, 0.0, 0.0, 13.0],
                _ => vec![1.0, 0.0, 0.0, f64::NAN, 0.0, f64::NAN],
            };
            own.splice(0..0, (0..10).map(row));
        }
        let found = findings(&first, &COLUMNS, &[]);
        assert_eq!(found.phases[0].phase.trials, 0..10, "a channel in a baseline is part of it");
        assert_eq!(found.phases[0].last.unwrap().value, 1.0, "and does not count for the deviation");
        assert_eq!(found.savings.iter().map(|savings| savings.phases).collect::<Vec<_>>(), [[1, 3]]);
        let index = Columns { measure: 3, ..COLUMNS };
        assert_eq!(findings(&first, &index, &[]).phases[0].last.unwrap().value, 0.0);
        // Fields of two kinds have no common scale, and neither is the other one.
        let kinds: Vec<_> = (0..610).map(|trial| Some(if trial < 300 { "curl" } else { "rotation" })).collect();
        let found = findings(&first, &COLUMNS, &kinds);
        assert!(found.savings.is_empty() && found.two_state.is_empty(), "{found:?}");
    }

    #[test]
    fn what_clamps_do_not_tell_is_undefined() {
        let mut flat = cohort();
        flat.iter_mut().flatten().filter(|row| row[3].is_finite()).for_each(|row| row[3] = 0.0);
        let found = findings(&flat, &COLUMNS, &[]);
        assert!(found.two_state.iter().all(|(_, value)| value.is_none()), "{:?}", found.two_state);
    }

    #[test]
    fn catch_trials_belong_to_their_phase_but_not_to_its_curve() {
        let mut caught = cohort();
        // A catch trial in the field: no field, a large deviation to the other side.
        let row = |own: &mut Vec<Vec<f64>>| own[102] = vec![-1000.0, 0.0, 0.0, f64::NAN, 0.0, 13.0];
        caught.iter_mut().for_each(row);
        let (with, without) = (findings(&caught, &COLUMNS, &[]), findings(&cohort(), &COLUMNS, &[]));
        assert_eq!(with.phases.len(), without.phases.len());
        let asymptote = |found: &Findings| found.phases[0].curve[1].unwrap().value;
        assert!((asymptote(&with) - asymptote(&without)).abs() < 0.1, "{} {}", asymptote(&with), asymptote(&without));
    }

    #[test]
    fn phases_savings_and_targets_are_those_of_the_model() {
        let found = findings(&cohort(), &COLUMNS, &[]);
        assert_eq!(found.phases.iter().map(|learned| learned.phase.trials.len()).collect::<Vec<_>>(), [200; 3]);
        let field = &found.phases[0];
        let (first, last) = (field.first.unwrap(), field.last.unwrap());
        assert!(first.value > 10.0 && last.value < 3.0, "{field:?}");
        // The subjects differ by a constant: the interval is that of its mean.
        assert!((last.high - last.low - 2.0 * 2.776 * 0.2 * (2.5f64 / 5.0).sqrt()).abs() < 1e-2, "{last:?}");
        assert!(field.curve[2].unwrap().value < 60.0);
        assert_eq!(found.savings.len(), 1);
        let savings = &found.savings[0];
        assert!(savings.phases == [0, 2] && savings.difference.unwrap().high < 0.0, "{savings:?}");
        assert_eq!(found.targets.len(), 8);
        let mut unlisted = cohort();
        unlisted.iter_mut().flatten().filter(|row| row[4] == 0.0).for_each(|row| row[4] = f64::NAN);
        assert!(
            !findings(&unlisted, &COLUMNS, &[]).targets.contains_key(&0),
            "a direction without a number is no target"
        );
    }
}
