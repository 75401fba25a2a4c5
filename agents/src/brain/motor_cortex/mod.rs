//! Motor cortex: an intent becomes the activity of latents, and theirs that of units, whose rates are the action.
//!
//! It is the output stage of a brain whose body is a population (a cursor steered by neurons), and learns at three paces, none
//! of which knows the decoder (after Feulner & Clopath 2021, Golub et al. 2018, Oby et al. 2019):
//!
//! ```text
//! ψ_p = exp(κ(d·u_p − 1)),  z = Z tanh(Aψ/Z) + s_z n          d the aim, u_p directions around the circle, n shared noise
//! f = max(−1, b + (M + L)z + s_p ξ)                             units, in actions; ξ private noise, known to the unit
//! per step   J += e_J (v − J z̄) z̄ᵀ/(1 + |z̄|²)                forward model of the velocity v that was seen
//!            G_A += Jᵀ s_e tanh(|e|/s_e) e/|e| ψ̄ᵀ              e = d − v: a saturating climbing fibre
//!            δ = r − c·ψ;  c += e_c δ ψ;  E ← t E + (1 − t) ξ zᵀ
//!            G_L += clip(δ/usual, ±3) g E                       dopamine × own noise × intent
//! per trial  A ← A₀ + r_A(A − A₀) + e_A G_A/s                  re-aiming and re-association, fast, by error
//!            L ← r_L L + e_L G_L/s,  T += G_L/s,  T₂ += (G_L/s)²   s steps
//! night      M += e_T n T where |T| > th √T₂, rows rescaled to their length;  T = T₂ = L = 0;  A ← A₀ + n_A(A − A₀)
//! ```
//!
//! g, in [0, 1], is how well the cursor comes ahead compared with what is usual, squared: where control is lost, reward says
//! little of single units. n, in [0, 1], is by how much the day's error was above what is usual: a night changes units only
//! after a day on which error remained.

mod command;
mod learning;
mod saved;
mod settings;
mod vectors;

pub use command::CommandConfig;
pub(super) use command::{CommandUnits, Parts};
pub use settings::{ErrorTeacher, MotorCortexConfig, Night, RewardTeacher};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::clock::Clock;
use super::signals;
use crate::agent::{AgentShape, Role};
use crate::signal::report_all;

use vectors::{direction, finite, rescale};

/// Stream of the generator, which no other part of the brain draws from.
const STREAM: u64 = 0x6d6f_746f;

/// Which parts of a brain teach its motor cortex, and what share of each there is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Teachers {
    /// The cerebellum's climbing fibre.
    pub(super) error: f32,
    /// The basal ganglia's dopamine.
    pub(super) reward: f32,
}

/// The motor cortex of a brain.
#[derive(Clone, Debug)]
pub(super) struct MotorCortex {
    config: MotorCortexConfig,
    units: usize,
    /// Indices of the observed aim and error, and the size of 1 in both.
    aim: [usize; 2],
    error: [usize; 2],
    speed: f32,
    /// u_p.
    directions: Vec<[f32; 2]>,
    kept: f32,
    trace_kept: f32,
    /// Who teaches, by configuration and with lesions.
    taught_by: Teachers,
    teachers: Teachers,
    /// Units that are silent, by index.
    silent: usize,
    generator: ChaCha8Rng,

    /// b.
    baselines: Vec<f32>,
    /// A and A₀, one row of directions for each latent.
    association: Vec<f32>,
    native: Vec<f32>,
    /// M and L, one row of units for each latent.
    weights: Vec<f32>,
    fast: Vec<f32>,
    /// J, one row of latents for each axis.
    forward: Vec<f32>,
    /// c.
    values: Vec<f32>,
    /// T and T₂.
    tagged: Vec<f32>,
    tagged_squared: Vec<f32>,
    /// Usual |δ|; recent and usual progress; the day's and the usual mean error; trials of the day.
    usual_dopamine: f32,
    progress: [f32; 2],
    day_error: f32,
    usual_error: f32,
    trials: f32,

    /// The trial's: G_A, G_L, E; averages of ψ and z; sums of reward and error; steps.
    association_sum: Vec<f32>,
    fast_sum: Vec<f32>,
    eligibility: Vec<f32>,
    code_average: Vec<f32>,
    latent_average: Vec<f32>,
    reward_sum: f32,
    error_sum: f32,
    steps: f32,

    /// The step's: ψ, z and ξ as they were tried; ψ and z of a guess; and what the units do.
    code: Vec<f32>,
    latents: Vec<f32>,
    noise: Vec<f32>,
    guessed_code: Vec<f32>,
    guessed_latents: Vec<f32>,
    activity: Vec<f32>,
    dopamine: f32,
    dopamine_adapted: f32,
    climbing_fibre: f32,
}

