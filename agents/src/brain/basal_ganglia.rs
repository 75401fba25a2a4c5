//! Basal ganglia: learning from reward by a streaming actor–critic with eligibility traces.
//!
//! The critic learns how much reward is to come; its surprise δ, the temporal-difference error, is the dopamine signal
//! (Schultz, Dayan & Montague 1997). The actor makes more likely what led to a positive surprise: presynaptic activity,
//! postsynaptic exploration and dopamine are the three factors. One transition at a time, nothing is replayed. With V(s) and
//! V(s′) both under the present weights and r scaled by the [`RewardScaler`]:
//!
//! ```text
//! δ = r + γ V(s′) (1 − terminated) − V(s)          an episode cut short still counts its future
//! critic: gradient of −V(s), driven by δ clipped
//! actor:  gradient of −log π(a|s) − c sign(δ) H, driven by δ clipped and adapted, see [`Dopamine`]
//! ```
//!
//! Both are moved by [`Intentional`] updates.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::average::Average;
use super::clock::Clock;
use super::config::{ConfigError, above, within};
use super::cortex::{Activity, Column};
use super::cortex_settings::CortexConfig;
use super::dopamine::{Burst, Dopamine, DopamineDefect};
use super::intentional::{Drive, Intentional};
use super::lanes::{Lanes, ZEROS, flat_mut};
use super::policy::Policy;
use super::senses::RewardScaler;
use super::signals;
use super::structure::Structure;
use super::teacher::Teacher;
use crate::generator;
use crate::signal::report_all;
use crate::state::{StateError, StateReader, StateWriter};

/// How the actor–critic learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BasalGangliaConfig {
    /// Time after which a reward is worth 1/e, in s: γ = exp(−interval / horizon); 0 to 1e6, default 0.5.
    pub horizon: f64,
    /// Time after which 1/e of the eligibility is left, beside γ, in s: λ = exp(−interval / trace); 0 to 1e6, default 0.1.
    pub trace: f64,
    /// Rate of the actor's learning, in 1/s: the share η of the usual error that one of its intentional updates is meant to
    /// make of a change in the action, per second of control; above 0 and at most 1000, default 2.4 (own measurement: 0.04
    /// a step on a bicycle at 60 Hz and 0.08 on a fretboard at 30 Hz; 0.08 on the bicycle leaves some subjects stuck).
    pub policy_rate: f64,
    /// η of the critic's intentional updates, no unit; above 0 and at most 1, default 0.25 (own measurement: the 0.5 of
    /// Sharifnassab et al. 2026 follows the last reward so closely that what dopamine tells of the next one is half noise).
    pub value_rate: f64,
    /// c: weight of the entropy in the actor's gradient; 0 to 1, default 0.003 (own measurement on cycling:
    /// with the 0.01 of stream-x exploration stays wide after mastery).
    pub entropy: f64,
    /// Smallest standard deviation of an action, in the action's unit; 0.001 to `sd_max`, default 0.05 (own
    /// measurement on cycling: a skill kept under wider noise may fail without it).
    pub sd_min: f64,
    /// Largest standard deviation of an action, in the action's unit; `sd_min` to 10, default 1 (own measurement: left
    /// unbounded it reached 21).
    pub sd_max: f64,
    /// Largest δ, in root mean squares of δ; above 0 and at most 1000, default 3 (own measurement; the paper has 20).
    pub error_cap: f64,
    /// Smallest usual |δ| that δ is divided by for the actor, in scaled reward; 0 to 1, default 0.05 (own measurement on
    /// cycling: below it noise is amplified once a skill is mastered, which is then lost).
    pub error_floor: f64,
    /// Time over which the usual size of δ is averaged, in s; above 0 and at most 1e6, default 100 (Sharifnassab et al. 2026:
    /// decay 0.9998 per step).
    pub error_memory: f64,
    /// Time over which what is sensed makes up the context from which the usual |δ| is guessed, in s, as dopamine neurons
    /// adapt to the spread that a cue foretells (Tobler, Fiorillo & Schultz 2005); 0 to 1e6, default 3. At 0 there is none,
    /// and the usual |δ| is the average over everything.
    pub error_context: f64,
    /// Time over which the spread of the discounted reward is averaged, in s; above 0 and at most 1e7, default 2000, as in
    /// the senses.
    pub reward_memory: f64,
    /// Time for which a decision stands in a body that is guided along a desired trajectory, in s; 0 to 10, default 0.02 (own
    /// measurement: with 0.5 reaches for reward alone scatter by 56 degrees, by 11 with 0.02, and nothing of a force field is
    /// learned from reward). Elsewhere every step is decided by itself. Guesses are made at every step.
    pub hold: f64,
    /// A fault put into dopamine on purpose: `unsigned`, `flipped`, `sign-only`, `unadapted` or `no-bootstrapping`; default
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defect: Option<DopamineDefect>,
}

