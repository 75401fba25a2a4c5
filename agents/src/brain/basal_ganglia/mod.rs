//! Basal ganglia: learning from reward by a streaming actor–critic with eligibility traces.
//!
//! The critic learns how much reward is to come; its surprise δ, the temporal-difference error, is the dopamine signal
//! (Schultz, Dayan & Montague 1997). The actor makes more likely what led to a positive surprise: presynaptic activity,
//! postsynaptic exploration and dopamine are the three factors. One transition at a time, nothing is replayed. With V(s) and
//! V(s′) both under the present weights and r scaled by the [`RewardScaler`](super::senses::RewardScaler):
//!
//! ```text
//! δ = r + γ V(s′) (1 − terminated) − V(s)          an episode cut short still counts its future
//! critic: gradient of −V(s), driven by δ clipped
//! actor:  gradient of −log π(a|s) − c sign(δ) H, driven by δ clipped and adapted, see [`Dopamine`]
//! ```
//!
//! Both are moved by [`Intentional`] updates.

mod acting;
mod learning;
mod regime;
mod saved;
mod settings;

pub use settings::BasalGangliaConfig;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::clock::Clock;
use super::cortex::{Activity, Column};
use super::cortex_settings::CortexConfig;
use super::dopamine::{Burst, DopamineDefect};
use super::intentional::Intentional;
use super::lanes::{Lanes, ZEROS};
use super::policy::Policy;
use super::signals;
use super::structure::Structure;
use crate::signal::report_all;
use regime::{Pace, Regime};

/// Streams of the one seed.
const EXPLORATION: u64 = 0;
const ACTOR: u64 = 1;
const CRITIC: u64 = 2;
/// Streams 3 to 5 are the cerebellum's.
const ACTOR_STRUCTURE: u64 = 6;
const CRITIC_STRUCTURE: u64 = 7;

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

    fn pace(&self) -> Pace {
        self.regimes[self.regime].pace
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
}

#[cfg(test)]
mod tests;
