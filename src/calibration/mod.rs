//! Fitting a decoder to a subject, as in the laboratory: its activity is recorded while the cursor goes to the targets by
//! itself, and weights are fitted to what was recorded.
//!
//! | file | contents |
//! |---|---|
//! | `recording.rs` | activity with what was aimed at |
//! | `tuning.rs` | preferred directions and depths of modulation, and the population vector made of them |
//! | `factors.rs` | factor analysis, and the decoder made of it |
//! | `analysis.rs` | what a recording says of a population |
//! | `choice.rs` | permutations that impair control as much as is wanted |
//!
//! A fit follows from the task, the agent as it is, and a seed, to the last bit.

mod analysis;
mod choice;
mod factors;
mod recording;
mod tuning;

pub use analysis::{Difference, Findings, difference, findings};
pub use choice::{Candidates, Control, control};
pub use factors::Factors;
pub use recording::{Recording, Steps};
pub use tuning::{Tuning, tunings};

use anyhow::{Result, bail};
use etude_agents::Agent;
use etude_envs::Seed;
use etude_envs::cursor::{self, BlockSpec, CursorSpec, LinearSpec, Method, Perturbation};
use etude_envs::document::Document;
use etude_envs::task::Blueprint;

/// Cycles of targets in a passive block.
const CYCLES: u64 = 20;

/// A decoder that was fitted, and what it was fitted on.
pub struct Fit {
    /// The task with the decoder in it.
    pub spec: CursorSpec,
    /// The factors of the activity, where the decoder is made of them.
    pub factors: Option<Factors>,
}

/// The settings of a task of the cursor family.
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

/// Control before anything is learned that perturbations are chosen for, as in the experiments with monkeys, where there is a choice.
pub const IMPAIRED: Candidates = Candidates { count: 200, wanted: Control { success: 0.4, time: 0.83 } };

/// The task as it suits an agent: with a decoder fitted to it, where the agent has units of its own and the task a decoder that is
/// to be fitted and not given as numbers. Any other task stays as it is.
///
/// # Errors
/// An agent whose actions are not finite.
pub fn suited(task: &Blueprint, agent: &dyn Agent, seed: Seed) -> Result<Blueprint> {
    if task.spec().family() != "cursor" || agent.units() != task.spec().action.len() {
        return Ok(task.clone());
    }
    let spec = spec_of(task)?;
    if spec.decoder.method == Method::Linear || !spec.decoder.fitted {
        return Ok(task.clone());
    }
    let chosen = |block: &BlockSpec| matches!(block.perturbation, Perturbation::Within | Perturbation::Outside);
    let candidates = spec.schedule.iter().any(chosen).then_some(IMPAIRED);
    Ok(cursor::task(&fit(&spec, agent, seed, candidates)?.spec)?)
}

/// Fits the decoder of a task to an agent, of which a copy is asked; nothing is learned. Perturbations within and outside the manifold
/// are chosen among `candidates`, if there are any.
///
/// # Errors
/// An agent whose actions are not finite.
pub fn fit(spec: &CursorSpec, agent: &dyn Agent, seed: Seed, candidates: Option<Candidates>) -> Result<Fit> {
    let passive = with_blocks(spec, vec![BlockSpec { passive: true, ..intuitive() }]);
    let passive = cursor::task(&passive)?;
    let trials = CYCLES * spec.movement.targets.len() as u64;
    let recording = Recording::new(&passive, agent, seed.fan("passive", 0), trials)?;
    let (linear, factors) = match spec.decoder.method {
        Method::Linear => bail!("{} has a decoder of given weights; expected one to be fitted", spec.task),
        Method::PopulationVector => (tuning::population_vector(&recording, spec), None),
        Method::Factors => {
            let factors = Factors::fit(&recording, spec.decoder.factors as usize);
            (factors.decoder(&recording, spec), Some(factors))
        }
    };
    let mut fitted = spec.clone();
    fitted.decoder.method = Method::Linear;
    fitted.decoder.seed = seed.fan("decoder", 0).0;
    fitted.decoder.linear = Some(linear);
    if let (Some(candidates), Some(factors)) = (candidates, &factors) {
        choice::choose(&mut fitted, factors, agent, seed.fan("candidates", 0), candidates)?;
    }
    if let Some(linear) = &mut fitted.decoder.linear {
        round(linear);
    }
    Ok(Fit { spec: fitted, factors })
}

/// Leaves five digits of every number: more than the fit knows, and short to write down.
fn round(linear: &mut LinearSpec) {
    let rows = linear.intuitive.iter_mut().chain(linear.within.iter_mut().flatten());
    for row in rows.chain(linear.outside.iter_mut().flatten()).chain([&mut linear.means]) {
        for value in row {
            *value = format!("{value:.4e}").parse().unwrap_or(*value);
        }
    }
}
