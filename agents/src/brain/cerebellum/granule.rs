//! Granule cells: a sparse random expansion of a few inputs into many features.
//!
//! φ = max(0, J x − θ): every unit sees `inputs` of the inputs, as granule cells have four claws or so
//! (Litwin-Kumar et al. 2017), with weights of unit length drawn from a sphere, so that x of mean 0 and variance 1 gives a
//! drive of variance 1. Thresholds are spread so that the units are active for shares of such inputs that lie evenly between
//! 0 and twice the coding level: wiring and thresholds are drawn once, from the agent's seed, and never change.

use rand::RngExt;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::brain::config::{ConfigError, above, within};
use crate::brain::lanes::{LANES, Lanes, ZEROS, chunks, flat, flat_mut};
use crate::state::{StateError, StateReader, StateWriter};

/// The expansion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GranuleConfig {
    /// Granule cells; 8 to 65536, default 192 (own measurement on reaching: after 200 trials 0.34 of the naive error is
    /// left with 128 units, 0.32 with 192, 0.31 with 256 or 512).
    pub units: usize,
    /// Inputs per granule cell; 1 to 64, default 4 (Litwin-Kumar et al. 2017). All inputs, where there are fewer.
    pub inputs: usize,
    /// Coding level: share of the units active at a time, for inputs as large as they typically are; 0.01 to 0.5, default 0.19
    /// (Xie et al. 2023: smooth control wants a denser code than pattern separation; own measurement: with 0.3 what is learnt at
    /// one target generalises more widely than in people).
    pub coding_level: f64,
}

impl Default for GranuleConfig {
    fn default() -> Self {
        GranuleConfig { units: 192, inputs: 4, coding_level: 0.19 }
    }
}

impl GranuleConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within("cerebellum.granule.units", self.units, 8..=65_536)?;
        within("cerebellum.granule.inputs", self.inputs, 1..=64)?;
        above("cerebellum.granule.coding_level", self.coding_level, 0.00999, 0.5)
    }
}

/// The granule layer.
#[derive(Clone, Debug)]
pub(super) struct Granule {
    /// J: for four units after the other, their weights for each input. Most of it is zeros; four units at a time are faster
    /// than leaving them out.
    wiring: Vec<Lanes>,
    thresholds: Vec<Lanes>,
    /// Drawn from 0 to 1: units with less than what is silenced are silent.
    order: Vec<f32>,
    silenced: f32,
    /// 1 for every unit that is not silent.
    firing: Vec<Lanes>,
}

impl Granule {
    /// A layer over `inputs` inputs, of which there must be at least one.
    pub(super) fn new(config: &GranuleConfig, inputs: usize, generator: &mut ChaCha8Rng) -> Granule {
        let (units, claws) = (config.units, config.inputs.min(inputs));
        let mut wiring = vec![ZEROS; inputs * chunks(units)];
        for unit in 0..units {
            let sources = sample(generator, inputs, claws);
            let drawn: Vec<f32> = (0..claws).map(|_| generator.sample(StandardNormal)).collect();
            let length = drawn.iter().map(|weight| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
            for (source, weight) in sources.iter().zip(drawn) {
                flat_mut(&mut wiring)[(unit / LANES * inputs + source) * LANES + unit % LANES] = weight / length;
            }
        }
        let share = |unit: usize| 2.0 * config.coding_level * (unit as f64 + 0.5) / units as f64;
        let mut thresholds = vec![ZEROS; chunks(units)];
        for (unit, threshold) in flat_mut(&mut thresholds)[..units].iter_mut().enumerate() {
            *threshold = upper_quantile(share(unit)) as f32;
        }
        let order = (0..units).map(|_| generator.random_range(0.0..1.0)).collect();
        let firing = vec![Lanes::splat(1.0); chunks(units)];
        Granule { wiring, thresholds, order, silenced: 0.0, firing }
    }

    /// Silences the given share of the units, always the same ones for the same share.
    pub(super) fn silence(&mut self, share: f32) {
        self.silenced = share;
        for (firing, &rank) in flat_mut(&mut self.firing).iter_mut().zip(&self.order) {
            *firing = f32::from(u8::from(rank >= share));
        }
    }

    /// Writes φ(x); every lane of an input holds the same number.
    pub(super) fn expand(&self, inputs: &[Lanes], features: &mut [Lanes]) {
        let units = self.wiring.chunks_exact(inputs.len()).zip(&self.thresholds).zip(&self.firing);
        for (feature, ((weights, &threshold), &firing)) in features.iter_mut().zip(units) {
            let drive = weights.iter().zip(inputs).fold(ZEROS, |drive, (&weight, &input)| drive + weight * input);
            *feature = (drive - threshold).max(ZEROS) * firing;
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("wiring", flat(&self.wiring));
        writer.put_f32("order", &self.order);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.get_f32("wiring", flat_mut(&mut self.wiring))?;
        reader.get_f32("order", &mut self.order)?;
        self.silence(self.silenced);
        Ok(())
    }
}

/// The number that a standard normal exceeds with this probability, from 0 to 1: by bisection of libm's erfc, which is the
/// same on every CPU.
fn upper_quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if 0.5 * libm::erfc(middle / std::f64::consts::SQRT_2) > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (probability, quantile) in [(0.5, 0.0), (0.3, 0.524_401), (0.025, 1.959_964), (0.975, -1.959_964)] {
            assert!((upper_quantile(probability) - quantile).abs() < 1e-6, "{probability}");
        }
    }

    #[test]
    fn the_share_of_active_units_is_the_coding_level() {
        for (inputs, coding_level) in [(2, 0.3), (6, 0.05), (6, 0.3), (30, 0.5)] {
            let mut generator = ChaCha8Rng::seed_from_u64(inputs as u64);
            let config = GranuleConfig { coding_level, ..GranuleConfig::default() };
            let granule = Granule::new(&config, inputs, &mut generator);
            let (mut features, mut active) = (vec![ZEROS; chunks(config.units)], 0);
            for _ in 0..2000 {
                let x: Vec<Lanes> = (0..inputs).map(|_| Lanes::splat(generator.sample(StandardNormal))).collect();
                granule.expand(&x, &mut features);
                active += flat(&features).iter().filter(|&&feature| feature > 0.0).count();
            }
            let share = active as f64 / (2000 * config.units) as f64;
            assert!((share - coding_level).abs() < 0.02, "{inputs} inputs: {share} for {coding_level}");
        }
    }

    #[test]
    fn silenced_units_are_the_stated_share_and_the_same_ones() {
        // Not a multiple of the units that are computed together.
        let config = GranuleConfig { units: 509, ..GranuleConfig::default() };
        let mut granule = Granule::new(&config, 4, &mut ChaCha8Rng::seed_from_u64(5));
        let mut expand = |share: f32| {
            granule.silence(share);
            let mut features = vec![ZEROS; chunks(config.units)];
            granule.expand(&[3.0, -3.0, 3.0, -3.0].map(Lanes::splat), &mut features);
            flat(&features).to_vec()
        };
        let (whole, half, none) = (expand(0.0), expand(0.5), expand(1.0));
        assert!(none.iter().chain(&whole[config.units..]).all(|&feature| feature == 0.0));
        assert!(half.iter().zip(&whole).all(|(half, whole)| *half == 0.0 || half == whole));
        let count = |features: &[f32]| features.iter().filter(|&&feature| feature > 0.0).count() as f64;
        let share = count(&half) / count(&whole);
        assert!((0.35..0.65).contains(&share), "{share}");
    }
}
