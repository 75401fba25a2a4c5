//! Checkpoints: any bytes are one of a subject that can be evaluated, or an error.
#![no_main]

use etude::catalog::Catalog;
use etude::envs::document::Document;
use etude::envs::{Registry, Seed};
use etude::run::checkpoint::Checkpoint;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::default);

fuzz_target!(|bytes: &[u8]| {
    let Ok(checkpoint) = Checkpoint::from_bytes(bytes) else { return };
    let Ok(document) = Document::parse("agent", &checkpoint.agent_yaml) else { return };
    let Ok(agent) = CATALOG.agent_from(&document) else { return };
    let Ok(task) = Registry::default().task("cycling/flat-v0") else { return };
    if let Ok(mut agent) = agent.make(task.spec(), Seed(0)) {
        let _ = agent.load(&checkpoint.state);
    }
});
