//! Every field of every document is explained where a user looks for it.

mod common;

use common::{etude, failure, json};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Paths of all leaves of a YAML document, lists as `[]`.
fn leaves(value: &serde_yaml::Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        serde_yaml::Value::Mapping(mapping) => {
            for (key, value) in mapping {
                let key = key.as_str().unwrap_or("?");
                leaves(value, &if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }, found);
            }
        }
        serde_yaml::Value::Sequence(list) if list.iter().any(serde_yaml::Value::is_mapping) => {
            list.iter().for_each(|entry| leaves(entry, &format!("{path}[]"), found));
        }
        _ => {
            found.insert(path.into());
        }
    }
}

/// The explained fields of a document.
fn explained(folder: &Path, name: &str) -> (Value, BTreeSet<String>) {
    let document = json(folder, &["describe", name]);
    let rows = document["fields"].as_array().unwrap_or_else(|| panic!("{name} has no fields")).clone();
    for row in &rows {
        let meaning = row["meaning"].as_str().unwrap();
        assert!(meaning.ends_with(['.', ')']) && meaning.len() > 4, "{name}: {row}");
    }
    let paths = rows.iter().map(|row| row["path"].as_str().unwrap().to_string()).collect();
    (document, paths)
}

#[test]
fn every_field_of_every_task_and_agent_has_a_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let list = json(folder.path(), &["list"]);
    let names = |kind: &str, key: &str| -> Vec<String> {
        list[kind].as_array().unwrap().iter().map(|entry| entry[key].as_str().unwrap().to_string()).collect()
    };
    let mut checked = 0;
    for name in [names("tasks", "task"), names("agents", "agent")].concat() {
        let (document, paths) = explained(folder.path(), &name);
        let mut found = BTreeSet::new();
        leaves(&serde_yaml::from_str(document["yaml"].as_str().unwrap()).unwrap(), "", &mut found);
        for leaf in found {
            // What is read in several forms is explained as a whole: nothing is listed below it.
            let below =
                |path: &str, other: &str| other.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '[']));
            let whole = |path: &String| below(path, &leaf) && !paths.iter().any(|other| below(path, other));
            let known = paths.contains(&leaf) || paths.iter().any(whole);
            assert!(known, "{name}: `{leaf}` is not explained");
            checked += 1;
        }
    }
    assert!(checked > 1_000, "only {checked} fields");
}

#[test]
fn units_and_values_are_told_to_a_person_and_a_file_of_ones_own_is_explained_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("heavy.yaml"),
        "task: cycling/heavy-v0\nextends: cycling/flat-v0\nsummary: Ride.\nrider: {body: {mass: 100}}\n",
    )
    .unwrap();
    let told = |name: &str| {
        let output = etude(folder.path()).args(["describe", name, "--fields"]).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let row = |text: &str, field: &str| -> String {
        text.lines()
            .find(|line| line.split_whitespace().next() == Some(field))
            .unwrap_or_else(|| panic!("{field}"))
            .into()
    };
    let heavy = told("heavy.yaml");
    let mass = row(&heavy, "rider.body.mass");
    assert!(mass.contains(" 100 ") && mass.contains("kg"), "{mass}");
    let rate = row(&told("brain"), "brain.basal_ganglia.policy_rate");
    assert!(rate.contains("1/s") && rate.contains("default 2.4") && rate.contains("at most 1000"), "{rate}");
    let steps = row(&told("flat-to-rough"), "test.steps");
    assert!(steps.contains("150000") && steps.contains("Env steps"), "{steps}");
    let (code, _) = failure(folder.path(), &["describe", "brain", "--fields", "--yaml"]);
    assert_eq!(code, 2);
}
