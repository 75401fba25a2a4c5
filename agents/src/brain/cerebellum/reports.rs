//! What a cerebellum reports: its zones, its predictions and its signals.

use super::{Cerebellum, Learner};
use crate::agent::Belief;
use crate::brain::signals;
use crate::signal::report_all;

impl Cerebellum {
    /// Capacity of the zone of every action, and the synapses that it has, where it learns from feedback.
    pub(crate) fn zones(&self, report: &mut dyn FnMut(usize, f32, usize)) {
        if let Some(Learner::FeedbackError(learner)) = &self.learner {
            learner.zones(report);
        }
    }

    pub(crate) fn beliefs(&self, report: &mut dyn FnMut(Belief<'_>)) {
        if let Some(foresight) = &self.foresight {
            foresight.prediction.beliefs(report);
        }
    }

    pub(crate) fn signals(&self, report: &mut dyn FnMut(&'static str, f32)) {
        let fibre = match &self.learner {
            Some(Learner::FeedbackError(learner)) => learner.climbing_fibre(),
            Some(Learner::ModelReference(learner)) => learner.contexts().climbing_fibre() as f32,
            None => 0.0,
        };
        let felt = self.foresight.as_ref().map_or(0.0, |foresight| foresight.prediction.climbing_fibre());
        report_all(&signals::CEREBELLUM, [self.last.share, self.last.trust, fibre.max(felt)], report);
        match &self.learner {
            Some(Learner::FeedbackError(learner)) => {
                let values = [learner.sensitivity(), self.last.predicted, 1.0 - self.last.trust];
                report_all(&signals::FEEDBACK_ERROR, values, report);
            }
            Some(Learner::ModelReference(learner)) => {
                let changed = f32::from(u8::from(learner.contexts().changed()));
                let [context, known] = learner.contexts().place();
                let values = [learner.contexts().surprise() as f32, changed, context as f32, known as f32];
                report_all(&signals::MODEL_REFERENCE, values, report);
            }
            None => {}
        }
        if self.foresight.is_some() {
            report_all(&signals::SENSORY_PREDICTION, [felt], report);
        }
    }
}
