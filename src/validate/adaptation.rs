//! Adaptation to a force field: learning and after-effects, its two processes, spontaneous recovery, and savings.

use super::session::{CYCLE, Lesson, Session, Trial, binned, cohort, middles};
use super::{Band, Outcome, Setting};
use crate::catalog::AgentBlueprint;
use crate::stats::curve::mean_curve;
use crate::stats::retention::{early_savings, savings_in_rate, savings_in_steps};
use crate::stats::{Curve, mean, paired_estimate};
use anyhow::Result;
use etude_agents::two_state::{self, Course, fit_probes};

/// Strength of the built-in curl fields, in N·s/m.
const CURL: f64 = 13.0;
/// Trials of an after-effect, and of naive performance.
const FIRST: usize = 3;

/// All trials of a task of every subject.
fn run(setting: &Setting<'_>, agent: &AgentBlueprint, task: &str, trials: usize) -> Result<Vec<Vec<Trial>>> {
    let task = setting.catalog.tasks.task(task)?;
    cohort(setting, |subject| Session::new(agent, &task, subject)?.trials(trials, Lesson::Learnt))
}

fn deviations(trials: &[Trial]) -> Vec<f64> {
    trials.iter().map(|trial| trial.deviation).collect()
}

/// V1. Blocks of 50 trials without, 200 with and 50 without the field. Deviations are means over the first three trials of
/// a block, and over the last eight of the field's; ratios are those of the cohort's means.
pub fn adaptation(setting: &Setting<'_>) -> Result<Outcome> {
    const FIELD: usize = 50;
    const WASHOUT: usize = 250;
    const ALL: usize = 300;
    let groups = [
        ("curl field", run(setting, &setting.agent, "reaching/adaptation-v0", ALL)?),
        ("opposite field", run(setting, &setting.agent, "reaching/adaptation-opposite-v0", ALL)?),
        ("no field", run(setting, &setting.agent, "reaching/null-v0", ALL)?),
    ];
    let part = |group: usize, from: usize, count: usize| -> Vec<f64> {
        groups[group].1.iter().map(|trials| mean(&deviations(&trials[from..from + count]))).collect()
    };
    let (naive, after) = (part(0, FIELD, FIRST), part(0, WASHOUT, FIRST));
    let (naive_size, after_size) = (mean(&naive).abs(), mean(&after).abs());
    let absolute = |trials: &[Trial]| mean(&trials.iter().map(|trial| trial.deviation.abs()).collect::<Vec<_>>());
    let last = groups[0].1.iter().map(|trials| absolute(&trials[WASHOUT - CYCLE..WASHOUT])).collect::<Vec<_>>();
    let opposite = naive.iter().zip(&after).filter(|(naive, after)| *naive * *after < 0.0).count();
    let control = part(2, WASHOUT, FIRST);
    let mirrored = part(1, WASHOUT, FIRST);

    let mut outcome = Outcome::titled("Adaptation to a force field", ["trial", "deviation (mm, left positive)"]);
    outcome.line("naive deviation (mm)", naive_size, Band::Within(12.0, 35.0));
    outcome.line("deviation after 200 trials / naive", mean(&last) / naive_size, Band::AtMost(0.35));
    let share = opposite as f64 / naive.len() as f64;
    outcome.line("subjects with an after-effect of opposite sign", share, Band::AtLeast(0.95));
    outcome.line("after-effect / naive", after_size / naive_size, Band::Within(0.4, 1.2));
    outcome.line("control without field / naive", mean(&control).abs() / naive_size, Band::AtMost(0.1));
    let product = (mean(&mirrored) * mean(&after)).signum();
    outcome.line("after-effects of both fields, product of signs", product, Band::AtMost(-1.0));
    let unlike = (mean(&mirrored).abs() / after_size - 1.0).abs();
    outcome.line("difference of their sizes", unlike, Band::AtMost(0.2));
    for (name, subjects) in &groups {
        let courses = subjects.iter().map(|trials| deviations(trials)).collect();
        outcome.course(name, (1..=ALL).map(|trial| trial as f64).collect(), courses);
    }
    Ok(outcome)
}

