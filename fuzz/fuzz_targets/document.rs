//! Documents that a user writes: whatever they say, they are a task, an agent, an experiment, or one line of what is wrong.
#![no_main]

use etude::catalog::Catalog;
use etude::envs::document::Document;
use etude::experiment::Experiment;
use libfuzzer_sys::fuzz_target;
use std::fmt::Display;
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::default);

fuzz_target!(|text: &str| {
    let document = match Document::parse("fuzzed.yaml", text) {
        Ok(document) => document,
        Err(error) => return one_line(&error),
    };
    if let Err(error) = CATALOG.tasks.task_from(&document) {
        one_line(&error);
    }
    if let Err(error) = CATALOG.agent_from(&document) {
        one_line(&error);
    }
    if let Err(error) = Experiment::read(&CATALOG, &document, None) {
        one_line(&error);
    }
    // What is written of a document can be read again.
    let resolved = document.resolved();
    assert_eq!(Document::parse("resolved.yaml", &resolved).expect("it was written").resolved(), resolved);
});

fn one_line(error: &dyn Display) {
    let message = error.to_string();
    assert!(!message.is_empty() && !message.chars().any(char::is_control), "{message:?}");
}
