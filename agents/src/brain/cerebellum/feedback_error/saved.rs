//! What is saved of feedback-error learning: all that later behaviour depends on.

use super::FeedbackError;
use crate::brain::lanes::{flat, flat_mut};
use crate::state::{StateError, StateReader, StateWriter};

impl FeedbackError {
    pub(crate) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.scope("granule", |writer| self.granule.save(writer));
        writer.put_f32("fast", flat(&self.fast.weights));
        writer.put_f32("slow", flat(&self.slow.weights));
        writer.put_f32("eligible", flat(&self.eligible));
        writer.put_f32("visited", flat(&self.visited));
        writer.put_f32("past", flat(&self.past));
        let place = [self.newest as u64, self.remembered as u64, u64::from(self.awaiting), self.steps];
        writer.put_u64("place", &place);
        writer.put_f64("size", &[self.size]);
        writer.put_u64("told", &[self.lived, self.rewarded]);
        writer.put_f32("fibre", &[self.fibre]);
        writer.scope("certainty", |writer| self.certainty.save(writer));
        writer.scope("sensitivity", |writer| self.sensitivity.save(writer));
        if let Some(synapses) = &self.synapses {
            writer.scope("synapses", |writer| synapses.save(writer));
        }
        for (action, fibre) in self.fibres.iter().enumerate() {
            fibre.save(&format!("rate_{action}"), writer);
        }
    }

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.scope("granule", |reader| self.granule.load(reader))?;
        reader.get_f32("fast", flat_mut(&mut self.fast.weights))?;
        reader.get_f32("slow", flat_mut(&mut self.slow.weights))?;
        reader.get_f32("eligible", flat_mut(&mut self.eligible))?;
        reader.get_f32("visited", flat_mut(&mut self.visited))?;
        reader.check("visited", flat(&self.visited), "a number that is not negative", |visited| visited >= 0.0)?;
        reader.get_f32("past", flat_mut(&mut self.past))?;
        let (mut place, slots) = ([0; 4], self.slots() as u64);
        reader.get_u64("place", &mut place)?;
        reader.check("place", &place[..1], "the index of a past command", |index| index < slots)?;
        reader.check("place", &place[1..2], "a count of past commands", |count| count <= slots)?;
        reader.check("place", &place[2..3], "0 or 1", |flag| flag <= 1)?;
        reader.check("place", &place[3..], "a count of steps below 2^62", |steps| steps < 1 << 62)?;
        (self.newest, self.remembered) = (place[0] as usize, place[1] as usize);
        (self.awaiting, self.steps) = (place[2] == 1, place[3]);
        let mut told = [0; 2];
        reader.get_u64("told", &mut told)?;
        reader.check("told", &told, "a count of steps below 2^62", |steps| steps < 1 << 62)?;
        [self.lived, self.rewarded] = told;
        reader.get_f64("size", std::slice::from_mut(&mut self.size))?;
        reader.check("size", &[self.size], "a number that is not negative", |size| size >= 0.0)?;
        reader.get_f32("fibre", std::slice::from_mut(&mut self.fibre))?;
        reader.scope("certainty", |reader| self.certainty.load(reader))?;
        reader.scope("sensitivity", |reader| self.sensitivity.load(reader))?;
        if let Some(synapses) = &mut self.synapses {
            reader.scope("synapses", |reader| synapses.load(reader))?;
        }
        for (action, fibre) in self.fibres.iter_mut().enumerate() {
            fibre.load(&format!("rate_{action}"), reader)?;
        }
        Ok(())
    }
}