/// V2. A fifth of the trials are error clamps. One model is fitted to all clamps of all subjects, each of whom went through
/// a schedule of their own; R² is that of the cohort's mean curve in cycles of eight trials.
pub fn two_state(setting: &Setting<'_>) -> Result<Outcome> {
    const BEFORE: usize = 48;
    const FIELD: usize = 304;
    let subjects = run(setting, &setting.agent, "reaching/probe-v0", BEFORE + FIELD)?;
    let course = |trials: &Vec<Trial>| {
        let kind = |trial: &Trial| match trial.clamped {
            true => two_state::Trial::Clamped,
            false => two_state::Trial::Perturbed(trial.strength / CURL),
        };
        let probes = trials.iter().enumerate().filter(|(_, trial)| trial.clamped);
        Course {
            schedule: trials.iter().map(kind).collect(),
            probes: probes.map(|(at, trial)| (at, trial.index)).collect(),
        }
    };
    let courses: Vec<Course> = subjects.iter().map(course).collect();
    let fit = fit_probes(&courses)?;
    let cycles = (BEFORE + FIELD) / CYCLE;
    // Sums of what was seen and expected, and how many, by cycle.
    let mut sums = vec![[0.0; 3]; cycles];
    for course in &courses {
        for (&(trial, seen), expected) in course.probes.iter().zip(course.expected(&fit.model)) {
            let sum = &mut sums[trial / CYCLE];
            *sum = [sum[0] + seen, sum[1] + expected, sum[2] + 1.0];
        }
    }
    let probed: Vec<(f64, [f64; 2])> = sums
        .iter()
        .enumerate()
        .filter(|(_, sum)| sum[2] > 0.0)
        .map(|(cycle, sum)| ((cycle * CYCLE) as f64 + 4.5, [sum[0] / sum[2], sum[1] / sum[2]]))
        .collect();
    let seen: Vec<f64> = probed.iter().map(|(_, [seen, _])| *seen).collect();
    let expected: Vec<f64> = probed.iter().map(|(_, [_, expected])| *expected).collect();

    let mut outcome = Outcome::titled("The course of adaptation", ["trial", "adaptation index"]);
    let (fast, slow) = (fit.model.fast, fit.model.slow);
    outcome.line("R² of the mean curve, by cycles", r_squared(&seen, &expected), Band::AtLeast(0.9));
    outcome.line("R² of single clamps", fit.r_squared, Band::Free);
    outcome.line("retention of the slow process", slow.retention, Band::Within(0.97, 0.999));
    outcome.line("retention of the fast process", fast.retention, Band::Within(0.4, 0.95));
    outcome.line("rate of the fast process", fast.rate, Band::Within(0.05, 0.35));
    outcome.line("rate of the slow process", slow.rate, Band::Within(0.005, 0.06));
    outcome.line("fast rate - slow rate", fast.rate - slow.rate, Band::Above(0.0));
    let at: Vec<f64> = probed.iter().map(|(at, _)| *at).collect();
    outcome.course("measured", at.clone(), vec![seen]);
    outcome.course("two-state model", at, vec![expected]);
    Ok(outcome)
}

/// Share of the variance of `seen` that `expected` explains.
fn r_squared(seen: &[f64], expected: &[f64]) -> f64 {
    let centre = mean(seen);
    let misfit: f64 = seen.iter().zip(expected).map(|(seen, expected)| (seen - expected).powi(2)).sum();
    1.0 - misfit / seen.iter().map(|seen| (seen - centre).powi(2)).sum::<f64>()
}

/// V3. 125 trials of the field, 15 of its opposite, then 150 error clamps. A subject's course is the mean over the last
/// eight clamps, one in each direction.
pub fn recovery(setting: &Setting<'_>) -> Result<Outcome> {
    const BEFORE: usize = 190;
    const CLAMPS: usize = 150;
    let single = setting.catalog.agent("brain-single-rate")?;
    let mut outcome = Outcome::titled("Spontaneous recovery", ["error clamp", "adaptation index"]);
    for (agent, ablated) in [(&setting.agent, false), (&single, true)] {
        let subjects = run(setting, agent, "reaching/recovery-v0", BEFORE + CLAMPS)?;
        let courses: Vec<Vec<f64>> = subjects
            .iter()
            .map(|trials| {
                let index: Vec<f64> = trials[BEFORE..].iter().map(|trial| trial.index).collect();
                index.windows(CYCLE).map(mean).collect()
            })
            .collect();
        // The first course value is at clamp 8.
        let at: Vec<f64> = (CYCLE..=CLAMPS).map(|clamp| clamp as f64).collect();
        let early = |course: &[f64]| course[..=50 - CYCLE].iter().copied().fold(f64::MIN, f64::max);
        let average: Vec<f64> =
            (0..at.len()).map(|index| mean(&courses.iter().map(|course| course[index]).collect::<Vec<_>>())).collect();
        if ablated {
            outcome.line("highest index of the single-rate ablation", early(&average), Band::AtMost(0.03));
        } else {
            // The first clamp is what the opposite field has left.
            let first = mean(&subjects.iter().map(|trials| trials[BEFORE].index).collect::<Vec<_>>());
            outcome.line("index on the first clamp", first, Band::Free);
            let crossed = courses.iter().filter(|course| early(course) > 0.0).count() as f64 / courses.len() as f64;
            outcome.line("subjects that come back to the field's side", crossed, Band::AtLeast(0.9));
            outcome.line("highest index within 50 clamps", early(&average), Band::Within(0.1, 0.45));
            let peak = average.iter().position(|&index| index == early(&average)).unwrap_or(0);
            outcome.line("clamp at which it is highest", at[peak], Band::Within(5.0, 50.0));
            let last = average.last().copied().unwrap_or(0.0);
            outcome.line("index on the last clamps / highest", last / early(&average), Band::AtMost(1.0));
        }
        outcome.course(agent.name(), at, courses);
    }
    Ok(outcome)
}

