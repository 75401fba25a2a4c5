//! The examples are whole programs, run as a person would.

use std::path::PathBuf;
use std::process::Command;

/// Examples are built next to the tests.
fn example(name: &str, folder: &std::path::Path, arguments: &[&str]) -> String {
    let mut path: PathBuf = std::env::current_exe().expect("the test's own path");
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let output = Command::new(path).args(arguments).current_dir(folder).output().expect("the example is built");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{name} {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_task_of_ones_own_is_listed_checked_learned_and_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    assert!(example("own_task", folder.path(), &["list", "tasks"]).contains("balance/pole-v0"));
    assert!(example("own_task", folder.path(), &["check", "balance/pole-v0"]).contains("passed"));
    let train = ["train", "balance/pole-v0", "--subjects", "3", "--steps", "40_000", "--out", "run", "--json"];
    let document: serde_json::Value = serde_json::from_str(&example("own_task", folder.path(), &train)).unwrap();
    assert!(document["score_iqm"].as_f64().unwrap() > 0.8, "{document:#}");
    let evaluate = ["evaluate", "run/checkpoints/subject-000.safetensors", "--episodes", "2"];
    assert!(example("own_task", folder.path(), &evaluate).contains("balance/pole-v0"));
}

#[test]
fn an_agent_of_ones_own_is_listed_trained_and_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    assert!(example("own_agent", folder.path(), &["list", "agents"]).contains("climber"));
    let train = ["train", "cycling/flat-v0", "--agent", "climber", "--subjects", "2", "--steps", "20_000"];
    let text = example("own_agent", folder.path(), &[&train[..], &["--out", "run", "--quiet"]].concat());
    assert!(text.contains("climber practising cycling/flat-v0"), "{text}");
    let evaluate = ["evaluate", "run/checkpoints/subject-001.safetensors", "--episodes", "2"];
    assert!(example("own_agent", folder.path(), &evaluate).contains("climber after 20000 steps"));
}

#[test]
fn examples_are_short() {
    for name in ["own_task", "own_agent"] {
        let path = format!("{}/examples/{name}.rs", env!("CARGO_MANIFEST_DIR"));
        let lines = std::fs::read_to_string(path).unwrap().lines().count();
        assert!(lines < 100, "{name} has {lines} lines");
    }
}
