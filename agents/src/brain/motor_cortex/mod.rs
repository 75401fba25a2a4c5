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
mod settings;

pub use command::CommandConfig;
pub(super) use command::{CommandUnits, Parts};
pub use settings::{ErrorTeacher, MotorCortexConfig, Night, RewardTeacher};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::clock::Clock;
use super::signals;
use crate::agent::{AgentShape, Role, Transition};
use crate::generator;
use crate::signal::report_all;
use crate::state::{StateError, StateReader, StateWriter};

/// Trials over which recent progress is averaged.
const RECENT: f32 = 20.0;
/// Trials over which what is usual falls.
const USUAL: f32 = 5000.0;
/// Largest dopamine, in usual ones.
const CAP: f32 = 3.0;
/// Share of the last dopamine in what is usual of it.
const USUAL_RATE: f32 = 0.001;

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

    /// Learns from what followed the last exploring action.
    pub(super) fn learn(&mut self, transition: &Transition<'_>) {
        average(&mut self.code_average, &self.code, self.kept);
        average(&mut self.latent_average, &self.latents, self.kept);
        self.learn_from_error(transition.next_observation);
        self.learn_from_reward(transition.reward);
        self.steps += 1.0;
        if transition.terminated || transition.truncated {
            self.end_trial();
        }
    }

    fn learn_from_error(&mut self, observation: &[f32]) {
        let aim = self.aim.map(|index| finite(observation, index) / self.speed);
        let e = self.error.map(|index| finite(observation, index) / self.speed);
        let v = [aim[0] - e[0], aim[1] - e[1]];
        let count = self.latents.len();
        let size = 1.0 + self.latent_average.iter().map(|latent| latent * latent).sum::<f32>();
        for (row, v) in self.forward.chunks_exact_mut(count).zip(v) {
            let told: f32 = row.iter().zip(&self.latent_average).map(|(weight, latent)| weight * latent).sum();
            let step = self.teachers.error * self.config.forward_rate * (v - told) / size;
            row.iter_mut().zip(&self.latent_average).for_each(|(weight, latent)| *weight += step * latent);
        }
        let length = (e[0] * e[0] + e[1] * e[1]).sqrt();
        let saturation = self.config.error.saturation;
        let fibre = if length > 0.0 { saturation * libm::tanhf(length / saturation) / length } else { 0.0 };
        self.climbing_fibre = fibre * length;
        self.error_sum += length;
        if let Some(decoder) = self.config.exact.take() {
            self.follow_exactly(&decoder, e);
            self.config.exact = Some(decoder);
            return;
        }
        for (latent, sums) in self.association_sum.chunks_exact_mut(self.code.len()).enumerate() {
            let taught = fibre * (self.forward[latent] * e[0] + self.forward[count + latent] * e[1]);
            sums.iter_mut().zip(&self.code_average).for_each(|(sum, code)| *sum += taught * code);
        }
    }

    /// The ablation: the gradient of the squared error by all weights, through the decoder itself.
    fn follow_exactly(&mut self, decoder: &[Vec<f32>; 2], e: [f32; 2]) {
        let by_unit = |unit: usize| decoder[0][unit] * e[0] + decoder[1][unit] * e[1];
        let rows = self.weights.chunks_exact(self.units).zip(self.fast.chunks_exact_mut(self.units));
        let (code, sums) = (self.code.len(), &mut self.association_sum);
        for (latent, (weights, fast)) in rows.enumerate() {
            let mut taught = 0.0;
            for (unit, (weight, fast)) in weights.iter().zip(fast).enumerate() {
                taught += (weight + *fast) * by_unit(unit);
            }
            let row = &mut sums[latent * code..][..code];
            row.iter_mut().zip(&self.code_average).for_each(|(sum, code)| *sum += taught * code);
        }
        for (latent, sums) in self.latent_average.iter().zip(self.fast_sum.chunks_exact_mut(self.units)) {
            sums.iter_mut().enumerate().for_each(|(unit, sum)| *sum += by_unit(unit) * latent);
        }
    }

    fn learn_from_reward(&mut self, reward: f32) {
        if !reward.is_finite() {
            return;
        }
        let expected: f32 = self.values.iter().zip(&self.code).map(|(value, code)| value * code).sum();
        let surprise = reward - expected;
        if self.usual_dopamine == 0.0 {
            self.usual_dopamine = surprise.abs();
        }
        let most = CAP * self.usual_dopamine;
        let capped = surprise.clamp(-most, most);
        (self.dopamine, self.dopamine_adapted) = (surprise, if most > 0.0 { CAP * capped / most } else { 0.0 });
        self.usual_dopamine += USUAL_RATE * (capped.abs() - self.usual_dopamine);
        let rate = self.config.reward.value_rate * capped;
        self.values.iter_mut().zip(&self.code).for_each(|(value, code)| *value += rate * code);
        self.reward_sum += if most > 0.0 { capped + expected } else { reward };
        let (kept, share) = (self.trace_kept, self.teachers.reward * self.gain() * self.dopamine_adapted);
        let exact = self.config.exact.is_some();
        let rows = self.eligibility.chunks_exact_mut(self.units).zip(self.fast_sum.chunks_exact_mut(self.units));
        for (&latent, (traces, sums)) in self.latents.iter().zip(rows) {
            let new = (1.0 - kept) * latent;
            for ((trace, sum), noise) in traces.iter_mut().zip(sums).zip(&self.noise) {
                *trace = kept * *trace + new * noise;
                *sum += if exact { 0.0 } else { share * *trace };
            }
        }
    }

    /// How well control goes, from 0 to 1: recent progress over what is usual, squared.
    fn gain(&self) -> f32 {
        let [recent, usual] = self.progress;
        if usual > 0.0 { (recent / usual).clamp(0.0, 1.0).powi(2) } else { 1.0 }
    }

    fn end_trial(&mut self) {
        let per_step = 1.0 / self.steps;
        let (error, reward) = (&self.config.error, &self.config.reward);
        let rate = error.rate * per_step * self.teachers.error;
        for ((weight, native), sum) in self.association.iter_mut().zip(&self.native).zip(&mut self.association_sum) {
            *weight = native + error.retention * (*weight - native) + rate * *sum;
            *sum = 0.0;
        }
        for ((fast, sum), (tagged, squared)) in
            self.fast.iter_mut().zip(&mut self.fast_sum).zip(self.tagged.iter_mut().zip(&mut self.tagged_squared))
        {
            let taught = *sum * per_step;
            *fast = reward.retention * *fast + reward.rate * taught;
            *tagged += taught;
            *squared += taught * taught;
            *sum = 0.0;
        }
        let first = self.trials == 0.0 && self.usual_error == 0.0;
        follow(&mut self.progress, self.reward_sum * per_step);
        let missed = self.error_sum * per_step;
        self.trials += 1.0;
        self.day_error += (missed - self.day_error) / self.trials;
        if first {
            self.usual_error = missed;
        }
        let way = missed - self.usual_error;
        // What is usual is what can be done: it falls at once and rises slowly.
        self.usual_error += way / if way < 0.0 { RECENT } else { USUAL };
        self.eligibility.fill(0.0);
        self.code_average.fill(0.0);
        self.latent_average.fill(0.0);
        (self.reward_sum, self.error_sum, self.steps) = (0.0, 0.0, 0.0);
    }

    /// A night: what the day's reward agreed upon is built into the weights, and what error taught mostly fades.
    pub(super) fn sleep(&mut self) {
        let night = &self.config.night;
        let missed = if self.usual_error > 0.0 { (self.day_error - self.usual_error) / self.usual_error } else { 0.0 };
        let rate = night.rate * missed.clamp(0.0, 1.0);
        let lengths = lengths(&self.weights, self.units);
        for (weight, (tagged, squared)) in self.weights.iter_mut().zip(self.tagged.iter().zip(&self.tagged_squared)) {
            if tagged.abs() > night.threshold * squared.sqrt() {
                *weight += rate * tagged;
            }
        }
        rescale(&mut self.weights, &lengths);
        for array in [&mut self.tagged, &mut self.tagged_squared, &mut self.fast] {
            array.fill(0.0);
        }
        for (weight, native) in self.association.iter_mut().zip(&self.native) {
            *weight = native + night.retention * (*weight - native);
        }
        (self.day_error, self.trials) = (0.0, 0.0);
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

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        for (name, array) in self.arrays() {
            writer.put_f32(name, array);
        }
        writer.put_f32("numbers", &self.numbers());
        writer.put_u64("silent", &[self.silent as u64]);
        generator::save(&self.generator, writer);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut arrays = self.arrays().map(|(name, array)| (name, array.to_vec()));
        for (name, array) in &mut arrays {
            reader.get_f32(name, array)?;
            reader.check(name, array, "a finite number", f32::is_finite)?;
        }
        let mut numbers = self.numbers();
        reader.get_f32("numbers", &mut numbers)?;
        reader.check("numbers", &numbers, "a finite number", f32::is_finite)?;
        let mut silent = [0];
        reader.get_u64("silent", &mut silent)?;
        reader.check("silent", &silent, "at most the number of units", |silent| silent <= self.units as u64)?;
        self.generator = generator::load(reader)?;
        self.silent = silent[0] as usize;
        let slots: [&mut Vec<f32>; ARRAYS] = [
            &mut self.baselines,
            &mut self.association,
            &mut self.native,
            &mut self.weights,
            &mut self.fast,
            &mut self.forward,
            &mut self.values,
            &mut self.tagged,
            &mut self.tagged_squared,
            &mut self.association_sum,
            &mut self.fast_sum,
            &mut self.eligibility,
            &mut self.code_average,
            &mut self.latent_average,
            &mut self.code,
            &mut self.latents,
            &mut self.noise,
        ];
        slots.into_iter().zip(arrays).for_each(|(slot, (_, array))| *slot = array);
        let [dopamine, recent, usual, day_error, usual_error, trials, reward, error, steps, by_error, by_reward] =
            numbers;
        (self.usual_dopamine, self.progress) = (dopamine, [recent, usual]);
        (self.day_error, self.usual_error, self.trials) = (day_error, usual_error, trials);
        (self.reward_sum, self.error_sum, self.steps) = (reward, error, steps);
        self.teachers = Teachers { error: by_error, reward: by_reward };
        Ok(())
    }

    fn arrays(&self) -> [(&'static str, &[f32]); ARRAYS] {
        [
            ("baselines", &self.baselines),
            ("association", &self.association),
            ("native", &self.native),
            ("weights", &self.weights),
            ("fast", &self.fast),
            ("forward", &self.forward),
            ("values", &self.values),
            ("tagged", &self.tagged),
            ("tagged_squared", &self.tagged_squared),
            ("association_sum", &self.association_sum),
            ("fast_sum", &self.fast_sum),
            ("eligibility", &self.eligibility),
            ("code_average", &self.code_average),
            ("latent_average", &self.latent_average),
            ("code", &self.code),
            ("latents", &self.latents),
            ("noise", &self.noise),
        ]
    }

    fn numbers(&self) -> [f32; 11] {
        [
            self.usual_dopamine,
            self.progress[0],
            self.progress[1],
            self.day_error,
            self.usual_error,
            self.trials,
            self.reward_sum,
            self.error_sum,
            self.steps,
            self.teachers.error,
            self.teachers.reward,
        ]
    }
}

