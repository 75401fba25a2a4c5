//! What a cerebellum learns from what followed, what it forgets in time, and what of it concerns the basal ganglia.

use super::{Cerebellum, Foresight, Learner};
use crate::agent::Transition;

impl Cerebellum {
    /// Learns from what followed, and from whether things go worse than expected.
    pub(crate) fn learn(&mut self, transition: &Transition<'_>, worse: bool) {
        match &mut self.learner {
            Some(Learner::FeedbackError(learner)) => {
                let shown = learner.error_shown(transition.next_observation);
                self.reliability.learn(shown, transition.reward);
                let relied = 1.0 - self.reliability.failure(f32::from(u8::from(shown)));
                let (told, ended) = (transition.reward.is_finite(), transition.terminated || transition.truncated);
                learner.learn(transition.next_observation, relied, told, ended);
            }
            Some(Learner::ModelReference(learner)) => {
                learner.learn(transition.observation, transition.action, transition.next_observation, worse);
            }
            None => {}
        }
        if let Some(foresight) = &mut self.foresight {
            let Foresight { prediction, reach } = &mut **foresight;
            if let Some(reach) = reach {
                reach.learn(prediction, transition.observation, transition.action, transition.next_observation);
            }
            prediction.learn(transition.next_observation);
        }
    }

    /// Lets time pass (s), in which what feedback-error learning has learnt fast is forgotten.
    pub(crate) fn rest(&mut self, seconds: f64) {
        if let Some(Learner::FeedbackError(learner)) = &mut self.learner {
            learner.rest(seconds);
        }
    }

    /// The share of what comes of the actions that is due to a changed body and not to the policy, which is to be left as it
    /// is meanwhile: what one learns from error the other need not learn from reward (Todorov et al. 2019 let only one of
    /// them learn at a time).
    pub(crate) fn blame(&self) -> f32 {
        match &self.learner {
            Some(Learner::FeedbackError(_)) | None => 0.0,
            Some(Learner::ModelReference(learner)) => (1.0 - self.lesioned) * learner.contexts().novelty() as f32,
        }
    }

    /// Turns a gradient with respect to the next observation into that with respect to the action, by its forward model;
    /// false, with nothing written, if it has none, or one of another body than that for which the policy is made.
    pub(crate) fn pull_back(&self, by_observation: &[f32], by_action: &mut [f32]) -> bool {
        match &self.learner {
            Some(Learner::ModelReference(learner)) if !learner.contexts().correcting() => {
                learner.pull_back(by_observation, by_action);
                true
            }
            _ => false,
        }
    }
}
