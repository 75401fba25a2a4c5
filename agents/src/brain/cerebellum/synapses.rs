//! Structure of feedback-error learning: which parallel fibres reach which Purkinje cells, which changes with use.
//!
//! A Purkinje cell, the zone of one action, is reached by few of all granule cells at first, and by how many is a matter of
//! talent. Where the climbing fibre goes on asking for the same change in trial after trial, a synapse grows that could have made it; where a synapse
//! does little for long, it withdraws. All zones share one budget: when it is spent, the least used synapse of all makes room.
//!
//! ```text
//! asked ← asked + (Δ − asked)/M,  heard ← heard + (|Δ| − heard)/M      of synapses that are not there; grows the one that was asked for
//!                                                                      most, if asked > heard/2 and asked > worth
//! used  ← used + (|w| − used)/M                                       of synapses that are there
//! ```
//!
//! Δ is the change that error asks for and w the weight, in lasting typical errors.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::brain::config::{ConfigError, above, within};
use crate::state::{StateError, StateReader, StateWriter};

/// How parallel fibres find and leave Purkinje cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SynapsesConfig {
    /// Most synapses of all zones together, as a share of all that are possible; above 0 and at most 1, default 0.5.
    pub budget: f64,
    /// Share that is there at birth, on average; above 0 and at most `budget`, default 0.2.
    pub native: f64,
    /// How far subjects differ in that share and in `turnover`: both are drawn from 1 ± talent of their mean; 0 to 0.9, default 0.5.
    pub talent: f64,
    /// Share of all possible synapses that may grow, and of those that may withdraw, per episode; 0 to 1, default 0.002.
    pub turnover: f64,
    /// M: episodes over which demand and use are averaged; 2 to 1e6, default 40.
    pub memory: f64,
    /// Demand below which nothing grows and use below which a synapse withdraws, in lasting typical errors; 0 to 1000, default 0.05.
    pub worth: f64,
}

impl Default for SynapsesConfig {
    fn default() -> Self {
        SynapsesConfig { budget: 0.5, native: 0.2, talent: 0.5, turnover: 0.002, memory: 40.0, worth: 0.05 }
    }
}

impl SynapsesConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let field = |name: &str| format!("cerebellum.feedback_error.synapses.{name}");
        above(&field("budget"), self.budget, 0.0, 1.0)?;
        above(&field("native"), self.native, 0.0, self.budget)?;
        within(&field("talent"), self.talent, 0.0..=0.9)?;
        within(&field("turnover"), self.turnover, 0.0..=1.0)?;
        within(&field("memory"), self.memory, 2.0..=1e6)?;
        within(&field("worth"), self.worth, 0.0..=1000.0)
    }
}

/// The synapses of all zones.
#[derive(Clone, Debug)]
pub(super) struct Synapses {
    worth: f32,
    rate: f32,
    budget: usize,
    /// Synapses that may grow per episode, and withdraw.
    turnover: f64,
    /// Grown and withdrawn ones that are due; the fraction is carried on.
    due: f64,
    /// 1 where there is a synapse, zone by zone.
    there: Vec<f32>,
    asked: Vec<f32>,
    heard: Vec<f32>,
    used: Vec<f32>,
    count: usize,
}

impl Synapses {
    /// Those of a newborn; `real` of the `stride` granule cells of each of `zones` exist, the rest is padding.
    pub(super) fn new(
        config: &SynapsesConfig,
        zones: usize,
        stride: usize,
        real: usize,
        generator: &mut ChaCha8Rng,
    ) -> Synapses {
        let talent = 1.0 + config.talent * (2.0 * generator.random::<f64>() - 1.0);
        let all = (zones * real) as f64;
        let native = (config.native * talent).min(config.budget);
        let mut there = vec![0.0; zones * stride];
        for zone in there.chunks_exact_mut(stride) {
            zone[..real].iter_mut().for_each(|slot| *slot = f32::from(u8::from(generator.random::<f64>() < native)));
        }
        let zeros = || vec![0.0; there.len()];
        Synapses {
            worth: config.worth as f32,
            rate: (1.0 / config.memory) as f32,
            budget: (config.budget * all).round() as usize,
            turnover: config.turnover * talent * all,
            due: 0.0,
            asked: zeros(),
            heard: zeros(),
            used: zeros(),
            count: count(&there),
            there,
        }
    }

    /// Whether a synapse is there. It takes in the change that an episode asked for and its weight, in lasting typical errors.
    pub(super) fn meet(&mut self, synapse: usize, asked: f32, weight: f32) -> bool {
        if !asked.is_finite() || !weight.is_finite() {
            return self.there[synapse] > 0.0;
        }
        self.asked[synapse] += self.rate * (asked - self.asked[synapse]);
        self.heard[synapse] += self.rate * (asked.abs() - self.heard[synapse]);
        self.used[synapse] += self.rate * (weight.abs() - self.used[synapse]);
        self.there[synapse] > 0.0
    }

    /// Ends an episode: synapses grow and withdraw. Gives those that withdrew to `forget`.
    pub(super) fn end(&mut self, mut forget: impl FnMut(usize)) {
        self.due += self.turnover;
        while self.due >= 1.0 {
            self.due -= 1.0;
            if let Some(least) = self.extreme(|own, index| (own.there[index] > 0.0).then(|| -own.used[index]))
                && (self.used[least] < self.worth && self.heard[least] > 0.0 || self.count > self.budget)
            {
                self.withdraw(least, &mut forget);
            }
            let wanted = |own: &Synapses, index: usize| {
                let asked = own.asked[index].abs();
                let consistent = asked > own.worth && 2.0 * asked > own.heard[index];
                (own.there[index] == 0.0 && consistent).then_some(asked)
            };
            let Some(grown) = self.extreme(wanted) else { continue };
            if self.count >= self.budget {
                let least = self.extreme(|own, index| (own.there[index] > 0.0).then(|| -own.used[index]));
                // Nothing makes room for what was asked for less than that is used.
                match least.filter(|&least| self.used[least] < self.asked[grown].abs()) {
                    Some(least) => self.withdraw(least, &mut forget),
                    None => continue,
                }
            }
            self.there[grown] = 1.0;
            self.count += 1;
            // It is as good as used: it has yet to show what it is worth.
            self.used[grown] = self.asked[grown].abs().max(self.worth);
        }
    }