/// Arrays that are saved.
const ARRAYS: usize = 17;
/// Stream of the generator, which no other part of the brain draws from.
const STREAM: u64 = 0x6d6f_746f;

fn finite(observation: &[f32], index: usize) -> f32 {
    observation.get(index).copied().filter(|value| value.is_finite()).unwrap_or(0.0)
}

fn direction([x, y]: [f32; 2]) -> [f32; 2] {
    let length = (x * x + y * y).sqrt();
    if length > 0.0 { [x / length, y / length] } else { [0.0; 2] }
}

fn average(averages: &mut [f32], values: &[f32], kept: f32) {
    averages.iter_mut().zip(values).for_each(|(average, value)| *average = kept * *average + (1.0 - kept) * value);
}

/// Follows what is recent, and what is usual: that rises as fast and falls slowly.
fn follow([recent, usual]: &mut [f32; 2], value: f32) {
    *recent += (value - *recent) / RECENT;
    let way = *recent - *usual;
    *usual += way / if way > 0.0 { 1.0 } else { USUAL };
}

/// Length of each unit's weights, over all latents.
fn lengths(weights: &[f32], units: usize) -> Vec<f32> {
    let mut lengths = vec![0.0; units];
    for row in weights.chunks_exact(units) {
        lengths.iter_mut().zip(row).for_each(|(length, weight)| *length += weight * weight);
    }
    lengths.into_iter().map(f32::sqrt).collect()
}

/// Gives each unit's weights a length.
fn rescale(weights: &mut [f32], to: &[f32]) {
    let from = lengths(weights, to.len());
    for row in weights.chunks_exact_mut(to.len()) {
        for (weight, (to, from)) in row.iter_mut().zip(to.iter().zip(&from)) {
            *weight *= if *from > 0.0 { to / from } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests;
