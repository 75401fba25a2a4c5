//! One plucked string: a delay line of one period, with filters that make it lose what a string loses.

use super::filters::{Allpass, Damping};
use super::rate::SAMPLE_RATE;
use etude_envs::tone::{Tone, Touch};
use std::f64::consts::TAU;

const RATE: f64 = SAMPLE_RATE as f64;
/// Lowest and highest pitch that sounds, in Hz: below is nothing to be heard, above a period is too short for the filters.
const PITCHES: std::ops::RangeInclusive<f64> = 16.0..=0.1 * RATE;
/// Where a string is plucked, as a share of its length from the bridge: over the sound hole or the pickups.
const PLUCKED_AT: f64 = 0.2;
/// Strength of a hammer-on as a share of a pluck.
const HAMMER: f64 = 0.25;
/// Time of a string at [`REFERENCE`] to fall by 60 dB, in s: steel strings ring for some seconds, high ones for less. It falls
/// with the root of the frequency, within [`SHORTEST_RING`] and [`LONGEST_RING`].
const RING: f64 = 4.0;
/// Pitch of the lowest string of a guitar, E2, in Hz.
const REFERENCE: f64 = 82.41;
const SHORTEST_RING: f64 = 0.8;
const LONGEST_RING: f64 = 6.0;
/// How long a string that buzzes rings, as a share of one that does not.
const BUZZ_RING: f64 = 0.2;
/// Time of a string that is damped by a finger to fall by 60 dB, in s.
const DAMPED_RING: f64 = 0.1;
/// Displacement, in that of a pluck, at which a string that buzzes meets the fret, and what share of the excess is thrown back.
const FRET: (f64, f64) = (0.25, 0.6);
/// Share of the period that a string which buzzes spends in its dispersion, which makes its partials too high.
const DISPERSED: f64 = 0.2;
/// Displacement below which a string is at rest: inaudible in 16 bits.
const REST: f64 = 1e-6;
/// Least delay of the tuning allpass in samples, which goes to one more.
const LEAST_TUNING: f64 = 0.3;

/// Samples in the delay line: a power of two, above the longest period.
const LINE: usize = 4096;

/// A string.
pub struct PluckedString {
    line: Box<[f64; LINE]>,
    /// Where the next sample is written.
    at: usize,
    /// Samples after which it is read again; 0 while there is no pitch.
    delay: usize,
    dispersion: [Allpass; 4],
    tuning: Allpass,
    damping: Damping,
    frequency: f64,
    touch: Touch,
    /// Samples in a row for which it has not moved.
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
    /// Takes it as a tone says. A finger that damps it while it rings leaves it its length.
    pub fn hold(&mut self, tone: &Tone) {
        let damps = tone.touch == Touch::Damped && tone.plucked.is_none() && self.delay > 0;
        let frequency = if damps { self.frequency } else { f64::from(tone.frequency) };
        if (frequency, tone.touch) != (self.frequency, self.touch) {
            (self.frequency, self.touch) = (frequency, tone.touch);
            self.tune();
        }
    }

    /// Plucks it. What rang before stops.
    pub fn pluck(&mut self) {
        self.stop();
        self.excite(1.0);
    }

    /// Lets a finger land on it. What rings goes on.
    pub fn hammer(&mut self) {
        self.excite(HAMMER);
    }

    /// Its next sample; 1 is the displacement of a pluck.
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

    /// Sets all delays, so that one round takes one period at the fundamental, and the loss in it.
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
                // Less than a sample would make partials too low.
                filter.disperse(each.max(1.0));
                rest -= filter.delay(angle);
            }
        }
        self.delay = (rest - LEAST_TUNING) as usize;
        self.tuning.delay_by(rest - self.delay as f64, angle);
    }

    /// Adds what a pluck leaves at the bridge: a pulse as long as the pluck's share of the string (Fletcher & Rossing 1998,
    /// The Physics of Musical Instruments, ch. 2), whose edges are the less sharp, the softer what touches it.
    fn excite(&mut self, strength: f64) {
        let edge = match self.touch {
            Touch::Free => 0.04,
            Touch::Buzzing => 0.01,
            Touch::Damped => 0.4,
        };
        let pulse = |phase: f64| (phase / edge).min((PLUCKED_AT + edge - phase) / edge).clamp(0.0, 1.0);
        let count = self.delay;
        // Around zero, so that nothing is left that does not swing, and from zero on, so that nothing clicks.
        let phase = |sample: usize| (sample as f64 / count as f64 + PLUCKED_AT * edge) % 1.0;
        let mean = (0..count).map(|sample| pulse(phase(sample))).sum::<f64>() / count.max(1) as f64;
        for sample in 0..count {
            self.line[(self.at + LINE - count + sample) % LINE] += strength * (pulse(phase(sample)) - mean);
        }
        self.still = 0;
    }
}
