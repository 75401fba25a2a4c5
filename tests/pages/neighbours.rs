//! Which experiments lead to a task, and which lead away from it.

use super::markdown::code;
use etude::catalog::Catalog;
use etude::experiment::ExperimentSpec;
use std::collections::BTreeSet;

/// An experiment: its name and question, what it tests on, and what is practised before.
pub struct Study {
    name: String,
    question: String,
    target: String,
    sources: BTreeSet<String>,
}

/// The experiments in which a task is practised or tested.
#[derive(Default)]
pub struct Neighbours {
    /// Lines of a list: those that test on it, and those in which it is practised before another test.
    pub target_of: Vec<String>,
    pub source_of: Vec<String>,
}

/// All experiments that come with the program.
pub fn experiments(catalog: &Catalog) -> Vec<Study> {
    let study = |name: String| {
        let ExperimentSpec { question, test, groups, .. } = catalog.experiment(&name, None).unwrap().spec;
        let practised = groups.0.into_iter().flat_map(|(_, group)| group.practice).map(|block| block.task);
        Study { name, question, target: test.task, sources: practised.collect() }
    };
    catalog.experiment_names().into_iter().map(study).collect()
}

/// Those of a task.
pub fn of(task: &str, studies: &[Study]) -> Neighbours {
    let mut found = Neighbours::default();
    for Study { name, question, target, sources } in studies {
        if target == task {
            let before: Vec<String> = sources.iter().map(|source| code(source)).collect();
            let before = if before.is_empty() { "nothing".into() } else { before.join(", ") };
            found.target_of.push(format!("`{name}`, after practice of {before}: {question}"));
        } else if sources.contains(task) {
            found.source_of.push(format!("`{name}`, tested on `{target}`: {question}"));
        }
    }
    found
}

#[test]
fn experiments_lead_from_their_practice_to_their_test() {
    let studies = experiments(&Catalog::default());
    let lead = |task: &str| of(task, &studies);
    assert!(
        lead("cycling/rough-v0")
            .target_of
            .iter()
            .any(|line| line.starts_with("`flat-to-rough`, after practice of `cycling/flat-v0`, "))
    );
    assert!(
        lead("cycling/flat-v0")
            .source_of
            .iter()
            .any(|line| line.starts_with("`flat-to-rough`, tested on `cycling/rough-v0`: "))
    );
    assert!(lead("fretting/guitar-position-v0").target_of.is_empty());
}
