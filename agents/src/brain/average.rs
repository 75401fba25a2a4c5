//! Running averages with forgetting.

use crate::state::{StateError, StateReader, StateWriter};

/// An exponential average, corrected for its start from zero, as in Adam (Kingma & Ba 2015, section 3).
#[derive(Clone, Debug)]
pub(crate) struct Average {
    decay: f64,
    raw: f64,
    /// Weight that remains on the start: `decay` to the power of the number of updates.
    remaining: f64,
}

impl Average {
    /// An average that keeps the share `decay`, in [0, 1), of itself at every update.
    pub(crate) fn new(decay: f64) -> Average {
        Average { decay, raw: 0.0, remaining: 1.0 }
    }

    /// Adds one value and returns the new average.
    pub(crate) fn update(&mut self, value: f64) -> f64 {
        self.raw = self.decay * self.raw + (1.0 - self.decay) * value;
        // Below 1e-20 it no longer changes the quotient, and subnormal numbers would be slow.
        self.remaining = if self.remaining > 1e-20 { self.remaining * self.decay } else { 0.0 };
        self.raw / (1.0 - self.remaining)
    }

    /// The average; 0 before the first value.
    pub(crate) fn value(&self) -> f64 {
        if self.remaining < 1.0 { self.raw / (1.0 - self.remaining) } else { 0.0 }
    }

    pub(crate) fn save(&self, name: &str, writer: &mut StateWriter<'_>) {
        writer.put_f64(name, &[self.raw, self.remaining]);
    }

    pub(crate) fn load(&mut self, name: &str, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.load_signed(name, reader)?;
        reader.check(name, &[self.raw], "a number that is not negative", |value| value >= 0.0)
    }

    /// Loads an average of numbers that may be negative.
    pub(crate) fn load_signed(&mut self, name: &str, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut pair = [0.0; 2];
        reader.get_f64(name, &mut pair)?;
        reader.check(name, &pair[1..], "a weight that is not negative", |value| value >= 0.0)?;
        reader.check(name, &pair[1..], "a weight of at most 1", |value| value <= 1.0)?;
        [self.raw, self.remaining] = pair;
        Ok(())
    }
}