    /// The synapse for which something is largest, among those for which it is something.
    fn extreme(&self, of: impl Fn(&Synapses, usize) -> Option<f32>) -> Option<usize> {
        let all = (0..self.there.len()).filter_map(|index| Some((index, of(self, index)?)));
        all.max_by(|one, other| one.1.total_cmp(&other.1)).map(|(index, _)| index)
    }

    fn withdraw(&mut self, synapse: usize, forget: &mut impl FnMut(usize)) {
        self.there[synapse] = 0.0;
        self.count -= 1;
        (self.asked[synapse], self.heard[synapse], self.used[synapse]) = (0.0, 0.0, 0.0);
        forget(synapse);
    }

    /// How many synapses there are in each zone.
    pub(super) fn counts(&self, stride: usize) -> impl Iterator<Item = usize> {
        self.there.chunks_exact(stride).map(count)
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("there", &self.there);
        writer.put_f32("asked", &self.asked);
        writer.put_f32("heard", &self.heard);
        writer.put_f32("used", &self.used);
        writer.put_f64("due", &[self.due, self.turnover]);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.get_f32("there", &mut self.there)?;
        reader.check("there", &self.there, "0 or 1", |there| there == 0.0 || there == 1.0)?;
        for (name, values) in [("asked", &mut self.asked), ("heard", &mut self.heard), ("used", &mut self.used)] {
            reader.get_f32(name, values)?;
            reader.check(name, values, "a finite number", f32::is_finite)?;
        }
        let (mut due, most) = ([0.0; 2], self.there.len() as f64);
        reader.get_f64("due", &mut due)?;
        reader.check("due", &due, "a number from 0 to that of all synapses", |due| (0.0..=most).contains(&due))?;
        [self.due, self.turnover] = due;
        self.count = count(&self.there);
        Ok(())
    }
}

fn count(there: &[f32]) -> usize {
    there.iter().filter(|&&there| there > 0.0).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// Two zones of 100 granule cells.
    fn newborn(config: &SynapsesConfig, seed: u64) -> Synapses {
        Synapses::new(config, 2, 104, 100, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    /// Episodes in which error asks the first zone for so much; weights are as they are used, by zone.
    fn live(synapses: &mut Synapses, episodes: usize, asked: impl Fn(usize) -> f32, weights: [f32; 2]) -> [usize; 2] {
        for episode in 0..episodes {
            for (zone, &weight) in weights.iter().enumerate() {
                for cell in 0..100 {
                    let asked = if zone == 0 { asked(episode) } else { 0.0 };
                    synapses.meet(zone * 104 + cell, asked, weight);
                }
            }
            synapses.end(|_| {});
        }
        let mut counts = synapses.counts(104);
        [counts.next().unwrap(), counts.next().unwrap()]
    }

    #[test]
    fn what_error_goes_on_asking_for_grows_where_it_is_asked_and_within_the_budget() {
        let config = SynapsesConfig { budget: 0.4, turnover: 0.01, ..SynapsesConfig::default() };
        let mut synapses = newborn(&config, 1);
        let before = live(&mut synapses, 0, |_| 0.0, [1.0; 2]);
        let after = live(&mut synapses, 20, |_| 1.0, [1.0; 2]);
        assert!(after[0] > before[0] + 10 && after[1] == before[1], "{before:?} {after:?}");
        let after = live(&mut synapses, 2000, |_| 1.0, [1.0; 2]);
        assert_eq!(after.iter().sum::<usize>(), 80);
    }

    #[test]
    fn noise_asks_for_nothing() {
        let mut synapses = newborn(&SynapsesConfig { turnover: 0.01, ..SynapsesConfig::default() }, 2);
        let before = live(&mut synapses, 0, |_| 0.0, [1.0; 2]);
        assert_eq!(live(&mut synapses, 200, |episode| [1.0, -1.0][episode % 2], [1.0; 2]), before);
    }

    #[test]
    fn what_does_little_for_long_withdraws_and_is_forgotten() {
        let mut synapses = newborn(&SynapsesConfig { turnover: 0.05, ..SynapsesConfig::default() }, 3);
        let before = live(&mut synapses, 50, |_| 0.01, [1.0; 2]);
        let mut gone = Vec::new();
        for _ in 0..400 {
            (0..100).for_each(|cell| _ = synapses.meet(cell, 0.01, 0.0));
            (0..100).for_each(|cell| _ = synapses.meet(104 + cell, 0.01, 1.0));
            synapses.end(|synapse| gone.push(synapse));
        }
        let after: Vec<usize> = synapses.counts(104).collect();
        assert_eq!((after[0], after[1]), (0, before[1]), "{before:?}");
        assert_eq!(gone.len(), before[0]);
    }

    #[test]
    fn talent_is_unequal_and_may_be_equal() {
        let counts = |talent: f64| -> Vec<usize> {
            let config = SynapsesConfig { talent, ..SynapsesConfig::default() };
            (0..20).map(|seed| newborn(&config, seed).count).collect()
        };
        let range = |counts: Vec<usize>| counts.iter().max().unwrap() - counts.iter().min().unwrap();
        assert!(range(counts(0.9)) > 2 * range(counts(0.0)));
    }
}
