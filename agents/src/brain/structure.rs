//! Structural plasticity: units of the cortex that are hardly read are slowly replaced by new ones.
//!
//! The utility of a unit is the strength with which it is read, averaged over time:
//!
//! ```text
//! recent ← recent + (|h| · mean |w_out| − recent) / memory          kept ← max(recent, kept · (1 − 1 / protection))
//! ```
//!
//! As in continual backpropagation (Dohare et al. 2024, Nature 632:768), the least useful of the mature units gets new
//! incoming weights and outgoing weights of zero, so that nothing else changes at that moment. `kept` falls much more
//! slowly than recent use: a unit that an earlier skill relied on stays protected for that long.

use rand_chacha::ChaCha8Rng;

use super::cortex::{Activity, Column};
use super::cortex_settings::StructureConfig;
use super::intentional::Intentional;
use super::lanes::flat;
use crate::generator;
use crate::state::{StateError, StateReader, StateWriter};

/// Steps between two checks of the units: use is an average over thousands of steps, and a check takes time.
const LOOK_EVERY: u64 = 16;

/// State of one hidden layer's units.
#[derive(Clone, Debug)]
struct Layer {
    recent: Vec<f32>,
    kept: Vec<f32>,
    ages: Vec<u64>,
    /// Replacements due; the fraction carries over.
    due: f64,
}

/// Structural plasticity of one column.
#[derive(Clone, Debug)]
pub(super) struct Structure {
    config: StructureConfig,
    generator: ChaCha8Rng,
    layers: Vec<Layer>,
    steps: u64,
    replaced: u64,
    /// Mean |w_out| by unit of the layer being checked.
    reading: Vec<f32>,
}

impl Structure {
    /// `generator` is this column's own.
    pub(super) fn new(config: &StructureConfig, column: &Column, generator: ChaCha8Rng) -> Structure {
        let hidden = column.layers.split_last().map_or(&[][..], |(_, hidden)| hidden);
        let layer =
            |units: usize| Layer { recent: vec![0.0; units], kept: vec![0.0; units], ages: vec![0; units], due: 0.0 };
        Structure {
            config: config.clone(),
            generator,
            layers: hidden.iter().map(|linear| layer(linear.outputs)).collect(),
            steps: 0,
            replaced: 0,
            reading: vec![0.0; hidden.iter().map(|linear| linear.outputs).max().unwrap_or(0)],
        }
    }

    /// Called once per step, after the column has learned from the pass in `activity`.
    pub(super) fn tend(&mut self, column: &mut Column, update: &mut Intentional, activity: &Activity) {
        self.steps += 1;
        if !self.steps.is_multiple_of(LOOK_EVERY) {
            return;
        }
        let share = LOOK_EVERY as f32 / self.config.memory as f32;
        let fading = 1.0 - LOOK_EVERY as f32 / self.config.protection as f32;
        for index in 0..self.layers.len() {
            let units = self.layers[index].recent.len();
            column.reading(index + 1, &mut self.reading[..units]);
            let layer = &mut self.layers[index];
            let active = &flat(&activity.layers[index + 1].inputs)[..units];
            for (unit, (&activity, &reading)) in active.iter().zip(&self.reading).enumerate() {
                layer.recent[unit] += share * (activity.abs() * reading - layer.recent[unit]);
                layer.kept[unit] = layer.recent[unit].max(layer.kept[unit] * fading);
                layer.ages[unit] += LOOK_EVERY;
            }
            layer.due = (layer.due + self.config.turnover * (LOOK_EVERY as usize * units) as f64).min(units as f64);
            if layer.due >= 1.0
                && let Some(unit) = layer.useless(&self.config)
            {
                layer.due -= 1.0;
                (layer.recent[unit], layer.kept[unit], layer.ages[unit]) = (0.0, 0.0, 0);
                column.regrow(index, unit, &mut self.generator);
                update.forget(column, index, unit);
                self.replaced += 1;
            }
        }
    }

    /// Number of units replaced so far.
    pub(super) fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Effective number of units in use: the participation ratio (Σ u)² / Σ u² of recent utilities, by layer and
    /// summed. 0 before the first check.
    pub(super) fn capacity(&self) -> f32 {
        let ratio = |layer: &Layer| {
            let sum: f32 = layer.recent.iter().sum();
            let squares: f32 = layer.recent.iter().map(|utility| utility * utility).sum();
            if squares > 0.0 { sum * sum / squares } else { 0.0 }
        };
        self.layers.iter().map(ratio).sum()
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        generator::save(&self.generator, writer);
        writer.put_u64("counts", &[self.steps, self.replaced]);
        for (index, layer) in self.layers.iter().enumerate() {
            writer.put_f32(&format!("recent_{index}"), &layer.recent);
            writer.put_f32(&format!("kept_{index}"), &layer.kept);
            writer.put_u64(&format!("ages_{index}"), &layer.ages);
            writer.put_f64(&format!("due_{index}"), &[layer.due]);
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.generator = generator::load(reader)?;
        let mut counts = [0; 2];
        reader.get_u64("counts", &mut counts)?;
        reader.check("counts", &counts, "a count below 2^62", |count| count < 1 << 62)?;
        (self.steps, self.replaced) = (counts[0], counts[1]);
        for (index, layer) in self.layers.iter_mut().enumerate() {
            for (name, values) in [("recent", &mut layer.recent), ("kept", &mut layer.kept)] {
                let name = format!("{name}_{index}");
                reader.get_f32(&name, values)?;
                reader.check(&name, values, "a number that is not negative", |utility| utility >= 0.0)?;
            }
            let (ages, due) = (format!("ages_{index}"), format!("due_{index}"));
            reader.get_u64(&ages, &mut layer.ages)?;
            reader.check(&ages, &layer.ages, "an age below 2^62", |age| age < 1 << 62)?;
            reader.get_f64(&due, std::slice::from_mut(&mut layer.due))?;
            reader.check(&due, &[layer.due], "a number from 0 to 4096", |due| (0.0..=4096.0).contains(&due))?;
        }
        Ok(())
    }
}

impl Layer {
    /// The mature unit with the lowest kept utility, if that is low enough.
    fn useless(&self, config: &StructureConfig) -> Option<usize> {
        let mean = self.kept.iter().sum::<f32>() / self.kept.len() as f32;
        let mature = (0..self.kept.len()).filter(|&unit| self.ages[unit] >= config.maturity);
        let least = mature.min_by(|&one, &other| self.kept[one].total_cmp(&self.kept[other]))?;
        (self.kept[least] < config.useless as f32 * mean).then_some(least)
    }
}

#[cfg(test)]
#[path = "structure_tests.rs"]
mod tests;
