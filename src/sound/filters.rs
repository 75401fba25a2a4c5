//! The filters in a string's loop. All angles are frequencies in rad per sample, all delays phase delays in samples.

/// A first-order allpass filter, H(z) = (a + z⁻¹) / (1 + a z⁻¹): it delays without changing magnitudes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allpass {
    coefficient: f64,
    input: f64,
    output: f64,
}

impl Allpass {
    /// Its next sample.
    pub fn pass(&mut self, input: f64) -> f64 {
        self.output = self.coefficient * (input - self.output) + self.input;
        self.input = input;
        self.output
    }

    /// Sets the delay (above 0) at a frequency: the tuning filter of Jaffe & Smith (1983).
    pub fn delay_by(&mut self, delay: f64, angle: f64) {
        self.coefficient = (0.5 * (1.0 - delay) * angle).sin() / (0.5 * (1.0 + delay) * angle).sin();
    }

    /// Sets the delay (above 0) at frequency 0, with smaller delays at higher frequencies: for delays from 1 on, the
    /// dispersion of a stiff string.
    pub fn disperse(&mut self, delay: f64) {
        self.coefficient = (1.0 - delay) / (1.0 + delay);
    }

    /// Its delay at a frequency.
    pub fn delay(&self, angle: f64) -> f64 {
        let (sine, cosine) = angle.sin_cos();
        1.0 - 2.0 * (self.coefficient * sine).atan2(1.0 + self.coefficient * cosine) / angle
    }

    /// Clears its state.
    pub fn clear(&mut self) {
        (self.input, self.output) = (0.0, 0.0);
    }
}

/// Losses of a string in each period, H(z) = ρ (1 - S + S z⁻¹): larger for higher partials.
#[derive(Clone, Copy, Debug, Default)]
pub struct Damping {
    gain: f64,
    older: f64,
    input: f64,
}

impl Damping {
    /// Its next sample.
    pub fn pass(&mut self, input: f64) -> f64 {
        let output = self.gain * ((1.0 - self.older) * input + self.older * self.input);
        self.input = input;
        output
    }

    /// Sets the decay at a frequency to `share` (0 to 1) per pass. The two-point average, S = 1/2, accounts for at most
    /// half of the loss in dB (decay stretching of Jaffe & Smith 1983), ρ for the rest, so that no partial lasts more
    /// than twice as long.
    pub fn decay_to(&mut self, share: f64, angle: f64) {
        // |1 - S + S z⁻¹|² = 1 - 2 S (1 - S) (1 - cos ω)
        let fall = 1.0 - angle.cos();
        let product = (0.5 * (1.0 - share) / fall).min(0.25);
        self.older = 0.5 * (1.0 - (1.0 - 4.0 * product).max(0.0).sqrt());
        self.gain = share / (1.0 - 2.0 * product * fall).sqrt();
    }

    /// Its delay at a frequency.
    pub fn delay(&self, angle: f64) -> f64 {
        let (sine, cosine) = angle.sin_cos();
        (self.older * sine).atan2(1.0 - self.older + self.older * cosine) / angle
    }

    /// Clears its state.
    pub fn clear(&mut self) {
        self.input = 0.0;
    }
}

/// Removes the constant part of the signal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Centring {
    input: f64,
    output: f64,
}

impl Centring {
    /// Its pole: a corner at 7 Hz, below every string.
    const POLE: f64 = 0.999;

    /// Its next sample.
    pub fn pass(&mut self, input: f64) -> f64 {
        self.output = input - self.input + Self::POLE * self.output;
        self.input = input;
        self.output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// Samples for which a filter settles, and as many for which it is measured.
    const SAMPLES: u32 = 50_000;

    /// Frequency of so many whole periods in that time.
    fn angle_of(periods: u32) -> f64 {
        TAU * f64::from(periods) / f64::from(SAMPLES)
    }

    /// Gain and delay of a filter at such a frequency, measured with a sine.
    fn measured(angle: f64, mut filter: impl FnMut(f64) -> f64) -> (f64, f64) {
        let (mut sine, mut cosine) = (0.0, 0.0);
        for sample in 0..2 * SAMPLES {
            let phase = angle * f64::from(sample);
            let output = filter(phase.sin());
            if sample >= SAMPLES {
                sine += output * phase.sin();
                cosine += output * phase.cos();
            }
        }
        let half = 0.5 * f64::from(SAMPLES);
        ((sine / half).hypot(cosine / half), (-cosine).atan2(sine) / angle)
    }

    #[test]
    fn filters_delay_and_damp_by_what_they_say() {
        for angle in [80, 800, 3_200].map(angle_of) {
            for delay in [0.3, 0.8, 1.29] {
                let mut allpass = Allpass::default();
                allpass.delay_by(delay, angle);
                let said = allpass.delay(angle);
                let (gain, found) = measured(angle, |input| allpass.pass(input));
                assert!((said - delay).abs() < 1e-9 && (found - delay).abs() < 1e-6, "{angle} {delay}: {said} {found}");
                assert!((gain - 1.0).abs() < 1e-6, "{gain}");
            }
            for share in [0.5, 0.9, 0.99, 0.9999] {
                let mut damping = Damping::default();
                damping.decay_to(share, angle);
                let said = damping.delay(angle);
                let (gain, found) = measured(angle, |input| damping.pass(input));
                assert!((gain - share).abs() < 1e-6 && (found - said).abs() < 1e-6, "{angle} {share}: {gain} {found}");
            }
        }
    }

    #[test]
    fn dispersion_delays_low_partials_most() {
        let mut allpass = Allpass::default();
        allpass.disperse(20.0);
        let delays = [1e-4, 0.05, 0.2, 1.0].map(|angle| allpass.delay(angle));
        assert!((delays[0] - 20.0).abs() < 1e-3 && delays.is_sorted_by(|one, other| one > other), "{delays:?}");
    }

    #[test]
    fn what_stands_still_is_taken_away() {
        let mut centring = Centring::default();
        let last = (0..20_000).map(|_| centring.pass(1.0)).last();
        assert!(last.is_some_and(|last| last.abs() < 1e-6));
        // 41 Hz, the lowest string of a bass.
        let (gain, _) = measured(angle_of(47), |input| centring.pass(input));
        assert!(gain > 0.98, "{gain}");
    }
}