/// What relearning has saved: of a subject's curves of first learning and of relearning, and of these subjects together.
type Measure<'a> = dyn Fn(&[Curve; 2]) -> Option<f64> + 'a;
type Form<'a> = dyn Fn(&[usize]) -> Option<f64> + 'a;

/// V4. Two blocks of 150 trials in the field, 400 without between: a slow process that keeps 0.98 of what it knows per trial
/// has lost all of it by then, and what is saved is no remnant. Adaptation is 1 - deviation / deviation of an idle agent on
/// the very same trial; trials to criterion are those until two stretches of four in a row are on average beyond a half.
pub fn savings(setting: &Setting<'_>) -> Result<Outcome> {
    const BLOCKS: [usize; 2] = [50, 600];
    const BLOCK: usize = 150;
    const STRETCH: usize = 4;
    const CRITERION: f64 = 0.5;
    let idle = setting.catalog.agent("idle")?;
    let ablation = setting.catalog.agent("brain-fixed-rate")?;
    let unlearned = run(setting, &idle, "reaching/savings-v0", BLOCKS[1] + BLOCK)?;
    let mut outcome = Outcome::titled("Savings after washout", ["trial of the block", "adaptation"]);
    for (agent, ablated) in [(&setting.agent, false), (&ablation, true)] {
        let subjects = run(setting, agent, "reaching/savings-v0", BLOCKS[1] + BLOCK)?;
        let curves: Vec<[Curve; 2]> = subjects
            .iter()
            .zip(&unlearned)
            .map(|(trials, idle)| {
                BLOCKS.map(|from| {
                    let adaptation = |trial: usize| 1.0 - trials[trial].deviation / idle[trial].deviation;
                    let values: Vec<f64> = (from..from + BLOCK).map(adaptation).collect();
                    let at = middles(BLOCK, STRETCH).into_iter().map(|middle| middle as u64);
                    Curve::new(at.zip(binned(&values, STRETCH)).collect())
                })
            })
            .collect();
        let average = |measure: &Measure<'_>, subjects: &[usize]| {
            let values: Vec<f64> = subjects.iter().filter_map(|&subject| measure(&curves[subject])).collect();
            (!values.is_empty()).then(|| mean(&values))
        };
        let steps = |curve: &Curve| {
            let time = curve.time_to_criterion(CRITERION);
            time.reached().unwrap_or(curve.budget()) as f64
        };
        let early = |subjects: &[usize]| average(&|[first, again]| Some(early_savings(first, again)), subjects);
        let saved =
            |subjects: &[usize]| average(&|[first, again]| savings_in_steps(steps(first), steps(again)), subjects);
        // Of the mean course: the mean of ratios of noisy rates is above 1 even where nothing is saved.
        let rate = |subjects: &[usize]| {
            let [first, again] =
                [0, 1].map(|block| mean_curve(subjects.iter().map(|&subject| &curves[subject][block])));
            savings_in_rate(&first, &again)
        };
        let forms: [(&str, &Form<'_>); 3] = [("early", &early), ("trials", &saved), ("rate", &rate)];
        for (form, measure) in forms {
            let found = paired_estimate(curves.len(), measure);
            let name =
                if ablated { format!("{form} form, fixed-rate ablation") } else { format!("savings, {form} form") };
            outcome.line(&name, found.map(|found| found.value), Band::Free);
            let (low, high) = (found.map(|found| found.low), found.map(|found| found.high));
            if ablated {
                outcome.line("  lower end of its interval: none", low, Band::AtMost(0.0));
            } else {
                outcome.line("  lower end of its interval", low, Band::Above(0.0));
            }
            outcome.line("  upper end of its interval", high, Band::Free);
        }
        for (block, name) in ["first", "again"].into_iter().enumerate() {
            let at = curves[0][block].points().iter().map(|point| point.0 as f64).collect();
            let values = |pair: &[Curve; 2]| pair[block].points().iter().map(|point| point.1).collect();
            outcome.course(&format!("{}, {name}", agent.name()), at, curves.iter().map(values).collect());
        }
    }
    Ok(outcome)
}
