//! What the agents' signals did over practice and test, from their logs: read row by row, of any length.

use crate::figure::Line;
use crate::record::{Log, LogBook, SIGNAL_COLUMNS, header};
use crate::transfer::schedule::Schedule;
use crate::transfer::spec::TransferSpec;
use crate::transfer::workers::checkpoint_name;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Stretches of steps over which a signal is averaged.
const STRETCHES: i64 = 40;

/// A signal that is shown.
pub struct Shown {
    /// Its name in the logs.
    pub signal: &'static str,
    /// What is drawn.
    pub axis: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Whether its size is shown in place of itself, which is about 0 in the mean.
    size: bool,
}

/// The signals that are shown, where the agent has them.
pub const SHOWN: [Shown; 7] = [
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
    Shown { signal: "trust", axis: "trust", meaning: "How far the cerebellum is relied on.", size: false },
    Shown {
        signal: "reward_weight",
        axis: "weight of reward",
        meaning: "The share left to reward: how far errors have long failed to bring the reward that is possible.",
        size: false,
    },
    Shown {
        signal: "error_sensitivity",
        axis: "sensitivity to error",
        meaning: "How much is learned from errors like the last ones; 1 in a naive subject.",
        size: false,
    },
    Shown {
        signal: "contexts_known",
        axis: "bodies known",
        meaning: "How many bodies the cerebellum has a model of.",
        size: false,
    },
];

/// Sum and number of values by signal, group, stretch of steps and subject.
type Sums = BTreeMap<usize, BTreeMap<usize, Stretches>>;
type Stretches = BTreeMap<i64, BTreeMap<u64, (f64, f64)>>;

/// Signals over steps: for each signal the position in [`SHOWN`] and a line per group, 0 being the start of the test. A
/// line is the median over subjects, its band their middle half.
///
/// # Errors
/// A log that is missing, of another kind, or damaged.
pub fn read(folder: &Path, spec: &TransferSpec) -> Result<Vec<(usize, Vec<Line>)>> {
    let experiment = &spec.experiment;
    let groups = || experiment.groups.0.iter();
    let longest = groups().map(|(_, group)| total(group.practice.iter().map(|block| block.steps))).max();
    let span = longest.unwrap_or(0).saturating_add(experiment.test.steps).min(i64::MAX as u64) as i64;
    let stretch = (span / STRETCHES).max(1);
    let schedule = Schedule::new(experiment);
    let mut sums = Sums::new();
    for (group, legs) in schedule.groups.iter().enumerate() {
        let practice = &experiment.groups.0[group].1.practice;
        for (place, &leg) in legs.iter().enumerate() {
            let before = total(practice[place.min(practice.len())..].iter().map(|block| block.steps));
            for subject in spec.subjects() {
                let path = LogBook::path(folder, &checkpoint_name(subject, &schedule.legs[leg].name), Log::Signals);
                let name = path.display().to_string();
                let file = match File::open(&path) {
                    // An agent without signals leaves no log, nor does a block that is shorter than the time between records.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                    other => other.with_context(|| format!("cannot read {name}"))?,
                };
                each_row(&name, subject, file, |step, signal, value| {
                    // A record is made at the end of its step.
                    let at = (step - 1).saturating_sub(before.min(i64::MAX as u64) as i64).div_euclid(stretch);
                    let value = if SHOWN[signal].size { value.abs() } else { value };
                    let of_group = sums.entry(signal).or_default().entry(group).or_default();
                    let sum = of_group.entry(at).or_default().entry(subject).or_default();
                    *sum = (sum.0 + value, sum.1 + 1.0);
                })?;
            }
        }
    }
    let line = |(group, stretches): (usize, Stretches)| {
        let point = |(at, subjects): (i64, BTreeMap<u64, (f64, f64)>)| {
            let mut means: Vec<f64> = subjects.values().map(|(sum, count)| sum / count).collect();
            means.sort_by(f64::total_cmp);
            ((at as f64 + 0.5) * stretch as f64, [0.25, 0.5, 0.75].map(|share| quantile(&means, share)))
        };
        let name = experiment.groups.0[group].0.clone();
        Line { name, colour: group, points: stretches.into_iter().map(point).collect() }
    };
    Ok(sums.into_iter().map(|(signal, groups)| (signal, groups.into_iter().map(line).collect())).collect())
}

