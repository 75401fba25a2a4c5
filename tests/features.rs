//! Examples and tests are built of the same crates as the program, with the same features: nothing is built twice.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The features of every crate that something is built of, by its name and version; a crate that build scripts use, too, may have
/// two sets of them.
fn features(more: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--prefix", "none", "--format", "{p} [{f}]"])
        .args(more)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let crates = text.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once(" ["));
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    for (name, features) in crates {
        found.entry(name.into()).or_default().insert(features.into());
    }
    found
}

#[test]
fn examples_and_tests_ask_for_no_other_features_than_the_program() {
    let program = features(&["-p", "etude", "--edges", "normal,build"]);
    assert!(program.keys().any(|name| name.starts_with("bevy_ecs ")), "the list of crates is whole");
    // By name, and as `cargo test` builds them.
    for more in [&["-p", "etude"][..], &[]] {
        let with_tests = features(&[more, &["--edges", "normal,build,dev"]].concat());
        assert!(with_tests.keys().any(|name| name.starts_with("proptest ")), "the crates of tests are in the list");
        for (name, features) in &program {
            assert_eq!(with_tests.get(name), Some(features), "{name} is built anew for examples and tests");
        }
    }
}