impl Default for BasalGangliaConfig {
    fn default() -> Self {
        BasalGangliaConfig {
            horizon: 0.5,
            trace: 0.1,
            policy_rate: 2.4,
            value_rate: 0.25,
            entropy: 0.003,
            sd_min: 0.05,
            sd_max: 1.0,
            error_cap: 3.0,
            error_floor: 0.05,
            error_memory: 100.0,
            error_context: 3.0,
            reward_memory: 2000.0,
            hold: 0.02,
            defect: None,
        }
    }
}

impl BasalGangliaConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within("basal_ganglia.horizon", self.horizon, 0.0..=1e6)?;
        within("basal_ganglia.trace", self.trace, 0.0..=1e6)?;
        above("basal_ganglia.policy_rate", self.policy_rate, 0.0, 1000.0)?;
        above("basal_ganglia.value_rate", self.value_rate, 0.0, 1.0)?;
        within("basal_ganglia.entropy", self.entropy, 0.0..=1.0)?;
        within("basal_ganglia.sd_max", self.sd_max, 0.001..=10.0)?;
        within("basal_ganglia.sd_min", self.sd_min, 0.001..=self.sd_max)?;
        above("basal_ganglia.error_cap", self.error_cap, 0.0, 1000.0)?;
        within("basal_ganglia.error_floor", self.error_floor, 0.0..=1.0)?;
        above("basal_ganglia.error_memory", self.error_memory, 0.0, 1e6)?;
        within("basal_ganglia.error_context", self.error_context, 0.0..=1e6)?;
        above("basal_ganglia.reward_memory", self.reward_memory, 0.0, 1e7)?;
        within("basal_ganglia.hold", self.hold, 0.0..=10.0)
    }
}

/// What the usual reward and dopamine of each regime are called in a checkpoint.
const REGIMES: [[&str; 2]; 2] = [["reward", "dopamine"], ["hidden_reward", "hidden_dopamine"]];
/// Streams of the one seed.
const EXPLORATION: u64 = 0;
const ACTOR: u64 = 1;
const CRITIC: u64 = 2;
/// Streams 3 to 5 are the cerebellum's.
const ACTOR_STRUCTURE: u64 = 6;
const CRITIC_STRUCTURE: u64 = 7;
/// Time over which disappointments are averaged, in s (own measurement on cycling: the critic expects less after a few falls,
/// so that over 5 s half the riders never notice what is wrong with a re-geared handlebar).
const MOOD_MEMORY: f64 = 2.0;
/// The average that is a disappointment, in usual errors (own measurement on cycling: over 5 s, 0.5 lets more riders notice a
/// re-geared handlebar and disturbs some who cope with a taller body; over 1 s, 1.2 lets fewer notice).
const DISAPPOINTMENT: f64 = 0.8;

/// What basal ganglia are told of the body that they act in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body {
    /// Numbers that are sensed, and actions.
    pub(super) inputs: usize,
    pub(super) actions: usize,
    /// Whether it is guided along a desired trajectory.
    pub(super) guided: bool,
    pub(super) clock: Clock,
}

/// How time goes by in decisions that stand for some steps.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    /// Steps for which a decision stands.
    hold: usize,
    /// γ and γ λ from one decision to the next.
    discount: f64,
    trace_decay: f64,
}

impl Pace {
    fn new(config: &BasalGangliaConfig, clock: Clock, hold: f64) -> Pace {
        let hold = clock.steps(hold).max(1);
        let discount = clock.slowed(hold).kept(config.horizon);
        let trace_decay = discount * clock.slowed(hold).kept(config.trace);
        Pace { hold: hold as usize, discount, trace_decay }
    }
}

/// What is usual at a pace: decisions that stand for long earn more at a time than those that do not.
#[derive(Clone, Debug)]
struct Regime {
    pace: Pace,
    reward: RewardScaler,
    dopamine: Dopamine,
    /// The recent average of δ.
    mood: Average,
}

