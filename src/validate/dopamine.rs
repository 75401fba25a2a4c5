//! Dopamine in conditioning: the reward prediction error and its adaptive gain.

use super::conditioning::{Conditioning, DELAY, Response, correlation, discount};
use super::line::{Band, Mechanism, Outcome};
use super::session::cohort;
use super::setting::Setting;
use crate::stats::mean;
use anyhow::Result;
use rand::RngExt;

/// The raw control of V8: outcomes span a factor of 10, and so does a response without adaptation. Frozen before it was
/// run.
const RAW_SPAN: Band = Band::Within(8.0, 12.0);
/// Responses to reward are graded, not categorical (Schultz 2016): the sign alone of uniformly distributed errors
/// correlates with them by at most √3/2. Frozen before it was run.
const GRADED: Band = Band::Above(0.95);

/// V7. A cue is followed by a reward of 1; after 300 trials the reward is omitted on some. Then five cues with
/// different reward probabilities.
pub fn prediction_error(setting: &Setting<'_>) -> Result<Outcome> {
    const TRIALS: usize = 300;
    const TESTED: usize = 20;
    const CHANCES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];
    let certain = cohort(setting, |subject| {
        let mut conditioning = Conditioning::new(setting, 1, subject)?;
        let first = conditioning.trial(0, 1.0);
        for _ in 1..TRIALS {
            conditioning.trial(0, 1.0);
        }
        let (mut kept, mut omitted) = (Vec::new(), Vec::new());
        for _ in 0..TESTED {
            kept.push(conditioning.trial(0, 1.0));
            // Omission is tested on a copy, so that the expectation itself remains.
            let mut copy = conditioning.copy();
            omitted.push(copy.trial(0, 0.0));
        }
        let course = |responses: &[Response]| -> Vec<f64> {
            (0..DELAY + 2).map(|step| mean(&responses.iter().map(|one| one.raw[step]).collect::<Vec<_>>())).collect()
        };
        Ok([first.raw, course(&kept), course(&omitted)])
    })?;
    let chances = cohort(setting, |subject| {
        let mut conditioning = Conditioning::new(setting, CHANCES.len(), subject.fan("chances", 0))?;
        let mut seen = vec![[Vec::new(), Vec::new()]; CHANCES.len()];
        for trial in 0..TRIALS * CHANCES.len() {
            let cue = conditioning.any_cue();
            let rewarded = conditioning.draw(CHANCES[cue]);
            let response = conditioning.trial(cue, f32::from(u8::from(rewarded)));
            if trial >= TRIALS * CHANCES.len() / 2 {
                seen[cue][0].push(response.cue());
                if rewarded {
                    seen[cue][1].push(response.outcome());
                }
            }
        }
        Ok(seen.iter().map(|[cue, outcome]| [mean(cue), mean(outcome)]).collect::<Vec<_>>())
    })?;
    let at_step =
        |which: usize, step: usize| mean(&certain.iter().map(|courses| courses[which][step]).collect::<Vec<_>>());
    let by_chance = |kind: usize| -> Vec<f64> {
        (0..CHANCES.len())
            .map(|cue| mean(&chances.iter().map(|subject| subject[cue][kind]).collect::<Vec<_>>()))
            .collect()
    };
    let mut outcome =
        Outcome::titled("Dopamine in conditioning", ["steps since the cue", "dopamine (rewards)"], Mechanism::Dopamine);
    let expected = discount(setting).powi(DELAY as i32);
    outcome.line("at the reward, first trial", at_step(0, DELAY), Band::Free);
    outcome.line("at the cue / discounted reward", at_step(1, 0) / expected, Band::AtLeast(0.8));
    outcome.line("at the expected reward, size", at_step(1, DELAY).abs(), Band::AtMost(0.1));
    let dip = (DELAY - 1..=DELAY + 1).map(|step| at_step(2, step)).fold(f64::MAX, f64::min);
    outcome.line("where the reward is left out", dip, Band::AtMost(-0.8));
    let (cue, reward) = (by_chance(0), by_chance(1));
    outcome.line("cue's response by chance of reward, r²", correlation(&CHANCES, &cue).powi(2), Band::AtLeast(0.95));
    // A cue that is never rewarded has no response to reward.
    let surprise = CHANCES.map(|chance| 1.0 - chance);
    let r_squared = correlation(&surprise[1..], &reward[1..]).powi(2);
    outcome.line("reward's response by surprise, r²", r_squared, Band::AtLeast(0.95));
    let at: Vec<f64> = (0..DELAY + 2).map(|step| step as f64).collect();
    for (name, which) in [("first trial", 0), ("reward expected", 1), ("reward left out", 2)] {
        outcome.course(name, at.clone(), certain.iter().map(|courses| courses[which].clone()).collect());
    }
    Ok(outcome)
}

