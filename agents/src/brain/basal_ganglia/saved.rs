//! What is saved of basal ganglia: all that later behaviour depends on.

use super::BasalGanglia;
use crate::generator;
use crate::state::{StateError, StateReader, StateWriter};

/// What the usual reward and dopamine of each regime are called in a checkpoint.
const REGIMES: [[&str; 2]; 2] = [["reward", "dopamine"], ["hidden_reward", "hidden_dopamine"]];

impl BasalGanglia {
    pub(crate) fn save(&self, writer: &mut StateWriter<'_>) {
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

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
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