impl Regime {
    fn new(config: &BasalGangliaConfig, inputs: usize, clock: Clock, hold: f64) -> Regime {
        let pace = Pace::new(config, clock, hold);
        let clock = clock.slowed(pace.hold as u64);
        Regime {
            pace,
            reward: RewardScaler::new(clock.steps(config.reward_memory).max(2)),
            dopamine: Dopamine::new(
                config.error_cap,
                config.error_floor,
                clock.kept(config.error_memory),
                (config.error_context > 0.0).then(|| (inputs, clock.kept(config.error_context))),
            ),
            mood: Average::new(clock.kept(MOOD_MEMORY)),
        }
    }
}

/// The actor, the critic, and the signal between them.
#[derive(Clone, Debug)]
pub(super) struct BasalGanglia {
    /// While the error is shown and, in a guided body, while it is not; and which of them the present decision is made in.
    regimes: Vec<Regime>,
    regime: usize,
    policy: Policy,
    generator: ChaCha8Rng,
    actor: Column,
    actor_update: Intentional,
    critic: Column,
    critic_update: Intentional,
    /// Of the actor and of the critic, where the cortex has structural plasticity.
    structures: Option<[Structure; 2]>,
    defect: Option<DopamineDefect>,
    /// The exploring pass of the actor that is to be learnt from, and one for guesses that leave no mark.
    tried: Activity,
    guessed: Activity,
    /// The tried action's deviations from its mean, in standard deviations.
    noise: Vec<f32>,
    /// Whether an action was tried whose consequence has not been learnt from, and the share of it that was carried out.
    awaiting: bool,
    share: f32,
    /// Steps for which the present decision has stood, the action it is, and what it has earned.
    held: usize,
    decided: Vec<f32>,
    earned: f32,
    /// Whether any of what it earned was not told: then it cannot be learnt from.
    untold: bool,
    /// Passes of the critic through the present and the next observation.
    present: Activity,
    next: Activity,
    /// Strength of the second teacher, and gradients of V(s′) with respect to s′ and to the action.
    gradient_strength: f32,
    by_sensed: Vec<Lanes>,
    by_action: Vec<f32>,
    /// V(s) and δ of the last step learnt from.
    value: f32,
    burst: Burst,
    /// Share of action and dopamine that is left by a lesion.
    authority: f32,
    /// Share of the hidden layers' learning that is left by one.
    plasticity: f32,
}

impl BasalGanglia {
    pub(super) fn new(
        config: &BasalGangliaConfig,
        cortex: &CortexConfig,
        body: Body,
        gradient_strength: f64,
        seed: u64,
    ) -> BasalGanglia {
        let Body { inputs, actions, guided, clock } = body;
        let (regimes, hold) = if guided { (2, config.hold) } else { (1, 0.0) };
        let regimes = vec![Regime::new(config, inputs, clock, hold); regimes];
        let policy_rate = (config.policy_rate * clock.interval()).min(1.0);
        let trace_decay = regimes[0].pace.trace_decay;
        let stream = |stream| {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            generator.set_stream(stream);
            generator
        };
        let policy = Policy {
            actions,
            sd_low: config.sd_min as f32,
            sd_high: config.sd_max as f32,
            entropy: config.entropy as f32,
        };
        let mut actor = Column::new(cortex, inputs, policy.outputs(), &mut stream(ACTOR));
        if guided {
            // What a naive policy adds by chance would only disturb the body's own controller: with it, a novice reaches with
            // a score of 0.44 where the body alone has 1, and takes 200,000 steps to come back to 0.73.
            actor.quieten(policy.actions);
        }
        let critic = Column::new(cortex, inputs, 1, &mut stream(CRITIC));
        BasalGanglia {
            regimes,
            regime: 0,
            generator: stream(EXPLORATION),
            actor_update: Intentional::new(&actor, policy_rate, trace_decay),
            critic_update: Intentional::new(&critic, config.value_rate, trace_decay),
            structures: cortex.structure.as_ref().map(|own| {
                [
                    Structure::new(own, &actor, stream(ACTOR_STRUCTURE)),
                    Structure::new(own, &critic, stream(CRITIC_STRUCTURE)),
                ]
            }),
            defect: config.defect,
            tried: actor.activity(),
            guessed: actor.activity(),
            noise: vec![0.0; actions],
            awaiting: false,
            share: 1.0,
            held: 0,
            decided: vec![0.0; actions],
            earned: 0.0,
            untold: false,
            present: critic.activity(),
            next: critic.activity(),
            gradient_strength: gradient_strength as f32,
            by_sensed: vec![ZEROS; critic.layers[0].row_chunks],
            by_action: vec![0.0; actions],
            value: 0.0,
            burst: Burst::default(),
            authority: 1.0,
            plasticity: 1.0,
            policy,
            actor,
            critic,
        }
    }

