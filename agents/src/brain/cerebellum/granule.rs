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
use serde::{Deserialize, Serialize};

use crate::brain::config::{ConfigError, above, within};
use crate::state::{StateError, StateReader, StateWriter};

/// The expansion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GranuleConfig {
    /// Granule cells; 8 to 65536, default 512 (own measurement on reaching: 128 and more do alike).
    pub units: usize,
    /// Inputs per granule cell; 1 to 64, default 4 (Litwin-Kumar et al. 2017). All inputs, where there are fewer.
    pub inputs: usize,
    /// Coding level: share of the units active at a time, for inputs as large as they typically are; 0.01 to 0.5, default 0.3
    /// (Xie et al. 2023: smooth control wants a denser code than pattern separation).
    pub coding_level: f64,
}

impl Default for GranuleConfig {
    fn default() -> Self {
        GranuleConfig { units: 512, inputs: 4, coding_level: 0.3 }
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
    inputs: usize,
    claws: usize,
    /// Which inputs a unit sees, `claws` per unit.
    sources: Vec<u32>,
    weights: Vec<f32>,
    thresholds: Vec<f32>,
    /// Drawn from 0 to 1: units with less than what is silenced are silent.
    order: Vec<f32>,
    silenced: f32,
}

impl Granule {
    /// A layer over `inputs` inputs, of which there must be at least one.
    pub(super) fn new(config: &GranuleConfig, inputs: usize, generator: &mut ChaCha8Rng) -> Granule {
        let claws = config.inputs.min(inputs);
        let (mut sources, mut weights) = (Vec::new(), Vec::new());
        for _ in 0..config.units {
            sources.extend(sample(generator, inputs, claws).iter().map(|input| input as u32));
            let drawn: Vec<f32> = (0..claws).map(|_| generator.sample(StandardNormal)).collect();
            let length = drawn.iter().map(|weight| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
            weights.extend(drawn.iter().map(|weight| weight / length));
        }
        let share = |unit: usize| 2.0 * config.coding_level * (unit as f64 + 0.5) / config.units as f64;
        Granule {
            inputs,
            claws,
            sources,
            weights,
            thresholds: (0..config.units).map(|unit| upper_quantile(share(unit)) as f32).collect(),
            order: (0..config.units).map(|_| generator.random_range(0.0..1.0)).collect(),
            silenced: 0.0,
        }
    }

    pub(super) fn units(&self) -> usize {
        self.thresholds.len()
    }

    /// Silences the given share of the units, always the same ones for the same share.
    pub(super) fn silence(&mut self, share: f32) {
        self.silenced = share;
    }

    /// Writes φ(x) and returns |φ|².
    pub(super) fn expand(&self, inputs: &[f32], features: &mut [f32]) -> f32 {
        let wires = self.sources.chunks_exact(self.claws).zip(self.weights.chunks_exact(self.claws));
        let units = wires.zip(self.thresholds.iter().zip(&self.order));
        let mut square = 0.0;
        for (feature, ((sources, weights), (&threshold, &rank))) in features.iter_mut().zip(units) {
            let drive: f32 =
                sources.iter().zip(weights).map(|(&source, weight)| inputs[source as usize] * weight).sum();
            *feature = if rank < self.silenced { 0.0 } else { (drive - threshold).max(0.0) };
            square += *feature * *feature;
        }
        square
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        let sources: Vec<u64> = self.sources.iter().map(|&source| u64::from(source)).collect();
        writer.put_u64("sources", &sources);
        writer.put_f32("weights", &self.weights);
        writer.put_f32("order", &self.order);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut sources = vec![0; self.sources.len()];
        reader.get_u64("sources", &mut sources)?;
        let inputs = self.inputs as u64;
        reader.check("sources", &sources, "the index of an input", |source| source < inputs)?;
        self.sources = sources.into_iter().map(|source| source as u32).collect();
        reader.get_f32("weights", &mut self.weights)?;
        reader.get_f32("order", &mut self.order)
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
            let (mut features, mut active, mut squares) = (vec![0.0; granule.units()], 0, 0.0);
            for _ in 0..2000 {
                let x: Vec<f32> = (0..inputs).map(|_| generator.sample(StandardNormal)).collect();
                let square = granule.expand(&x, &mut features);
                active += features.iter().filter(|&&feature| feature > 0.0).count();
                let sum: f32 = features.iter().map(|feature| feature * feature).sum();
                squares += f64::from((square - sum).abs() / sum.max(1e-6));
            }
            let share = active as f64 / (2000 * granule.units()) as f64;
            assert!((share - coding_level).abs() < 0.02, "{inputs} inputs: {share} for {coding_level}");
            assert!(squares < 1e-2, "|φ|² is that of the features");
        }
    }

    #[test]
    fn silenced_units_are_the_stated_share_and_the_same_ones() {
        let mut granule = Granule::new(&GranuleConfig::default(), 4, &mut ChaCha8Rng::seed_from_u64(5));
        let (mut whole, mut half, mut none) = (vec![0.0; 512], vec![0.0; 512], vec![0.0; 512]);
        let x = [3.0, -3.0, 3.0, -3.0];
        granule.expand(&x, &mut whole);
        granule.silence(0.5);
        granule.expand(&x, &mut half);
        granule.silence(1.0);
        assert_eq!(granule.expand(&x, &mut none), 0.0);
        assert!(half.iter().zip(&whole).all(|(half, whole)| *half == 0.0 || half == whole));
        let count = |features: &[f32]| features.iter().filter(|&&feature| feature > 0.0).count() as f64;
        let share = count(&half) / count(&whole);
        assert!((0.35..0.65).contains(&share), "{share}");
    }
}
