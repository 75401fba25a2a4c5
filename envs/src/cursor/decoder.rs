//! From activity to velocity: the decoder and its perturbations.

use super::spec::{BlockSpec, CursorSpec, DecoderSpec, LinearSpec, Method, Perturbation};
use crate::seed::{Rng, Seed};
use bevy_rapier2d::rapier::prelude::Vector;
use rand::RngExt;
use rand_distr::StandardNormal;

/// Weights of the units for velocity along x and along y, in m/s per Hz.
type Weights = [Vec<f32>; 2];

/// The decoder in each block of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoder {
    smoothing: f32,
    boxcar: usize,
    /// Mean rate of each unit, at which it contributes nothing, in Hz.
    means: Vec<f32>,
    blocks: Vec<Weights>,
}

/// State of a decoder from step to step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    velocity: Vector,
    recent: Vec<Vector>,
    next: usize,
}

impl Decoder {
    /// The decoder of a valid task.
    pub fn new(spec: &CursorSpec) -> Self {
        let linear = linear(spec);
        let blocks = spec.schedule.iter().map(|block| weights(&spec.decoder, &linear, block)).collect();
        let boxcar = spec.decoder.boxcar as usize;
        Self { smoothing: spec.decoder.smoothing, boxcar, means: linear.means, blocks }
    }

    /// Resets the state before a trial.
    pub fn start(&self, memory: &mut Memory) {
        memory.recent.resize(self.boxcar, Vector::ZERO);
        memory.recent.fill(Vector::ZERO);
        (memory.velocity, memory.next) = (Vector::ZERO, 0);
    }

    /// Velocity in m/s decoded from the rates (Hz) of a step in a block.
    pub fn decode(&self, block: usize, rates: &[f32], memory: &mut Memory) -> Vector {
        let [across, up] = &self.blocks[block];
        let mut told = Vector::ZERO;
        for (((&rate, &mean), &x), &y) in rates.iter().zip(&self.means).zip(across).zip(up) {
            told += Vector::new(x, y) * (rate - mean);
        }
        memory.recent[memory.next] = told;
        memory.next = (memory.next + 1) % self.boxcar;
        let told = memory.recent.iter().sum::<Vector>() / self.boxcar as f32;
        memory.velocity = memory.velocity * self.smoothing + told * (1.0 - self.smoothing);
        memory.velocity
    }

    /// Weights of a block for velocity along x and along y, in m/s per Hz.
    pub fn weights(&self, block: usize) -> &[Vec<f32>; 2] {
        &self.blocks[block]
    }
}

/// The decoder as numbers: given, or drawn from its seed.
pub fn linear(spec: &CursorSpec) -> LinearSpec {
    let decoder = &spec.decoder;
    let units = spec.population.units as usize;
    let mut rng = Seed(decoder.seed).fan("decoder", 0).rng();
    // A unit modulated by this depth moves the cursor at this speed in its own direction.
    let gain = spec.movement.speed / decoder.modulation * 2.0 / units as f32;
    let weights = match decoder.method {
        Method::Linear => return decoder.linear.clone().unwrap_or_default(),
        Method::PopulationVector => {
            let own = random_directions(units, &mut rng).map(|row| scaled(row, gain));
            LinearSpec {
                outside: Some(permuted(&own, &shuffled(units, &mut rng))),
                intuitive: own,
                ..Default::default()
            }
        }
        Method::Factors => {
            let factors = decoder.factors as usize;
            let loadings = orthonormal(factors, units, &mut rng);
            let readout = orthonormal(2, factors, &mut rng);
            let order = shuffled(factors, &mut rng);
            let gain = gain * (0.5 * units as f32).sqrt();
            let through = |readout: &[Vec<f32>]| -> Weights {
                [0, 1].map(|axis| {
                    let unit = |unit: usize| {
                        let shares =
                            loadings.iter().zip(&readout[axis]).map(|(loading, weight)| loading[unit] * weight);
                        gain * shares.sum::<f32>()
                    };
                    (0..units).map(unit).collect()
                })
            };
            let own = through(&readout);
            let within: Vec<Vec<f32>> =
                readout.iter().map(|row| order.iter().map(|&factor| row[factor]).collect()).collect();
            let outside = permuted(&own, &shuffled(units, &mut rng));
            LinearSpec { within: Some(through(&within)), outside: Some(outside), intuitive: own, ..Default::default() }
        }
    };
    LinearSpec { means: vec![spec.population.baseline; units], ..weights }
}