    /// Takes away a share of the action and of the dopamine.
    pub(super) fn lesion(&mut self, share: f32) {
        self.authority = 1.0 - share;
    }

    /// Takes away a share of the learning of the hidden layers.
    pub(super) fn stiffen(&mut self, share: f32) {
        self.plasticity = 1.0 - share;
    }

    /// Writes an action drawn from the policy, and remembers it; or one which still stands. Only a share of it is explored.
    /// Whether the error is shown is heeded where a decision is made.
    pub(super) fn explore(&mut self, sensed: &[f32], shown: bool, share: f32, action: &mut [f32]) {
        if self.held == 0 {
            self.regime = if shown { 0 } else { self.regimes.len() - 1 };
            self.tried.set_inputs(sensed);
            self.actor.forward(&mut self.tried);
            self.policy.draw(self.tried.outputs(), &mut self.generator, &mut self.noise, &mut self.decided);
            (self.earned, self.untold) = (0.0, false);
        }
        self.policy.mean(self.tried.outputs(), action);
        action.iter_mut().zip(&self.decided).for_each(|(action, &decided)| *action += share * (decided - *action));
        self.weaken(action);
        (self.awaiting, self.share) = (true, share);
    }

    /// Activity of the actor's last hidden layer in the pass that is to be learnt from.
    pub(super) fn hidden(&self) -> &[f32] {
        self.tried.hidden()
    }

    /// Writes the policy's mean action, and remembers nothing.
    pub(super) fn guess(&mut self, sensed: &[f32], action: &mut [f32]) {
        self.guessed.set_inputs(sensed);
        self.actor.forward(&mut self.guessed);
        self.policy.mean(self.guessed.outputs(), action);
        self.weaken(action);
    }

    fn weaken(&self, action: &mut [f32]) {
        action.iter_mut().for_each(|action| *action *= self.authority);
    }

    /// Learns from what followed the tried action. Without one, or if the reward is not finite, there is nothing to learn.
    pub(super) fn learn(
        &mut self,
        reward: f32,
        next_sensed: &[f32],
        terminated: bool,
        truncated: bool,
        teacher: Option<&Teacher<'_>>,
    ) {
        if self.awaiting {
            self.held += 1;
            self.untold |= !reward.is_finite();
            self.earned += if self.untold { 0.0 } else { reward };
            if self.held >= self.pace().hold || terminated || truncated {
                self.held = 0;
                if !self.untold && self.earned.is_finite() {
                    self.improve(self.earned, next_sensed, terminated, teacher);
                }
            }
        }
        self.awaiting = false;
        if terminated || truncated {
            self.regimes.iter_mut().for_each(|regime| {
                regime.reward.end_episode();
                regime.dopamine.end_episode();
            });
            self.actor_update.end_episode();
            self.critic_update.end_episode();
        }
    }

    /// By how much more is learned from a decision that stands for longer than one while the error is shown (own measurement: by
    /// the root of its time; by none a turned cursor is learned half as well from reward alone).
    fn haste(&self) -> f32 {
        (self.pace().hold as f32 / self.regimes[0].pace.hold as f32).sqrt()
    }

    fn pace(&self) -> Pace {
        self.regimes[self.regime].pace
    }

