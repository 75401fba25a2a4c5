//! What a cerebellum does in a step: it predicts what is not sensed, and adds its command to the action.

use rand::RngExt;
use rand_distr::StandardNormal;

use super::feedback_error::FeedbackError;
use super::{Cerebellum, Foresight, Last, Learner};

impl Cerebellum {
    /// The share of the command that it leaves to the basal ganglia. Learning from error and exploring for reward get into
    /// one another's way; where the error is [reliable](super::reliability), the former is in charge. Correction by model
    /// reference serves the basal ganglia's command, and takes nothing from it.
    pub(crate) fn leaves_to_others(&self, observation: &[f32]) -> f32 {
        match &self.learner {
            Some(Learner::FeedbackError(learner)) => 1.0 - self.reliance(learner, observation),
            Some(Learner::ModelReference(_)) | None => 1.0,
        }
    }

    /// How far learning from error is relied upon, from 0 to 1.
    fn reliance(&self, learner: &FeedbackError, observation: &[f32]) -> f32 {
        let foresight = self.foresight.as_ref().map_or(0.0, |foresight| foresight.prediction.trust(observation));
        self.reliability.of(learner.certainty(observation), foresight)
    }

    /// How many numbers it tells the cortex.
    pub(crate) fn outputs(&self) -> usize {
        self.foresight.as_ref().map_or(0, |foresight| foresight.prediction.outputs())
    }

    /// Predicts what is not sensed, and writes what it tells the cortex of it.
    pub(crate) fn predict(&mut self, observation: &[f32], told: &mut [f32]) {
        if let Some(foresight) = &mut self.foresight {
            foresight.prediction.predict(1.0 - self.lesioned, observation, told);
        }
    }

    /// Adds its command to an action, whose range is [-1, 1]. An action to which nothing is added is left as it is.
    pub(crate) fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]) {
        if action.len() != self.command.len() {
            return;
        }
        self.command.fill(0.0);
        let (mut adds, mut trust) = (false, 0.0);
        if let Some(foresight) = &mut self.foresight {
            let Foresight { prediction, reach } = &mut **foresight;
            trust = prediction.trust(observation);
            if let Some(reach) = reach {
                adds = reach.act(prediction, observation, action, &mut self.command);
            }
        }
        match &mut self.learner {
            Some(Learner::FeedbackError(learner)) => {
                learner.command(observation, explore, &mut self.command);
                adds = true;
            }
            Some(Learner::ModelReference(learner)) => {
                // What is intended is what the basal ganglia and the reach make of it together.
                self.intended.iter_mut().zip(action.iter().zip(&self.command)).for_each(|(intended, (action, own))| {
                    *intended = if adds { action.clamp(-1.0, 1.0) + own } else { *action };
                });
                if learner.correct(observation, &self.intended, &mut self.correction) {
                    let authority = 1.0 - self.lesioned;
                    for (command, correction) in self.command.iter_mut().zip(&self.correction) {
                        *command += authority * correction;
                    }
                    (adds, trust) = (true, trust.max(authority * learner.contexts().trust() as f32));
                }
            }
            None => {}
        }
        let mut predicted = 0.0;
        if let Some(Learner::FeedbackError(learner)) = &self.learner {
            predicted = (1.0 - learner.certainty(observation)) * trust;
            trust = self.reliance(learner, observation);
        }
        if self.random_sign {
            let generator = if explore { &mut self.generator } else { &mut self.guesses };
            self.command.iter_mut().filter(|_| generator.random()).for_each(|command| *command = -*command);
        }
        if self.noise > 0.0 {
            let generator = if explore { &mut self.generator } else { &mut self.guesses };
            for command in &mut self.command {
                let drawn: f32 = generator.sample(StandardNormal);
                *command += self.noise * drawn;
            }
            adds = true;
        }
        if explore {
            let size = |command: &[f32]| command.iter().map(|value| value.clamp(-1.0, 1.0).abs()).sum::<f32>();
            let (own, other) = (size(&self.command), size(action));
            self.last = Last { share: if own > 0.0 { own / (own + other) } else { 0.0 }, trust, predicted };
        }
        if adds {
            for (action, command) in action.iter_mut().zip(&self.command) {
                *action = (action.clamp(-1.0, 1.0) + command).clamp(-1.0, 1.0);
            }
        }
    }

    /// The parts that its fast and its slow site have in the command that was added last; a command without sites is all fast.
    pub(crate) fn sites(&mut self) -> [&[f32]; 2] {
        let [fast, slow] = &mut self.sites;
        slow.fill(0.0);
        if let Some(Learner::FeedbackError(learner)) = &self.learner {
            learner.slow_command(slow);
        }
        fast.iter_mut().zip(self.command.iter().zip(&*slow)).for_each(|(fast, (whole, slow))| *fast = whole - slow);
        [fast, slow]
    }
}
