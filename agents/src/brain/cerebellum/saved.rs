//! What is saved of a cerebellum: all that later behaviour depends on.

use super::{Cerebellum, Last, Learner};
use crate::generator;
use crate::state::{StateError, StateReader, StateWriter};

impl Cerebellum {
    pub(crate) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("lesion", &[self.lesioned, self.noise]);
        writer.put_f32("last", &[self.last.share, self.last.trust, self.last.predicted]);
        generator::save(&self.generator, writer);
        match &self.learner {
            Some(Learner::FeedbackError(learner)) => {
                writer.scope("feedback_error", |writer| learner.save(writer));
                writer.scope("reliability", |writer| self.reliability.save(writer));
            }
            Some(Learner::ModelReference(learner)) => writer.scope("model_reference", |writer| learner.save(writer)),
            None => {}
        }
        if let Some(foresight) = &self.foresight {
            writer.scope("sensory_prediction", |writer| foresight.prediction.save(writer));
            if let Some(reach) = &foresight.reach {
                writer.scope("goal_reach", |writer| reach.save(writer));
            }
        }
    }

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut lesion = [0.0; 2];
        reader.get_f32("lesion", &mut lesion)?;
        reader.check("lesion", &lesion[..1], "a share from 0 to 1", |share| (0.0..=1.0).contains(&share))?;
        reader.check("lesion", &lesion[1..], "a number that is not negative", |noise| noise >= 0.0)?;
        self.lesion(lesion[0]);
        self.disturb(lesion[1]);
        let mut last = [0.0; 3];
        reader.get_f32("last", &mut last)?;
        self.last = Last { share: last[0], trust: last[1], predicted: last[2] };
        self.generator = generator::load(reader)?;
        match &mut self.learner {
            Some(Learner::FeedbackError(learner)) => {
                reader.scope("feedback_error", |reader| learner.load(reader))?;
                reader.scope("reliability", |reader| self.reliability.load(reader))?;
            }
            Some(Learner::ModelReference(learner)) => reader.scope("model_reference", |reader| learner.load(reader))?,
            None => {}
        }
        if let Some(foresight) = &mut self.foresight {
            reader.scope("sensory_prediction", |reader| foresight.prediction.load(reader))?;
            if let Some(reach) = &mut foresight.reach {
                reader.scope("goal_reach", |reader| reach.load(reader))?;
            }
        }
        Ok(())
    }
}