    fn improve(&mut self, reward: f32, next_sensed: &[f32], terminated: bool, teacher: Option<&Teacher<'_>>) {
        let Regime { pace, reward: scaler, .. } = &mut self.regimes[self.regime];
        let pace = *pace;
        let reward = scaler.scale(reward, pace.discount);
        if scaler.silent() {
            // Nothing to predict yet: δ would be the naive critic's own noise, which, brought to its usual size, would
            // move the actor at random for as long as no reward comes.
            return;
        }
        self.present.copy_inputs(&self.tried);
        self.critic.forward(&mut self.present);
        self.value = self.present.outputs()[0];
        let future = if terminated {
            0.0
        } else {
            self.next.set_inputs(next_sensed);
            self.critic.forward(&mut self.next);
            self.next.outputs()[0]
        };
        let discount = if self.defect == Some(DopamineDefect::NoBootstrapping) { 0.0 } else { pace.discount as f32 };
        let error = reward + discount * future - self.value;
        if !error.is_finite() {
            return;
        }
        let burst = self.regimes[self.regime].dopamine.adapt(error, self.tried.inputs());
        self.burst = burst.distorted(self.defect).weakened(self.authority);
        let taught = !terminated && self.gradient_strength != 0.0 && teacher.is_some_and(|teacher| self.ask(teacher));

        self.regimes[self.regime].mood.update(f64::from(error));

        self.present.head().1[0] = -1.0;
        self.critic.backward(&mut self.present);
        let critic_drive = Drive {
            error: self.burst.clipped,
            plasticity: self.plasticity,
            trace_decay: pace.trace_decay,
            taught: false,
        };
        self.critic_update.update(&mut self.critic, &self.present, critic_drive);

        // Not signum, which calls zero positive.
        let sign = f32::from(error > 0.0) - f32::from(error < 0.0);
        let outputs = self.policy.outputs();
        let (head, gradient) = self.tried.head();
        self.policy.gradient(&head[..outputs], &self.noise, sign, &mut gradient[..outputs]);
        self.actor.backward(&mut self.tried);
        // The likelihood of a share of an action has the gradient of the whole one's. What was hardly carried out is
        // hardly to be thanked for what came of it; nor is the policy to be blamed for a body that has changed.
        let share = self.share * teacher.map_or(1.0, |teacher| 1.0 - teacher.cerebellum.blame());
        let driven = self.haste() * share * self.burst.adapted * self.burst.step;
        let actor_drive = Drive { error: driven, taught: self.gradient_strength != 0.0, ..critic_drive };
        self.actor_update.update(&mut self.actor, &self.tried, actor_drive);
        if taught {
            self.follow();
        }
        if let Some([actor, critic]) = self.structures.as_mut().filter(|_| self.plasticity > 0.0) {
            actor.tend(&mut self.actor, &mut self.actor_update, &self.tried);
            critic.tend(&mut self.critic, &mut self.critic_update, &self.present);
        }
    }

    /// Whether things have of late gone worse than expected, on average by most of the usual error.
    pub(super) fn disappointed(&self) -> bool {
        let Regime { mood, dopamine, .. } = &self.regimes[self.regime];
        mood.value() < -DISAPPOINTMENT * dopamine.average()
    }

    /// Asks how V(s′) depends on the action.
    fn ask(&mut self, teacher: &Teacher<'_>) -> bool {
        self.next.head().1[0] = 1.0;
        self.critic.backward(&mut self.next);
        self.critic.backward_to_inputs(&self.next, &mut self.by_sensed);
        let inputs = self.next.inputs().len();
        teacher.pull_back(&mut flat_mut(&mut self.by_sensed)[..inputs], &mut self.by_action)
    }

    /// Moves the mean action to where V(s′) grows.
    fn follow(&mut self) {
        let outputs = self.policy.outputs();
        let scale = self.gradient_strength * self.authority * self.pace().discount as f32
            / self.regimes[self.regime].dopamine.usual().max(f32::MIN_POSITIVE);
        let (head, gradient) = self.tried.head();
        gradient[..outputs].fill(0.0);
        for ((gradient, &mean), by_action) in gradient.iter_mut().zip(&*head).zip(&self.by_action) {
            let towards = (scale * by_action).clamp(-3.0, 3.0);
            // Beyond its range an action has no more effect.
            let within = if towards > 0.0 { mean < 1.0 } else { mean > -1.0 };
            *gradient = if within && towards.is_finite() { -towards } else { 0.0 };
        }
        self.actor.backward(&mut self.tried);
        self.actor_update.teach(&mut self.actor, &self.tried, self.plasticity);
    }

