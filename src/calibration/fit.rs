//! Fits the decoder of a task to an agent.

use super::choice::{self, Candidates, Control};
use super::factors::Factors;
use super::recording::Recording;
use super::task::{intuitive, spec_of, with_blocks};
use super::tuning;
use anyhow::{Result, bail};
use etude_agents::Agent;
use etude_envs::Seed;
use etude_envs::cursor::{self, BlockSpec, CursorSpec, LinearSpec, Method, Perturbation};
use etude_envs::task::Blueprint;

/// Number of cycles of targets in a passive block.
const CYCLES: u64 = 20;

/// Number of candidates and control before learning for which perturbations are chosen, as in the experiments with
/// monkeys.
pub const IMPAIRED: Candidates = Candidates { count: 200, wanted: Control { success: 0.4, time: 0.83 } };

/// A fitted decoder and its basis.
pub struct Fit {
    /// The task with the fitted decoder.
    pub spec: CursorSpec,
    /// Factors of the activity, if the decoder is made from them.
    pub factors: Option<Factors>,
}

/// The task suited to an agent: with a decoder fitted to it, if the agent has its own units and the task has a decoder
/// to be fitted. Other tasks are unchanged.
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

/// Fits the decoder of a task to a copy of an agent, without learning. Within- and outside-manifold perturbations are
/// chosen among `candidates`, if there are any.
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

/// Rounds every number to five digits, which exceeds the precision of the fit.
fn round(linear: &mut LinearSpec) {
    let rows = linear.intuitive.iter_mut().chain(linear.within.iter_mut().flatten());
    for row in rows.chain(linear.outside.iter_mut().flatten()).chain([&mut linear.means]) {
        for value in row {
            *value = format!("{value:.4e}").parse().unwrap_or(*value);
        }
    }
}
