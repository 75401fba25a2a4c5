//! How basal ganglia act: a decision is drawn from the policy and stands for a while, a guess leaves no mark.

use super::BasalGanglia;

impl BasalGanglia {
    /// Writes an action drawn from the policy, and remembers it; or one which still stands. Only a share of it is explored.
    /// Whether the error is shown is heeded where a decision is made.
    pub(crate) fn explore(&mut self, sensed: &[f32], shown: bool, share: f32, action: &mut [f32]) {
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
    pub(crate) fn hidden(&self) -> &[f32] {
        self.tried.hidden()
    }

    /// Writes the policy's mean action, and remembers nothing.
    pub(crate) fn guess(&mut self, sensed: &[f32], action: &mut [f32]) {
        self.guessed.set_inputs(sensed);
        self.actor.forward(&mut self.guessed);
        self.policy.mean(self.guessed.outputs(), action);
        self.weaken(action);
    }

    fn weaken(&self, action: &mut [f32]) {
        action.iter_mut().for_each(|action| *action *= self.authority);
    }
}