    pub(super) fn signals(&self, report: &mut dyn FnMut(&'static str, f32)) {
        let values = [
            self.burst.raw,
            self.burst.adapted,
            self.value,
            self.regimes[self.regime].reward.unit(),
            self.share * self.policy.exploration(self.tried.outputs()),
            self.actor_update.step_size(),
            self.critic_update.step_size(),
        ];
        report_all(&signals::BASAL_GANGLIA, values, report);
        if let Some([actor, critic]) = &self.structures {
            let replaced = actor.replaced() + critic.replaced();
            report_all(&signals::STRUCTURE, [actor.capacity(), critic.capacity(), replaced as f32], report);
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.scope("actor", |writer| {
            self.actor.save(writer);
            self.actor_update.save(writer);
            generator::save(&self.generator, writer);
        });
        writer.scope("critic", |writer| {
            self.critic.save(writer);
            self.critic_update.save(writer);
        });
        if let Some([actor, critic]) = &self.structures {
            writer.scope("actor_structure", |writer| actor.save(writer));
            writer.scope("critic_structure", |writer| critic.save(writer));
        }
        for (regime, [reward, dopamine]) in self.regimes.iter().zip(REGIMES) {
            writer.scope(reward, |writer| regime.reward.save(writer));
            writer.scope(dopamine, |writer| {
                regime.dopamine.save(writer);
                regime.mood.save("mood", writer);
            });
        }
        writer.put_f32("last", &[self.value, self.burst.raw, self.burst.clipped, self.burst.adapted]);
        writer.put_f32("intact", &[self.authority, self.plasticity]);
        writer.scope("tried", |writer| {
            writer.put_u64("awaiting", &[u64::from(self.awaiting)]);
            writer.put_f32("share", &[self.share]);
            writer.put_u64("held", &[self.held as u64, u64::from(self.untold), self.regime as u64]);
            writer.put_f32("decided", &self.decided);
            writer.put_f32("earned", &[self.earned]);
            writer.put_f32("inputs", self.tried.inputs());
            writer.put_f32("outputs", self.tried.outputs());
            writer.put_f32("noise", &self.noise);
        });
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.scope("actor", |reader| {
            self.actor.load(reader)?;
            self.actor_update.load(reader)?;
            self.generator = generator::load(reader)?;
            Ok(())
        })?;
        reader.scope("critic", |reader| {
            self.critic.load(reader)?;
            self.critic_update.load(reader)
        })?;
        if let Some([actor, critic]) = &mut self.structures {
            reader.scope("actor_structure", |reader| actor.load(reader))?;
            reader.scope("critic_structure", |reader| critic.load(reader))?;
        }
        for (regime, [reward, dopamine]) in self.regimes.iter_mut().zip(REGIMES) {
            reader.scope(reward, |reader| regime.reward.load(reader))?;
            reader.scope(dopamine, |reader| {
                regime.dopamine.load(reader)?;
                regime.mood.load_signed("mood", reader)
            })?;
        }
        let mut last = [0.0; 4];
        reader.get_f32("last", &mut last)?;
        [self.value, self.burst.raw, self.burst.clipped, self.burst.adapted] = last;
        let mut intact = [0.0; 2];
        reader.get_f32("intact", &mut intact)?;
        reader.check("intact", &intact, "a share from 0 to 1", |share| (0.0..=1.0).contains(&share))?;
        [self.authority, self.plasticity] = intact;
        reader.scope("tried", |reader| {
            let mut awaiting = [0];
            reader.get_u64("awaiting", &mut awaiting)?;
            reader.check("awaiting", &awaiting, "0 or 1", |flag| flag <= 1)?;
            self.awaiting = awaiting[0] == 1;
            reader.get_f32("share", std::slice::from_mut(&mut self.share))?;
            reader.check("share", &[self.share], "a share from 0 to 1", |share| (0.0..=1.0).contains(&share))?;
            let mut held = [0; 3];
            reader.get_u64("held", &mut held)?;
            reader.check("held", &held[1..2], "0 or 1", |held| held <= 1)?;
            let regimes = self.regimes.len() as u64;
            reader.check("held", &held[2..], "0 while the error is shown, 1 while it is not", |regime| {
                regime < regimes
            })?;
            (self.untold, self.regime) = (held[1] == 1, held[2] as usize);
            let hold = self.pace().hold as u64;
            reader.check("held", &held[..1], "fewer steps than a decision stands", |held| held < hold)?;
            self.held = held[0] as usize;
            reader.get_f32("decided", &mut self.decided)?;
            reader.get_f32("earned", std::slice::from_mut(&mut self.earned))?;
            reader.get_f32("noise", &mut self.noise)?;
            reader.get_f32("inputs", self.tried.inputs_mut())?;
            // The hidden layers follow from the inputs; the outputs may be those of weights that have changed since.
            self.actor.forward(&mut self.tried);
            reader.get_f32("outputs", self.tried.head().0)
        })
    }
}

#[cfg(test)]
#[path = "basal_ganglia_tests.rs"]
mod tests;