/// Weights after the perturbation of a block.
fn weights(decoder: &DecoderSpec, linear: &LinearSpec, block: &BlockSpec) -> Weights {
    let own = &linear.intuitive;
    let other = match block.perturbation {
        Perturbation::None => return own.clone(),
        Perturbation::Turned => turned(own, &turned_units(decoder.seed, own[0].len(), block.share), block.degrees),
        Perturbation::Within => linear.within.clone().unwrap_or_else(|| own.clone()),
        Perturbation::Outside => linear.outside.clone().unwrap_or_else(|| own.clone()),
    };
    let mixed = |axis: usize| own[axis].iter().zip(&other[axis]).map(|(own, other)| own + (other - own) * block.mix);
    [0, 1].map(|axis| mixed(axis).collect())
}

/// Two orthonormal patterns that span the plane to which the decoder is sensitive (Gram & Schmidt).
pub fn plane(weights: &[Vec<f32>; 2]) -> [Vec<f32>; 2] {
    let [across, up] = weights;
    let dot = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(one, other)| one * other).sum::<f32>();
    let unit = |row: Vec<f32>| {
        let length = dot(&row, &row).sqrt();
        scaled(row, if length > 0.0 { 1.0 / length } else { 0.0 })
    };
    let first = unit(across.clone());
    let along = dot(&first, up);
    let second = unit(up.iter().zip(&first).map(|(up, first)| up - along * first).collect());
    [first, second]
}

/// The units whose preferred directions are turned, given their share: a smaller share is a subset of a larger one.
pub fn turned_units(seed: u64, units: usize, share: f32) -> Vec<bool> {
    let count = (share * units as f32).round() as usize;
    let mut turned = vec![false; units];
    for unit in shuffled(units, &mut Seed(seed).fan("turned", 0).rng()).into_iter().take(count) {
        turned[unit] = true;
    }
    turned
}

fn turned(own: &Weights, which: &[bool], degrees: f32) -> Weights {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let mut turned = own.clone();
    for (unit, _) in which.iter().enumerate().filter(|(_, turned)| **turned) {
        let (x, y) = (own[0][unit], own[1][unit]);
        turned[0][unit] = cosine * x - sine * y;
        turned[1][unit] = sine * x + cosine * y;
    }
    turned
}

fn permuted(own: &Weights, order: &[usize]) -> Weights {
    [0, 1].map(|axis| order.iter().map(|&unit| own[axis][unit]).collect())
}

fn scaled(row: Vec<f32>, by: f32) -> Vec<f32> {
    row.into_iter().map(|value| by * value).collect()
}

fn random_directions(count: usize, rng: &mut Rng) -> Weights {
    let angles: Vec<f32> = (0..count).map(|_| rng.random_range(0.0..std::f32::consts::TAU)).collect();
    [angles.iter().map(|angle| angle.cos()).collect(), angles.iter().map(|angle| angle.sin()).collect()]
}

fn shuffled(count: usize, rng: &mut Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
    order
}

/// Random orthonormal vectors (Gram & Schmidt).
fn orthonormal(count: usize, length: usize, rng: &mut Rng) -> Vec<Vec<f32>> {
    let mut basis: Vec<Vec<f32>> = Vec::with_capacity(count);
    while basis.len() < count {
        let mut drawn: Vec<f32> = (0..length).map(|_| rng.sample(StandardNormal)).collect();
        for known in &basis {
            let along: f32 = known.iter().zip(&drawn).map(|(known, drawn)| known * drawn).sum();
            drawn.iter_mut().zip(known).for_each(|(drawn, known)| *drawn -= along * known);
        }
        let size = drawn.iter().map(|value| value * value).sum::<f32>().sqrt();
        if size > 1e-3 {
            basis.push(scaled(drawn, 1.0 / size));
        }
    }
    basis
}