/// V8. Three cues, each followed by nothing or by its own amount with equal probabilities, as in the experiment.
pub fn adaptive_coding(setting: &Setting<'_>) -> Result<Outcome> {
    const LARGER: [f64; 3] = [0.05, 0.15, 0.5];
    const TRIALS: usize = 100;
    let responses = cohort(setting, |subject| {
        let mut conditioning = Conditioning::new(setting, LARGER.len(), subject)?;
        let mut seen = vec![[Vec::new(), Vec::new(), Vec::new()]; LARGER.len()];
        for trial in 0..2 * TRIALS * LARGER.len() {
            let cue = conditioning.any_cue();
            let larger = conditioning.draw(0.5);
            let response = conditioning.trial(cue, if larger { LARGER[cue] as f32 } else { 0.0 });
            if trial >= TRIALS * LARGER.len() {
                if larger {
                    seen[cue][0].push(response.adapted);
                    seen[cue][1].push(response.outcome());
                } else {
                    seen[cue][2].push(response.adapted);
                }
            }
        }
        Ok(seen.iter().map(|kinds| kinds.each_ref().map(|values| mean(values))).collect::<Vec<_>>())
    })?;
    let by_cue = |kind: usize| -> Vec<f64> {
        (0..LARGER.len())
            .map(|cue| mean(&responses.iter().map(|subject| subject[cue][kind]).collect::<Vec<_>>()))
            .collect()
    };
    let span = |values: &[f64]| {
        values.iter().copied().fold(f64::MIN, f64::max) / values.iter().copied().fold(f64::MAX, f64::min)
    };
    let (adapted, raw) = (by_cue(0), by_cue(1));
    let mut outcome = Outcome::titled("Adaptive coding", ["larger outcome", "response to it"], Mechanism::Gain);
    outcome.line("adapted responses, largest / smallest", span(&adapted), Band::AtMost(1.25));
    for (larger, adapted) in LARGER.iter().zip(&adapted) {
        outcome.line(&format!("adapted response to the larger of 0 and {larger}"), *adapted, Band::Within(0.8, 1.2));
    }
    outcome.line(
        "adapted response to nothing in their place",
        by_cue(2).iter().sum::<f64>() / 3.0,
        Band::Within(-1.2, -0.8),
    );
    outcome.tests(Mechanism::Dopamine);
    outcome.line("raw responses, largest / smallest", span(&raw), RAW_SPAN);
    let kind = |kind: usize| responses.iter().map(|subject| subject.iter().map(|one| one[kind]).collect()).collect();
    outcome.course("adapted", LARGER.to_vec(), kind(0));
    outcome.course("raw (rewards)", LARGER.to_vec(), kind(1));
    Ok(outcome)
}

/// V9. One cue, followed by a uniformly distributed amount around 0.5 with a given spread, in separate groups.
pub fn slope(setting: &Setting<'_>) -> Result<Outcome> {
    const SPREADS: [f64; 3] = [0.05, 0.1, 0.2];
    const TRIALS: usize = 300;
    const EARLY: usize = 5;
    let groups = cohort(setting, |subject| {
        SPREADS
            .iter()
            .enumerate()
            .map(|(group, &spread)| {
                let mut conditioning = Conditioning::new(setting, 1, subject.fan("spread", group as u64))?;
                // Half-width of a uniform distribution with this SD.
                let width = spread * 3f64.sqrt();
                let gains = (0..TRIALS).map(|_| {
                    let reward = 0.5 + width * (2.0 * conditioning.rng.random::<f64>() - 1.0);
                    let response = conditioning.trial(0, reward as f32);
                    (reward, response.adapted, response.adapted / response.outcome())
                });
                Ok(gains.collect::<Vec<_>>())
            })
            .collect::<Result<Vec<_>>>()
    })?;
    let slope = |trials: &[(f64, f64, f64)]| {
        let (centre_x, centre_y) = (mean(&column(trials, 0)), mean(&column(trials, 1)));
        let product: f64 = trials.iter().map(|one| (one.0 - centre_x) * (one.1 - centre_y)).sum();
        product / trials.iter().map(|one| (one.0 - centre_x).powi(2)).sum::<f64>()
    };
    let product = |group: usize| {
        let slopes: Vec<f64> = groups.iter().map(|subject| slope(&subject[group][TRIALS - 100..])).collect();
        mean(&slopes) * SPREADS[group]
    };
    let products: Vec<f64> = (0..SPREADS.len()).map(product).collect();
    let centre = mean(&products);
    let mut outcome = Outcome::titled("Slope of the response", ["trial", "gain (1 / reward)"], Mechanism::Gain);
    for (spread, product) in SPREADS.iter().zip(&products) {
        outcome.line(&format!("slope × SD, SD {spread}"), *product, Band::Free);
    }
    let unlike = products.iter().map(|product| (product / centre - 1.0).abs()).fold(0.0, f64::max);
    outcome.line("largest deviation of slope × SD from their mean", unlike, Band::AtMost(0.15));
    let graded = |trials: &Vec<(f64, f64, f64)>| {
        let last = &trials[TRIALS - 100..];
        correlation(&column(last, 0), &column(last, 1))
    };
    let r = mean(&groups.iter().flat_map(|subject| subject.iter().map(graded)).collect::<Vec<_>>());
    outcome.line("correlation of the response with the reward", r, GRADED);
    // Distance of the gain from its asymptote, early and late.
    let error = |range: std::ops::Range<usize>| {
        let one = |trials: &Vec<(f64, f64, f64)>| {
            let final_gain = mean(&column(&trials[TRIALS - 100..], 2));
            mean(&trials[range.clone()].iter().map(|trial| (trial.2 / final_gain - 1.0).abs()).collect::<Vec<_>>())
        };
        mean(&groups.iter().flat_map(|subject| subject.iter().map(one)).collect::<Vec<_>>())
    };
    let (early, late) = (error(0..EARLY), error(TRIALS - 2 * EARLY..TRIALS));
    outcome.line("error of the gain, first 5 trials / last", early / late, Band::Above(3.0));
    for (group, spread) in SPREADS.iter().enumerate() {
        let gains = groups.iter().map(|subject| column(&subject[group], 2)).collect();
        outcome.course(&format!("SD {spread}"), (1..=TRIALS).map(|trial| trial as f64).collect(), gains);
    }
    Ok(outcome)
}

fn column(trials: &[(f64, f64, f64)], column: usize) -> Vec<f64> {
    trials.iter().map(|trial| [trial.0, trial.1, trial.2][column]).collect()
}