impl MotorCortex {
    /// A naive one; none in a body that has no aim in two axes, or no error in them.
    pub(super) fn new(config: &MotorCortexConfig, shape: &AgentShape, teachers: Teachers, seed: u64) -> Option<Self> {
        let find = |role: Role| shape.observations.iter().position(|input| input.role == role);
        let aim = [find(Role::Aim { axis: 0 })?, find(Role::Aim { axis: 1 })?];
        let error = [find(Role::Error { axis: 0 })?, find(Role::Error { axis: 1 })?];
        let (units, count, directions) = (shape.actions, config.latents, config.directions);
        let clock = Clock::new(shape.control_interval);
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(STREAM);
        let mut normal = |size: f32| -> f32 { size * generator.sample::<f32, _>(StandardNormal) };
        // ψ has Σψ² of about this; latents are of about 1 with the weights that follow.
        let angles = (0..directions).map(|index| std::f32::consts::TAU * index as f32 / directions as f32);
        let directions: Vec<[f32; 2]> = angles.map(|angle| [libm::cosf(angle), libm::sinf(angle)]).collect();
        let code: f32 = directions.iter().map(|u| libm::expf(2.0 * config.tuning * (u[0] - 1.0))).sum();
        let native: Vec<f32> = (0..count * directions.len()).map(|_| normal(1.0 / code.sqrt())).collect();
        let mut weights: Vec<f32> = (0..count)
            .flat_map(|latent| std::iter::repeat_n(libm::expf(-(latent as f32) / config.spectrum), units))
            .map(&mut normal)
            .collect();
        rescale(&mut weights, &vec![config.modulation; units]);
        let baselines = (0..units).map(|_| config.baseline * (2.0 * generator.random::<f32>() - 1.0)).collect();
        Some(Self {
            units,
            aim,
            error,
            speed: shape.observations[aim[0]].typical,
            kept: clock.kept(config.memory) as f32,
            trace_kept: clock.kept(config.reward.trace) as f32,
            taught_by: teachers,
            teachers,
            silent: 0,
            generator,
            baselines,
            association: native.clone(),
            native,
            fast: vec![0.0; weights.len()],
            tagged: vec![0.0; weights.len()],
            tagged_squared: vec![0.0; weights.len()],
            fast_sum: vec![0.0; weights.len()],
            eligibility: vec![0.0; weights.len()],
            weights,
            forward: vec![0.0; 2 * count],
            values: vec![0.0; directions.len()],
            usual_dopamine: 0.0,
            progress: [0.0; 2],
            day_error: 0.0,
            usual_error: 0.0,
            trials: 0.0,
            association_sum: vec![0.0; count * directions.len()],
            code_average: vec![0.0; directions.len()],
            latent_average: vec![0.0; count],
            reward_sum: 0.0,
            error_sum: 0.0,
            steps: 0.0,
            code: vec![0.0; directions.len()],
            latents: vec![0.0; count],
            noise: vec![0.0; units],
            guessed_code: vec![0.0; directions.len()],
            guessed_latents: vec![0.0; count],
            activity: vec![0.0; units],
            dopamine: 0.0,
            dopamine_adapted: 0.0,
            climbing_fibre: 0.0,
            directions,
            config: config.clone(),
        })
    }

    /// How many units there are.
    pub(super) fn units(&self) -> usize {
        self.units
    }

    /// What of it, and of what teaches it, can be lesioned.
    pub(super) fn parts(&self) -> impl Iterator<Item = &'static str> {
        let there = [("basal-ganglia", self.taught_by.reward), ("cerebellum", self.taught_by.error)];
        there.into_iter().filter(|(_, share)| *share > 0.0).map(|(part, _)| part).chain(["motor-cortex"])
    }

    /// Silences a share of the units, or takes a share of what teaches them away.
    pub(super) fn lesion(&mut self, part: &str, share: f32) {
        match part {
            "basal-ganglia" => self.teachers.reward = 1.0 - share,
            "cerebellum" => self.teachers.error = 1.0 - share,
            _ => self.silent = (share * self.units as f32).round() as usize,
        }
    }

    /// Writes the units' activity for what is observed; with its noise if it is to explore.
    pub(super) fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]) {
        let d = direction(self.aim.map(|index| finite(observation, index)));
        // What is learnt from is what was tried last; a guess leaves it as it is.
        let (code, latents) = if explore {
            (&mut self.code, &mut self.latents)
        } else {
            (&mut self.guessed_code, &mut self.guessed_latents)
        };
        for (slot, u) in code.iter_mut().zip(&self.directions) {
            *slot = libm::expf(self.config.tuning * (d[0] * u[0] + d[1] * u[1] - 1.0));
        }
        let bound = self.config.bound;
        for (latent, row) in latents.iter_mut().zip(self.association.chunks_exact(code.len())) {
            let driven: f32 = row.iter().zip(&*code).map(|(weight, code)| weight * code).sum();
            *latent = bound * libm::tanhf(driven / bound);
        }
        if explore {
            for latent in &mut *latents {
                *latent += self.config.latent_noise * self.generator.sample::<f32, _>(StandardNormal);
            }
            self.noise.iter_mut().for_each(|noise| *noise = self.generator.sample(StandardNormal));
        }
        self.activity.copy_from_slice(&self.baselines);
        let rows = self.weights.chunks_exact(self.units).zip(self.fast.chunks_exact(self.units));
        for (&latent, (weights, fast)) in latents.iter().zip(rows) {
            for ((unit, weight), fast) in self.activity.iter_mut().zip(weights).zip(fast) {
                *unit += (weight + fast) * latent;
            }
        }
        if explore {
            let size = self.config.unit_noise;
            self.activity.iter_mut().zip(&self.noise).for_each(|(unit, noise)| *unit += size * noise);
        }
        self.activity.iter_mut().for_each(|unit| *unit = unit.max(-1.0));
        self.activity[..self.silent].fill(-1.0);
        action.iter_mut().zip(&self.activity).for_each(|(action, unit)| *action = *unit);
    }

    /// What the units do.
    pub(super) fn activity(&self) -> &[f32] {
        &self.activity
    }

    pub(super) fn signals(&self, report: &mut dyn FnMut(&'static str, f32)) {
        let size = |array: &[f32]| array.iter().map(|value| value * value).sum::<f32>().sqrt();
        let moved = self.association.iter().zip(&self.native).map(|(now, native)| (now - native).powi(2)).sum::<f32>();
        let values = [
            self.dopamine,
            self.dopamine_adapted,
            self.climbing_fibre,
            self.gain(),
            size(&self.fast) / size(&self.weights),
            moved.sqrt() / size(&self.native),
        ];
        report_all(&signals::MOTOR_CORTEX, values, report);
    }
}

#[cfg(test)]
mod tests;
