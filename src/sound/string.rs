//! One plucked string: a delay line of one period, with filters for the losses of a string.

use super::filters::{Allpass, Damping};
use super::rate::SAMPLE_RATE;
use etude_envs::tone::{Tone, Touch};
use std::f64::consts::TAU;

const RATE: f64 = SAMPLE_RATE as f64;
/// Lowest and highest audible pitch, in Hz: below nothing is heard, above a period is too short for the filters.
const PITCHES: std::ops::RangeInclusive<f64> = 16.0..=0.1 * RATE;
/// Plucking position, as a fraction of the string's length from the bridge: over the sound hole or the pickups.
const PLUCKED_AT: f64 = 0.2;
/// Strength of a hammer-on relative to a pluck.
const HAMMER: f64 = 0.25;
/// Time in s in which a string at [`REFERENCE`] decays by 60 dB: steel strings sound for some seconds, high ones for
/// less. It is proportional to the inverse root of the frequency, within [`SHORTEST_RING`] and [`LONGEST_RING`].
const RING: f64 = 4.0;
/// Pitch of the lowest string of a guitar, E2, in Hz.
const REFERENCE: f64 = 82.41;
const SHORTEST_RING: f64 = 0.8;
const LONGEST_RING: f64 = 6.0;
/// Decay time of a buzzing string relative to a clean one.
const BUZZ_RING: f64 = 0.2;
/// Time in s in which a string damped by a finger decays by 60 dB.
const DAMPED_RING: f64 = 0.1;
/// Displacement, relative to a pluck, at which a buzzing string hits the fret, and the fraction of the excess that is
/// reflected.
const FRET: (f64, f64) = (0.25, 0.6);
/// Fraction of the period that a buzzing string spends in dispersion, which raises its partials.
const DISPERSED: f64 = 0.2;
/// Displacement below which a string is at rest: inaudible in 16 bits.
const REST: f64 = 1e-6;
/// Least delay of the tuning allpass in samples; the largest is one more.
const LEAST_TUNING: f64 = 0.3;

/// Number of samples in the delay line: a power of two, above the longest period.
const LINE: usize = 4096;

/// A string.
pub struct PluckedString {
    line: Box<[f64; LINE]>,
    /// Position of the next sample.
    at: usize,
    /// Delay in samples after which a sample is read again; 0 without a pitch.
    delay: usize,
    dispersion: [Allpass; 4],
    tuning: Allpass,
    damping: Damping,
    frequency: f64,
    touch: Touch,
    /// Number of consecutive samples without movement.
    still: usize,
}

impl Default for PluckedString {
    fn default() -> Self {
        Self {
            line: Box::new([0.0; LINE]),
            at: 0,
            delay: 0,
            dispersion: <_>::default(),
            tuning: Allpass::default(),
            damping: Damping::default(),
            frequency: 0.0,
            touch: Touch::Free,
            still: LINE,
        }
    }
}

impl PluckedString {
    /// Sets the string to a tone. A finger that damps a sounding string leaves its length unchanged.
    pub fn hold(&mut self, tone: &Tone) {
        let damps = tone.touch == Touch::Damped && tone.plucked.is_none() && self.delay > 0;
        let frequency = if damps { self.frequency } else { f64::from(tone.frequency) };
        if (frequency, tone.touch) != (self.frequency, self.touch) {
            (self.frequency, self.touch) = (frequency, tone.touch);
            self.tune();
        }
    }

    /// Plucks the string; earlier sound stops.
    pub fn pluck(&mut self) {
        self.stop();
        self.excite(1.0);
    }

    /// Lets a finger land on the string; earlier sound continues.
    pub fn hammer(&mut self) {
        self.excite(HAMMER);
    }

    /// Its next sample, relative to the displacement of a pluck.
    pub fn sample(&mut self) -> f64 {
        if self.still >= self.delay {
            return 0.0;
        }
        let mut value = self.line[(self.at + LINE - self.delay) % LINE];
        if self.touch == Touch::Buzzing {
            value = self.dispersion.iter_mut().fold(value, |value, filter| filter.pass(value));
            let (place, thrown) = FRET;
            if value > place {
                value = place - thrown * (value - place);
            }
        }
        value = self.damping.pass(self.tuning.pass(value));
        self.line[self.at] = value;
        self.at = (self.at + 1) % LINE;
        self.still = if value.abs() < REST { self.still + 1 } else { 0 };
        if self.still >= self.delay {
            self.stop();
        }
        value
    }

    fn stop(&mut self) {
        self.line.fill(0.0);
        self.dispersion.iter_mut().for_each(Allpass::clear);
        self.tuning.clear();
        self.damping.clear();
        self.still = LINE;
    }

    /// Sets all delays and losses, so that one pass takes one period of the fundamental.
    fn tune(&mut self) {
        if !PITCHES.contains(&self.frequency) {
            self.delay = 0;
            return;
        }
        let (period, angle) = (RATE / self.frequency, TAU * self.frequency / RATE);
        let free = (RING * (REFERENCE / self.frequency).sqrt()).clamp(SHORTEST_RING, LONGEST_RING);
        let ring = match self.touch {
            Touch::Free => free,
            Touch::Buzzing => BUZZ_RING * free,
            Touch::Damped => DAMPED_RING,
        };
        self.damping.decay_to(10f64.powf(-3.0 / (self.frequency * ring)), angle);
        let mut rest = period - self.damping.delay(angle);
        if self.touch == Touch::Buzzing {
            let each = DISPERSED * period / self.dispersion.len() as f64;
            for filter in &mut self.dispersion {
                // Less than a sample would lower the partials.
                filter.disperse(each.max(1.0));
                rest -= filter.delay(angle);
            }
        }
        self.delay = (rest - LEAST_TUNING) as usize;
        self.tuning.delay_by(rest - self.delay as f64, angle);
    }

    /// Adds the pulse of a pluck at the bridge, as long as the plucked part of the string (Fletcher & Rossing 1998, The
    /// Physics of Musical Instruments, ch. 2). Its edges are smoother the softer the touch.
    fn excite(&mut self, strength: f64) {
        let edge = match self.touch {
            Touch::Free => 0.04,
            Touch::Buzzing => 0.01,
            Touch::Damped => 0.4,
        };
        let pulse = |phase: f64| (phase / edge).min((PLUCKED_AT + edge - phase) / edge).clamp(0.0, 1.0);
        let count = self.delay;
        // Without a constant part, and starting from zero to avoid a click.
        let phase = |sample: usize| (sample as f64 / count as f64 + PLUCKED_AT * edge) % 1.0;
        let mean = (0..count).map(|sample| pulse(phase(sample))).sum::<f64>() / count.max(1) as f64;
        for sample in 0..count {
            self.line[(self.at + LINE - count + sample) % LINE] += strength * (pulse(phase(sample)) - mean);
        }
        self.still = 0;
    }
}
