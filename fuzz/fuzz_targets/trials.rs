//! Tables of trials: whatever they say, a trial of them can be begun, or they are one line of what is wrong.
#![no_main]

use etude::envs::document::{Document, to_yaml};
use etude::envs::error::TaskError;
use etude::envs::lane::SoloLane;
use etude::envs::reaching::TrialTable;
use etude::envs::{Registry, Seed};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::default);
static TASK: &str = "task: reaching/fuzzed-v0\nextends: reaching/null-v1\nsummary: Fuzzed.\ncues: 2\nschedule: [{trials: 1}]\n";

fuzz_target!(|text: &str| {
    let table = match TrialTable::parse(text) {
        Ok(table) => table,
        Err(fault) => return assert!(fault.to_string().starts_with("line ")),
    };
    let written = to_yaml(&table).expect("a table can be written");
    let table = Document::parse("fuzzed.csv", &written).expect("and is read again");
    let task = Document::parse("fuzzed.yaml", TASK).expect("it is a document").with_part("schedule[0].trials", &table);
    match REGISTRY.task_from(&task) {
        Ok(task) => {
            let mut lane = SoloLane::new(&task, Seed(1));
            lane.access().begin(1);
            assert!(lane.access().step(&[0.0; 4]).is_ok());
        }
        Err(TaskError::Document(error)) => assert!(!error.to_string().chars().any(char::is_control), "{error:?}"),
        Err(other) => panic!("{other}"),
    }
});
