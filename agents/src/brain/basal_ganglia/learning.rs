//! What basal ganglia learn from reward: surprise moves the critic and the actor, and the second teacher the actor.

use super::BasalGanglia;
use super::regime::Regime;
use crate::brain::dopamine::DopamineDefect;
use crate::brain::intentional::Drive;
use crate::brain::lanes::flat_mut;
use crate::brain::teacher::Teacher;

/// The average that is a disappointment, in usual errors (own measurement on cycling: over 5 s, 0.5 lets more riders notice a
/// re-geared handlebar and disturbs some who cope with a taller body; over 1 s, 1.2 lets fewer notice).
const DISAPPOINTMENT: f64 = 0.8;

impl BasalGanglia {
    /// Learns from what followed the tried action. Without one, or if the reward is not finite, there is nothing to learn.
    pub(crate) fn learn(
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
    pub(crate) fn disappointed(&self) -> bool {
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
    pub(super) fn follow(&mut self) {
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
}
