//! The figures of a transfer experiment.

use crate::figure::{Series, learning_curves};
use crate::run::folder::RunFolder;
use crate::stats::Curve;
use crate::transfer::TransferSpec;
use crate::transfer::results::Results;
use anyhow::Result;

/// Draws the learning curves of all groups in the test, and in each block of practice.
///
/// # Errors
/// A full disk or a folder that cannot be written to.
pub fn write(folder: &RunFolder, spec: &TransferSpec, results: &Results) -> Result<()> {
    let experiment = &spec.experiment;
    let series = |curves: &dyn Fn(usize) -> Vec<Curve>| -> Vec<Series> {
        let all = results.groups.iter().enumerate();
        all.map(|(index, group)| Series { name: group.name.clone(), colour: index, curves: curves(index) })
            .filter(|series| !series.curves.is_empty())
            .collect()
    };
    let title = format!("{}: test on {}", experiment.experiment, experiment.test.task);
    let tests = series(&|group| results.groups[group].tests());
    folder.write("figures/test.svg", learning_curves(&title, &tests)?.as_bytes())?;
    let longest = experiment.groups.0.iter().map(|(_, group)| group.practice.len()).max().unwrap_or(0);
    for block in 0..longest {
        let practised = |group: usize| {
            let has = block < experiment.groups.0[group].1.practice.len();
            if has { results.groups[group].practice(block) } else { Vec::new() }
        };
        let title = format!("{}: practice, block {}", experiment.experiment, block + 1);
        let svg = learning_curves(&title, &series(&practised))?;
        folder.write(&format!("figures/practice-{}.svg", block + 1), svg.as_bytes())?;
    }
    Ok(())
}
