//! Choice of permutations of factors and units that impair control by a given amount, among many candidates.

use super::factors::Factors;
use super::task::{intuitive, with_blocks};
use anyhow::Result;
use etude_agents::Agent;
use etude_envs::Seed;
use etude_envs::cursor::{self, BlockSpec, CursorSpec, Perturbation};
use etude_envs::lane::SoloLane;
use etude_envs::task::Blueprint;
use rand::RngExt;

/// Number of candidates, and the required control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidates {
    /// Number of candidates of each kind.
    pub count: usize,
    /// Required control before learning.
    pub wanted: Control,
}

/// How well a cursor is controlled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Control {
    /// Fraction of trials in which the target is acquired.
    pub success: f64,
    /// Mean time to the target as a fraction of the limit; missed targets count as 1.
    pub time: f64,
}

impl Control {
    fn distance(&self, other: &Control) -> f64 {
        (self.success - other.success).abs() + (self.time - other.time).abs()
    }
}

/// Number of trials for the first test of all candidates, and for the second test of the best.
const GLANCE: u64 = 8;
const LOOK: u64 = 64;
/// Number of candidates in the second test.
const BEST: usize = 12;

/// Control by an agent with its noise and without learning.
///
/// # Errors
/// An agent whose actions are not finite.
pub fn control(task: &Blueprint, agent: &dyn Agent, seed: Seed, trials: u64) -> Result<Control> {
    let mut agent = agent.clone_agent();
    let mut lane = SoloLane::new(task, seed);
    let mut action = vec![0.0; task.spec().action.len()];
    let limit = f64::from(task.spec().step_limit);
    let (mut control, mut done, mut steps) = (Control::default(), 0, 0);
    while done < trials {
        agent.act(lane.lane().observation(), true, &mut action);
        let step = lane.access().step(&action)?;
        steps += 1;
        if step.ended() {
            control.success += f64::from(u8::from(step.terminated)) / trials as f64;
            control.time += f64::from(steps) / limit / trials as f64;
            (done, steps) = (done + 1, 0);
        }
    }
    Ok(control)
}

/// Adds perturbations to a fitted decoder.
pub(super) fn choose(
    fitted: &mut CursorSpec,
    factors: &Factors,
    agent: &dyn Agent,
    seed: Seed,
    candidates: Candidates,
) -> Result<()> {
    let Some(linear) = fitted.decoder.linear.clone() else { return Ok(()) };
    // Weight of a unit whose rate is scaled to a variance of 1.
    let spread = factors
        .loadings
        .row_iter()
        .zip(factors.private.iter())
        .map(|(row, private)| (row.norm_squared() + private).sqrt().max(1e-6) as f32);
    let spread: Vec<f32> = spread.collect();
    let within = |order: &[usize]| {
        // For scores, the readout is the decoder times the basis of the scores.
        let readout = readout_of(factors, &linear.intuitive);
        [0, 1].map(|axis| {
            let weight = |unit: usize| {
                let shares =
                    order.iter().enumerate().map(|(row, &factor)| readout[axis][factor] * factors.scores[(row, unit)]);
                shares.sum::<f64>() as f32
            };
            (0..spread.len()).map(weight).collect::<Vec<f32>>()
        })
    };
    let outside = |order: &[usize]| {
        [0, 1].map(|axis| {
            let weight = |(unit, &from): (usize, &usize)| linear.intuitive[axis][from] * spread[from] / spread[unit];
            order.iter().enumerate().map(weight).collect::<Vec<f32>>()
        })
    };
    let best = |kind: Perturbation, count: usize, weights: &dyn Fn(&[usize]) -> [Vec<f32>; 2]| {
        let orders: Vec<Vec<usize>> = (0..candidates.count)
            .map(|index| shuffled(count, seed.fan("order", 1000 * kind as u64 + index as u64)))
            .collect();
        let measure = |order: &[usize], trials: u64| -> Result<f64> {
            let mut spec = with_blocks(fitted, vec![BlockSpec { perturbation: kind, ..intuitive() }]);
            if let Some(linear) = &mut spec.decoder.linear {
                match kind {
                    Perturbation::Within => linear.within = Some(weights(order)),
                    _ => linear.outside = Some(weights(order)),
                }
            }
            let found = control(&cursor::task(&spec)?, agent, seed.fan("trials", trials), trials)?;
            Ok(found.distance(&candidates.wanted))
        };
        let mut glanced = Vec::new();
        for order in &orders {
            glanced.push((measure(order, GLANCE)?, order));
        }
        glanced.sort_by(|left, right| left.0.total_cmp(&right.0));
        let mut looked: Option<(f64, &Vec<usize>)> = None;
        for (_, order) in glanced.into_iter().take(BEST) {
            let distance = measure(order, LOOK)?;
            if looked.is_none_or(|(least, _)| distance < least) {
                looked = Some((distance, order));
            }
        }
        Ok::<_, anyhow::Error>(looked.map(|(_, order)| weights(order)))
    };
    let chosen = (
        best(Perturbation::Within, factors.scores.nrows(), &within)?,
        best(Perturbation::Outside, spread.len(), &outside)?,
    );
    if let Some(linear) = &mut fitted.decoder.linear {
        (linear.within, linear.outside) = chosen;
    }
    Ok(())
}

/// The readout of the scores that gives these weights of units.
fn readout_of(factors: &Factors, weights: &[Vec<f32>; 2]) -> [Vec<f64>; 2] {
    let scores = &factors.scores;
    let normal = (scores * scores.transpose()).try_inverse();
    [0, 1].map(|axis| {
        let own =
            nalgebra::DVector::from_iterator(scores.ncols(), weights[axis].iter().map(|&weight| f64::from(weight)));
        normal.as_ref().map_or_else(Vec::new, |inverse| (inverse * (scores * own)).as_slice().to_vec())
    })
}

fn shuffled(count: usize, seed: Seed) -> Vec<usize> {
    let mut rng = seed.rng();
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
    order
}
