//! Spontaneous recovery after unlearning.

use super::line::{Band, Mechanism, Outcome};
use super::session::{CYCLE, run};
use super::setting::{Part, Setting};
use crate::stats::mean;
use anyhow::Result;

/// Number of trials before the error clamps, and number of clamps.
const BEFORE: usize = 190;
const CLAMPS: usize = 150;
/// Number of clamps within which recovery should occur.
const SOON: usize = 50;
/// Number of final clamps whose mean shows decay.
const LAST: usize = 30;
/// Largest fraction of the peak that may be left by then, frozen before held-out seeds were run: the models of Smith et
/// al. 2006 and Joiner & Smith 2008 leave 0.4 and 0.8 of it.
const DECAYED: f64 = 0.9;

/// V3. 125 trials of the field, 15 of its opposite, then 150 error clamps. A subject's curve is the moving mean over
/// eight clamps, one in each direction; the ablation is the agent without the fast site of its cerebellum.
pub fn recovery(setting: &Setting<'_>) -> Result<Outcome> {
    let single = setting.altered(Part::Cerebellum, "{feedback_error: {fast: {rate: 0}}}")?;
    let title = "Spontaneous recovery";
    let mut outcome = Outcome::titled(title, ["error clamp", "adaptation index"], Mechanism::Sites);
    // The first value of a course is at clamp 8.
    let at: Vec<f64> = (CYCLE..=CLAMPS).map(|clamp| clamp as f64).collect();

    let whole = Clamps::new(setting, &setting.agent)?;
    outcome.line("index on the first clamp", mean(&whole.first), Band::Below(0.0));
    outcome.line("subjects that come back to the field's side", whole.crossed(), Band::AtLeast(0.9));
    let average = whole.average();
    let peak = highest(&average[..=SOON - CYCLE]);
    outcome.line("highest index within 50 clamps", peak, Band::Within(0.1, 0.45));
    let top = average.iter().position(|&index| index == highest(&average)).unwrap_or(0);
    outcome.line("clamp at which it is highest", at[top], Band::Within(5.0, SOON as f64));
    let last = mean(&average[average.len() - LAST..]);
    outcome.line("index on the last clamps / highest", last / highest(&average), Band::AtMost(DECAYED));
    outcome.course(setting.agent.name(), at.clone(), whole.courses);

    let ablated = Clamps::new(setting, &single)?;
    let average = ablated.average();
    let left = highest(&average);
    outcome.line("its index on the first clamp", mean(&ablated.first), Band::Free);
    outcome.line("highest index of the single-rate ablation", left, Band::AtMost(0.03));
    outcome.line("its rise above the first eight clamps", left - average[0], Band::Free);
    outcome.course("without the fast site", at, ablated.courses);
    Ok(outcome)
}

/// Responses of every subject in the clamps.
struct Clamps {
    first: Vec<f64>,
    courses: Vec<Vec<f64>>,
}

impl Clamps {
    fn new(setting: &Setting<'_>, agent: &crate::catalog::AgentBlueprint) -> Result<Clamps> {
        let subjects = run(setting, agent, "reaching/recovery-v1", BEFORE + CLAMPS)?;
        let clamps: Vec<Vec<f64>> =
            subjects.iter().map(|trials| trials[BEFORE..].iter().map(|trial| trial.index).collect()).collect();
        Ok(Clamps {
            first: clamps.iter().map(|index| index[0]).collect(),
            courses: clamps.iter().map(|index| index.windows(CYCLE).map(mean).collect()).collect(),
        })
    }

    /// Fraction of subjects that begin on the opposite field's side and soon are on the field's.
    fn crossed(&self) -> f64 {
        let crosses = |(first, course): (&f64, &Vec<f64>)| *first < 0.0 && highest(&course[..=SOON - CYCLE]) > 0.0;
        let crossed = self.first.iter().zip(&self.courses).filter(|&subject| crosses(subject)).count();
        crossed as f64 / self.courses.len() as f64
    }

    fn average(&self) -> Vec<f64> {
        (0..=CLAMPS - CYCLE).map(|at| mean(&self.courses.iter().map(|course| course[at]).collect::<Vec<_>>())).collect()
    }
}

fn highest(course: &[f64]) -> f64 {
    course.iter().copied().fold(f64::MIN, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_begins_on_the_other_side_can_cross() {
        let course = |late: f64| vec![late; CLAMPS - CYCLE + 1];
        let clamps = Clamps {
            first: vec![-0.2, 0.2, -0.2, -0.1],
            courses: vec![course(0.1), course(0.1), course(-0.1), course(0.3)],
        };
        assert_eq!(clamps.crossed(), 0.5);
        assert!(clamps.average().iter().all(|index| (index - 0.1).abs() < 1e-12));
    }
}
