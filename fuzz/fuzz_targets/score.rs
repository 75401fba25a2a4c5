//! Scores: whatever they say, they can be played or are one line of what is wrong.
#![no_main]

use etude::envs::Registry;
use etude::envs::document::Document;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::default);

fuzz_target!(|text: &str| {
    // A score stands in its task's document.
    let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
    let task =
        format!("task: fretting/fuzzed-v0\nextends: fretting/riff-v0\nsummary: Fuzzed.\nmusic:\n  score:\n{indented}");
    let read = Document::parse("fuzzed.yaml", &task).and_then(|document| {
        REGISTRY.task_from(&document).map(|task| drop(task.make())).map_err(|error| match error {
            etude::envs::error::TaskError::Document(error) => error,
            other => panic!("{other}"),
        })
    });
    if let Err(error) = read {
        assert!(!error.to_string().chars().any(char::is_control), "{error:?}");
    }
});
