//! Measured profiles: whatever a file holds, it becomes a ground that can be ridden or is one line of what is wrong.
#![no_main]

use etude::envs::cycling::survey::Survey;
use etude::envs::document::{Document, to_yaml};
use etude::envs::error::TaskError;
use etude::envs::lane::SoloLane;
use etude::envs::{Registry, Seed};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::default);

fuzz_target!(|text: &str| {
    // What a file begins with tells its kind here, so that one corpus serves all.
    let name = match text.trim_start().as_bytes() {
        [b'<', ..] => "fuzzed.gpx",
        [b'E', ..] => "fuzzed.erd",
        _ => "fuzzed.csv",
    };
    let survey = match Survey::parse(name, text, 1) {
        Ok(survey) => to_yaml(&survey).expect("numbers and text"),
        Err(error) => return assert!(!error.to_string().chars().any(char::is_control), "{error:?}"),
    };
    let indented: String = survey.lines().map(|line| format!("    {line}\n")).collect();
    let task = format!("task: cycling/fuzzed-v0\nextends: cycling/flat-v0\nsummary: Fuzzed.\nground:\n  profile:\n{indented}");
    let document = Document::parse("fuzzed.yaml", &task).expect("what was read can be read again");
    match REGISTRY.task_from(&document) {
        Ok(task) => {
            drop(task.make().facts());
            let mut lane = SoloLane::new(&task, Seed(1));
            for _ in 0..20 {
                lane.access().step(&[0.0, 1.0, -1.0, -1.0, 0.0]).expect("an action");
            }
        }
        Err(TaskError::Document(error)) => assert!(!error.to_string().chars().any(char::is_control), "{error:?}"),
        Err(other) => panic!("{other}"),
    }
});
