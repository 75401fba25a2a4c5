//! What is saved of a motor cortex: all that later behaviour depends on.

use super::{MotorCortex, Teachers};
use crate::generator;
use crate::state::{StateError, StateReader, StateWriter};

/// Arrays that are saved.
const ARRAYS: usize = 17;

impl MotorCortex {
    pub(crate) fn save(&self, writer: &mut StateWriter<'_>) {
        for (name, array) in self.arrays() {
            writer.put_f32(name, array);
        }
        writer.put_f32("numbers", &self.numbers());
        writer.put_u64("silent", &[self.silent as u64]);
        generator::save(&self.generator, writer);
    }

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut arrays = self.arrays().map(|(name, array)| (name, array.to_vec()));
        for (name, array) in &mut arrays {
            reader.get_f32(name, array)?;
            reader.check(name, array, "a finite number", f32::is_finite)?;
        }
        let mut numbers = self.numbers();
        reader.get_f32("numbers", &mut numbers)?;
        reader.check("numbers", &numbers, "a finite number", f32::is_finite)?;
        let mut silent = [0];
        reader.get_u64("silent", &mut silent)?;
        reader.check("silent", &silent, "at most the number of units", |silent| silent <= self.units as u64)?;
        self.generator = generator::load(reader)?;
        self.silent = silent[0] as usize;
        let slots: [&mut Vec<f32>; ARRAYS] = [
            &mut self.baselines,
            &mut self.association,
            &mut self.native,
            &mut self.weights,
            &mut self.fast,
            &mut self.forward,
            &mut self.values,
            &mut self.tagged,
            &mut self.tagged_squared,
            &mut self.association_sum,
            &mut self.fast_sum,
            &mut self.eligibility,
            &mut self.code_average,
            &mut self.latent_average,
            &mut self.code,
            &mut self.latents,
            &mut self.noise,
        ];
        slots.into_iter().zip(arrays).for_each(|(slot, (_, array))| *slot = array);
        let [dopamine, recent, usual, day_error, usual_error, trials, reward, error, steps, by_error, by_reward] =
            numbers;
        (self.usual_dopamine, self.progress) = (dopamine, [recent, usual]);
        (self.day_error, self.usual_error, self.trials) = (day_error, usual_error, trials);
        (self.reward_sum, self.error_sum, self.steps) = (reward, error, steps);
        self.teachers = Teachers { error: by_error, reward: by_reward };
        Ok(())
    }

    pub(super) fn arrays(&self) -> [(&'static str, &[f32]); ARRAYS] {
        [
            ("baselines", &self.baselines),
            ("association", &self.association),
            ("native", &self.native),
            ("weights", &self.weights),
            ("fast", &self.fast),
            ("forward", &self.forward),
            ("values", &self.values),
            ("tagged", &self.tagged),
            ("tagged_squared", &self.tagged_squared),
            ("association_sum", &self.association_sum),
            ("fast_sum", &self.fast_sum),
            ("eligibility", &self.eligibility),
            ("code_average", &self.code_average),
            ("latent_average", &self.latent_average),
            ("code", &self.code),
            ("latents", &self.latents),
            ("noise", &self.noise),
        ]
    }

    fn numbers(&self) -> [f32; 11] {
        [
            self.usual_dopamine,
            self.progress[0],
            self.progress[1],
            self.day_error,
            self.usual_error,
            self.trials,
            self.reward_sum,
            self.error_sum,
            self.steps,
            self.teachers.error,
            self.teachers.reward,
        ]
    }
}
