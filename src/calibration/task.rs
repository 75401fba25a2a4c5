//! Tasks with decoders, and their blocks.

use anyhow::{Result, bail};
use etude_envs::cursor::{BlockSpec, CursorSpec};
use etude_envs::document::Document;
use etude_envs::task::Blueprint;

/// The spec of a task of the cursor family.
///
/// # Errors
/// A task of another family.
pub fn spec_of(task: &Blueprint) -> Result<CursorSpec> {
    if task.spec().family() != "cursor" {
        bail!("{} has no decoder; expected a task of the cursor family", task.spec().id);
    }
    Ok(Document::parse(&task.spec().id, &task.yaml())?.read()?)
}

/// The same task with other blocks.
pub fn with_blocks(spec: &CursorSpec, schedule: Vec<BlockSpec>) -> CursorSpec {
    CursorSpec { schedule, ..spec.clone() }
}

/// A plain block of intuitive control.
pub fn intuitive() -> BlockSpec {
    BlockSpec {
        trials: 1,
        perturbation: Default::default(),
        share: 0.0,
        degrees: 0.0,
        mix: 1.0,
        passive: false,
        night: false,
        targets: None,
    }
}
