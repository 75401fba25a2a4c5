//! Adaptation to a force field: learning, after-effect, and the time course as a sum of two processes.

use super::line::{Band, Mechanism, Outcome};
use super::session::{CURL, CYCLE, Trial, run, run_on, scheduled};
use super::setting::Setting;
use crate::stats::mean;
use anyhow::Result;
use etude_agents::two_state::{self, Course, fit_probes};

/// Number of trials of an after-effect, and of naive performance.
const FIRST: usize = 3;

fn deviations(trials: &[Trial]) -> Vec<f64> {
    trials.iter().map(|trial| trial.deviation).collect()
}

fn sizes(trials: &[Trial]) -> Vec<f64> {
    trials.iter().map(|trial| trial.deviation.abs()).collect()
}

/// V1. Blocks of 50 trials without, 200 with and 50 without the field. Sizes of deviations are means of absolute values
/// over subjects and trials. An after-effect is a subject's mean over the first three trials of washout, positive if it
/// is opposite to the naive deviation. The control is the mean absolute value of the subjects' means on the same trials
/// without any field.
pub fn adaptation(setting: &Setting<'_>) -> Result<Outcome> {
    const FIELD: usize = 50;
    const WASHOUT: usize = 250;
    const ALL: usize = 300;
    let groups = [
        ("curl field", run(setting, &setting.agent, "reaching/adaptation-v1", ALL)?),
        ("opposite field", run(setting, &setting.agent, "reaching/adaptation-opposite-v1", ALL)?),
        ("no field", run(setting, &setting.agent, "reaching/null-v1", ALL)?),
    ];
    let by_subject = |group: usize, from: usize, count: usize, of: fn(&[Trial]) -> Vec<f64>| -> Vec<f64> {
        groups[group].1.iter().map(|trials| mean(&of(&trials[from..from + count]))).collect()
    };
    let size = |group: usize, from: usize, count: usize| mean(&by_subject(group, from, count, sizes));
    let after_effects = |group: usize| -> Vec<f64> {
        let naive = by_subject(group, FIELD, FIRST, deviations);
        let after = by_subject(group, WASHOUT, FIRST, deviations);
        naive.iter().zip(after).map(|(naive, after)| -after * naive.signum()).collect()
    };
    let naive = size(0, FIELD, FIRST);
    let after = after_effects(0);
    let signed = [0, 1].map(|group| mean(&by_subject(group, WASHOUT, FIRST, deviations)));
    let opposite = after.iter().filter(|&&after| after > 0.0).count() as f64 / after.len() as f64;

    let title = "Adaptation to a force field";
    let mut outcome = Outcome::titled(title, ["trial", "deviation (mm, left positive)"], Mechanism::Body);
    outcome.mark("in the field", [FIELD + 1, WASHOUT]);
    outcome.line("naive deviation (mm)", naive, Band::Within(12.0, 35.0));
    outcome.tests(Mechanism::FeedbackError);
    let last = size(0, WASHOUT - CYCLE, CYCLE);
    let control: Vec<f64> = by_subject(2, WASHOUT, FIRST, deviations).into_iter().map(f64::abs).collect();
    outcome.line("deviation after 200 trials / naive", last / naive, Band::AtMost(0.35));
    outcome.line("subjects with an after-effect of opposite sign", opposite, Band::AtLeast(0.95));
    outcome.line("after-effect / naive", mean(&after) / naive, Band::Within(0.4, 1.2));
    outcome.line("control without field / naive", mean(&control) / naive, Band::AtMost(0.1));
    let product = (signed[0] * signed[1]).signum();
    outcome.line("after-effects of both fields, product of signs", product, Band::AtMost(-1.0));
    let unlike = (signed[1] / signed[0]).abs() - 1.0;
    outcome.line("difference of their sizes", unlike.abs(), Band::AtMost(0.2));
    for (name, subjects) in &groups {
        let courses = subjects.iter().map(|trials| deviations(trials)).collect();
        outcome.course(name, (1..=ALL).map(|trial| trial as f64).collect(), courses);
    }
    Ok(outcome)
}

/// V2. Every fifth trial is an error clamp, the same for all subjects. The means over subjects on these trials are the
/// cohort's trial curve, to which the model is fitted by least squares.
pub fn two_state(setting: &Setting<'_>) -> Result<Outcome> {
    const ROUND: usize = 5;
    const BEFORE: usize = 10;
    const FIELD: usize = 61;
    let clamp = format!("{{field: curl, strength: {CURL}, clamp: 1}}");
    let before = format!("{{trials: {}}}, {clamp}, ", ROUND - 1).repeat(BEFORE);
    let field = format!("{{trials: {}, field: curl, strength: {CURL}}}, {clamp}, ", ROUND - 1).repeat(FIELD);
    let task = scheduled(setting, &format!("[{before}{field}{{trials: 1}}]"))?;
    let subjects = run_on(setting, &setting.agent, &task, ROUND * (BEFORE + FIELD))?;

    let kind = |trial: &Trial| match trial.clamped {
        true => two_state::Trial::Clamped,
        false => two_state::Trial::Perturbed(trial.strength / CURL),
    };
    let course = |of: &[&Vec<Trial>]| Course {
        schedule: of.first().map(|trials| trials.iter().map(kind).collect()).unwrap_or_default(),
        probes: (ROUND - 1..ROUND * (BEFORE + FIELD))
            .step_by(ROUND)
            .map(|at| (at, mean(&of.iter().map(|trials| trials[at].index).collect::<Vec<_>>())))
            .collect(),
    };
    let cohort = course(&subjects.iter().collect::<Vec<_>>());
    let single: Vec<Course> = subjects.iter().map(|subject| course(&[subject])).collect();

    let title = "The course of adaptation";
    let mut outcome = Outcome::titled(title, ["trial", "adaptation index"], Mechanism::Sites);
    outcome.mark("in the field", [ROUND * BEFORE + 1, ROUND * (BEFORE + FIELD)]);
    let at: Vec<f64> = cohort.probes.iter().map(|(at, _)| (at + 1) as f64).collect();
    // A curve with non-finite values cannot be fitted: all its measures are misses.
    let fit = fit_probes(std::slice::from_ref(&cohort)).ok();
    let of = |value: fn(&two_state::Fit) -> f64| fit.as_ref().map(value);
    outcome.line("R² of the mean curve", of(|fit| fit.r_squared), Band::AtLeast(0.9));
    outcome.line("R² of single clamps", fit_probes(&single).ok().map(|fit| fit.r_squared), Band::Free);
    outcome.line("retention of the slow process", of(|fit| fit.model.slow.retention), Band::Within(0.97, 0.999));
    outcome.line("retention of the fast process", of(|fit| fit.model.fast.retention), Band::Within(0.4, 0.95));
    let retained = of(|fit| fit.model.slow.retention - fit.model.fast.retention);
    outcome.line("slow retention - fast retention", retained, Band::Above(0.0));
    outcome.line("rate of the fast process", of(|fit| fit.model.fast.rate), Band::Within(0.05, 0.35));
    outcome.line("rate of the slow process", of(|fit| fit.model.slow.rate), Band::Within(0.005, 0.06));
    outcome.line("fast rate - slow rate", of(|fit| fit.model.fast.rate - fit.model.slow.rate), Band::Above(0.0));
    let measured = |course: &Course| course.probes.iter().map(|(_, index)| *index).collect();
    outcome.course("measured", at.clone(), single.iter().map(measured).collect());
    if let Some(fit) = fit {
        outcome.course("two-state model", at, vec![cohort.expected(&fit.model)]);
    }
    Ok(outcome)
}
