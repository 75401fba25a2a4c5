//! What the agents' signals did over practice and test, from `signals.csv`.

use crate::experiment::ExperimentSpec;
use crate::report::curves::Line;
use crate::stats::mean;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;

const COLUMNS: &str = "group,block,subject,steps,signal,value";
/// Stretches of steps over which a signal is averaged.
const STRETCHES: i64 = 40;

/// A signal that is shown.
pub struct Shown {
    /// Its name in `signals.csv`.
    pub signal: &'static str,
    /// What is drawn.
    pub axis: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Whether its size is shown in place of itself, which is about 0 in the mean.
    size: bool,
}

/// The signals that are shown, where the agent has them.
pub const SHOWN: [Shown; 4] = [
    Shown {
        signal: "dopamine",
        axis: "size of dopamine",
        meaning: "Dopamine is the error in predicting reward; its size falls as reward comes to be expected.",
        size: true,
    },
    Shown {
        signal: "climbing_fibre",
        axis: "climbing fibre",
        meaning: "Climbing fibres carry the error from which the cerebellum learns.",
        size: false,
    },
    Shown {
        signal: "cerebellar_share",
        axis: "cerebellar share",
        meaning: "The share of the motor command that comes from the cerebellum.",
        size: false,
    },
    Shown { signal: "trust", axis: "trust", meaning: "How far the cerebellum trusts its own prediction.", size: false },
];

/// Values by signal, group, stretch of steps and subject.
type Values = BTreeMap<usize, BTreeMap<usize, BTreeMap<i64, BTreeMap<u64, Vec<f64>>>>>;

/// Signals over steps: for each signal the position in [`SHOWN`] and a line per group, 0 being the start of the test. A
/// line is the median over subjects, its band their middle half.
///
/// # Errors
/// A table of another kind, of other groups, or that is damaged.
pub fn read(spec: &ExperimentSpec, text: &str) -> Result<Vec<(usize, Vec<Line>)>> {
    let longest = spec.groups.0.iter().map(|(_, group)| total(group.practice.iter().map(|block| block.steps))).max();
    let span = longest.unwrap_or(0).saturating_add(spec.test.steps).min(i64::MAX as u64) as i64;
    let stretch = (span / STRETCHES).max(1);
    let mut values = Values::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    if reader.headers()?.iter().collect::<Vec<_>>().join(",") != COLUMNS {
        bail!("signals.csv:1: expected the columns {COLUMNS}");
    }
    for (line, row) in (2..).zip(reader.records()) {
        let row = row.with_context(|| format!("signals.csv:{line}"))?;
        let wrong = |column: &str| anyhow!("signals.csv:{line}: its `{column}` makes no sense");
        let group = spec.groups.0.iter().position(|(name, _)| *name == row[0]).ok_or_else(|| wrong("group"))?;
        let practice = &spec.groups.0[group].1.practice;
        let index = match &row[1] {
            "test" => Some(practice.len()),
            text => text.strip_prefix("practice-").and_then(|text| text.parse::<usize>().ok()?.checked_sub(1)),
        };
        let index = index.filter(|&index| index <= practice.len()).ok_or_else(|| wrong("block"))?;
        let subject = row[2].parse::<u64>().map_err(|_| wrong("subject"))?;
        let step =
            row[3].parse::<u64>().ok().and_then(|step| i64::try_from(step).ok()).ok_or_else(|| wrong("steps"))?;
        let value = row[5].parse::<f64>().map_err(|_| wrong("value"))?;
        let Some(signal) = SHOWN.iter().position(|shown| shown.signal == &row[4]) else { continue };
        if !value.is_finite() {
            continue;
        }
        let before = total(practice[index..].iter().map(|block| block.steps)).min(i64::MAX as u64) as i64;
        // A record is made at the end of its step.
        let at = (step - 1).saturating_sub(before).div_euclid(stretch);
        let value = if SHOWN[signal].size { value.abs() } else { value };
        let of_group = values.entry(signal).or_default().entry(group).or_default();
        of_group.entry(at).or_default().entry(subject).or_default().push(value);
    }
    let line = |(group, stretches): (usize, BTreeMap<i64, BTreeMap<u64, Vec<f64>>>)| {
        let point = |(at, subjects): (i64, BTreeMap<u64, Vec<f64>>)| {
            let mut means: Vec<f64> = subjects.values().map(|values| mean(values)).collect();
            means.sort_by(f64::total_cmp);
            ((at as f64 + 0.5) * stretch as f64, [0.25, 0.5, 0.75].map(|share| quantile(&means, share)))
        };
        Line { name: spec.groups.0[group].0.clone(), colour: group, points: stretches.into_iter().map(point).collect() }
    };
    Ok(values.into_iter().map(|(signal, groups)| (signal, groups.into_iter().map(line).collect())).collect())
}

fn total(steps: impl Iterator<Item = u64>) -> u64 {
    steps.fold(0, u64::saturating_add)
}

/// A quantile of sorted values, between neighbours in proportion.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * sorted.len().saturating_sub(1) as f64;
    let value = |index: usize| sorted.get(index).copied().unwrap_or(0.0);
    let low = at.floor() as usize;
    value(low) + (at - at.floor()) * (value((low + 1).min(sorted.len().saturating_sub(1))) - value(low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn spec() -> ExperimentSpec {
        Catalog::default().experiment("flat-to-rough", None).unwrap().spec
    }

    #[test]
    fn steps_are_counted_from_the_start_of_the_test() {
        // Practice of 60,000 and a test of 150,000: stretches of 5,250 steps.
        let text = format!(
            "{COLUMNS}\ntransfer,practice-1,0,1000,dopamine,-1\ntransfer,practice-1,1,1000,dopamine,3\n\
             transfer,test,0,1000,dopamine,0.5\ntransfer,test,0,2000,dopamine,-1.5\ntransfer,test,0,10,other,7\n"
        );
        let found = read(&spec(), &text).unwrap();
        assert_eq!(found.len(), 1);
        let line = &found[0].1[0];
        assert_eq!((found[0].0, line.name.as_str(), line.colour), (0, "transfer", 1));
        // −59,001 / 5,250 is in the stretch −12; the sizes 1 and 3 have the quartiles 1.5, 2, 2.5.
        assert_eq!(line.points, [(-11.5 * 5250.0, [1.5, 2.0, 2.5]), (0.5 * 5250.0, [1.0; 3])]);
    }

    #[test]
    fn damage_is_located() {
        let row = "transfer,test,0,1000,dopamine,1";
        for (wrong, says) in [
            ("a,b\n".to_string(), "signals.csv:1: expected the columns"),
            (format!("{COLUMNS}\n{row}\n{}\n", row.replace("transfer", "nobody")), "signals.csv:3: its `group`"),
            (format!("{COLUMNS}\n{}\n", row.replace("test", "practice-3")), "signals.csv:2: its `block`"),
            (format!("{COLUMNS}\n{}\n", row.replace("1000", "x")), "signals.csv:2: its `steps`"),
            (format!("{COLUMNS}\n{}\n", row.replace(",1", "")), "signals.csv:2"),
            (format!("{COLUMNS}\n{row}x\n"), "signals.csv:2: its `value`"),
        ] {
            let error = format!("{:#}", read(&spec(), &wrong).err().unwrap());
            assert!(error.contains(says), "{error}");
        }
    }
}