/// Gives step, position in [`SHOWN`] and value of each row of a subject's log that is shown and finite.
fn each_row(name: &str, subject: u64, log: impl Read, mut give: impl FnMut(i64, usize, f64)) -> Result<()> {
    let mut reader = csv::Reader::from_reader(log);
    let (found, columns) = (reader.headers().with_context(|| format!("{name}:1"))?, header(&SIGNAL_COLUMNS));
    if found.iter().collect::<Vec<_>>().join(",") != columns {
        bail!("{name}:1: expected the columns {columns}");
    }
    let (mut row, mut line) = (csv::StringRecord::new(), 1u64);
    while reader.read_record(&mut row).with_context(|| format!("{name}:{}", line + 1))? {
        line += 1;
        let wrong = |column: &str| anyhow!("{name}:{line}: its `{column}` makes no sense");
        row[0].parse().ok().filter(|&found: &u64| found == subject).ok_or_else(|| wrong("subject"))?;
        let step = row[1].parse::<u64>().ok().and_then(|step| i64::try_from(step).ok()).filter(|&step| step > 0);
        let (step, value) = (step.ok_or_else(|| wrong("steps"))?, row[3].parse::<f64>().map_err(|_| wrong("value"))?);
        if let Some(signal) = SHOWN.iter().position(|shown| shown.signal == &row[2]).filter(|_| value.is_finite()) {
            give(step, signal, value);
        }
    }
    Ok(())
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

    #[test]
    fn steps_are_counted_from_the_start_of_the_test() {
        // Practice of 60,000 and a test of 150,000: stretches of 5,250 steps.
        let experiment = Catalog::default().experiment("flat-to-rough", None).unwrap();
        let mut spec = TransferSpec::new(&experiment, 1000, None);
        spec.experiment.subjects = 2;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("logs")).unwrap();
        for (name, subject, rows) in [
            ("transfer.practice-1", 0, "0,1000,dopamine,-1\n"),
            ("transfer.practice-1", 1, "1,1000,dopamine,3\n"),
            ("transfer.test", 0, "0,1000,dopamine,0.5\n0,2000,dopamine,-1.5\n0,10,other,7\n"),
        ] {
            let path = LogBook::path(folder.path(), &checkpoint_name(subject, name), Log::Signals);
            std::fs::write(path, format!("{}\n{rows}", header(&SIGNAL_COLUMNS))).unwrap();
        }
        let found = read(folder.path(), &spec).unwrap();
        assert_eq!(found.len(), 1);
        let line = &found[0].1[0];
        assert_eq!((found[0].0, line.name.as_str(), line.colour), (0, "transfer", 1));
        // −59,001 / 5,250 is in the stretch −12; the sizes 1 and 3 have the quartiles 1.5, 2, 2.5.
        assert_eq!(line.points, [(-11.5 * 5250.0, [1.5, 2.0, 2.5]), (0.5 * 5250.0, [1.0; 3])]);
    }

    #[test]
    fn damage_is_located() {
        let columns = header(&SIGNAL_COLUMNS);
        let row = "0,1000,dopamine,1";
        for (wrong, says) in [
            ("a,b\n".to_string(), "x.csv:1: expected the columns"),
            (format!("{columns}\n{row}\n1,1000,dopamine,1\n"), "x.csv:3: its `subject`"),
            (format!("{columns}\n{}\n", row.replace("1000", "x")), "x.csv:2: its `steps`"),
            (format!("{columns}\n{}\n", row.replace("1000", "0")), "x.csv:2: its `steps`"),
            (format!("{columns}\n{}\n", row.replace(",dopamine", "")), "x.csv:2"),
            (format!("{columns}\n{row}x\n"), "x.csv:2: its `value`"),
        ] {
            let error = format!("{:#}", each_row("x.csv", 0, wrong.as_bytes(), |_, _, _| {}).err().unwrap());
            assert!(error.contains(says), "{error}");
        }
    }
}
