//! An instrument over time: tones of each step in, samples out.

use super::filters::Centring;
use super::rate::SAMPLE_RATE;
use super::string::PluckedString;
use etude_envs::tone::Tone;

/// Amplitude of a pluck relative to full scale: several strings may sound at once.
const LOUDNESS: f64 = 0.3;

/// A sound track made while an episode is running.
pub struct SoundTrack {
    strings: Vec<PluckedString>,
    tones: Vec<Tone>,
    centring: Centring,
    mixed: Vec<f64>,
    samples: Vec<i16>,
}

impl SoundTrack {
    /// A track of an instrument with that many strings, all at rest.
    pub fn new(strings: usize) -> Self {
        Self {
            strings: (0..strings).map(|_| PluckedString::default()).collect(),
            tones: vec![Tone::default(); strings],
            centring: Centring::default(),
            mixed: Vec::new(),
            samples: Vec::new(),
        }
    }

    /// Adds samples until a time in s from the beginning, from the tones of the env step that ends then, one for each
    /// string.
    pub fn step(&mut self, tones: &[Tone], until: f64) {
        self.tones.iter_mut().zip(tones).for_each(|(held, tone)| *held = *tone);
        let end = (until.max(0.0) * f64::from(SAMPLE_RATE)).round() as usize;
        let count = end.saturating_sub(self.samples.len());
        self.mixed.clear();
        self.mixed.resize(count, 0.0);
        for (string, tone) in self.strings.iter_mut().zip(&mut self.tones) {
            string.hold(tone);
            let plucked = tone.plucked.take().map(|share| (f64::from(share) * count as f64) as usize);
            let hammered = std::mem::take(&mut tone.hammered);
            for (sample, slot) in self.mixed.iter_mut().enumerate() {
                if plucked.map(|at| at.min(count - 1)) == Some(sample) {
                    string.pluck();
                }
                // The time of a landing within the step is unknown. A pluck masks it.
                if hammered && plucked.is_none() && sample == 0 {
                    string.hammer();
                }
                *slot += string.sample();
            }
        }
        for value in &self.mixed {
            let scaled = LOUDNESS * f64::from(i16::MAX) * self.centring.pass(*value);
            self.samples.push(scaled.round() as i16);
        }
    }

    /// Lets the strings sound until a time in s from the beginning, and returns the samples, at [`SAMPLE_RATE`].
    pub fn finish(mut self, until: f64) -> Vec<i16> {
        self.step(&[], until);
        self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_envs::tone::Touch;
    use realfft::RealFftPlanner;

    const RATE: f64 = SAMPLE_RATE as f64;
    /// Steps per second.
    const STEPS: f64 = 50.0;

    /// A pluck at a pitch (Hz), which sounds for some seconds.
    fn plucked(frequency: f64, touch: Touch, seconds: f64) -> Vec<f64> {
        let mut track = SoundTrack::new(1);
        for step in 1..=(seconds * STEPS) as u32 {
            let tone =
                Tone { frequency: frequency as f32, touch, plucked: (step == 1).then_some(0.0), hammered: false };
            track.step(&[tone], f64::from(step) / STEPS);
        }
        track.finish(seconds).iter().map(|&sample| f64::from(sample)).collect()
    }

    fn energy(samples: &[f64]) -> f64 {
        samples.iter().map(|sample| sample * sample).sum()
    }

    /// Amplitude of a partial near a frequency, and its frequency: the highest point of a spectrum under a Hann window, by a
    /// parabola through the logarithms of three lines.
    fn partial(samples: &[f64], near: f64) -> (f64, f64) {
        let length = (4 * samples.len()).next_power_of_two();
        let mut padded: Vec<f64> = (0..)
            .zip(samples)
            .map(|(index, sample)| {
                let phase = std::f64::consts::TAU * f64::from(index) / samples.len() as f64;
                sample * 0.5 * (1.0 - phase.cos())
            })
            .collect();
        padded.resize(length, 0.0);
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(length);
        let mut spectrum = transform.make_output_vec();
        transform.process(&mut padded, &mut spectrum).unwrap();
        let line = |frequency: f64| (frequency * length as f64 / RATE) as usize;
        let at = (line(0.8 * near)..line(1.25 * near))
            .max_by(|one, other| spectrum[*one].norm().total_cmp(&spectrum[*other].norm()))
            .unwrap();
        let [before, here, after] = [at - 1, at, at + 1].map(|line| spectrum[line].norm().ln());
        let shift = 0.5 * (before - after) / (before - 2.0 * here + after);
        (here.exp(), (at as f64 + shift) * RATE / length as f64)
    }

    fn cents(found: f64, wanted: f64) -> f64 {
        1200.0 * (found / wanted).log2()
    }

    fn pitch(note: i32) -> f64 {
        440.0 * (f64::from(note - 69) / 12.0).exp2()
    }

    /// Time (s) until the energy of a hundredth of a second has fallen by 20 dB.
    fn decay(samples: &[f64]) -> f64 {
        let blocks: Vec<f64> = samples.chunks(441).map(energy).collect();
        let first = blocks.iter().copied().fold(0.0, f64::max);
        0.01 * blocks.iter().rposition(|block| *block > 0.01 * first).unwrap() as f64
    }

    #[test]
    fn every_note_of_bass_and_guitar_has_its_pitch() {
        // From the low B of a bass with five strings to the 24th fret of a guitar.
        let worst = (23..=88).map(|note| {
            let samples = plucked(pitch(note), Touch::Free, 1.5);
            cents(partial(&samples[4_410..], pitch(note)).1, pitch(note)).abs()
        });
        let worst = worst.fold(0.0, f64::max);
        assert!(worst < 1.0, "{worst} cents");
    }

    #[test]
    fn notes_that_buzz_and_are_muted_keep_their_pitch_within_a_quarter_tone() {
        for note in [28, 40, 52, 64, 76] {
            for (touch, from, allowed) in [(Touch::Buzzing, 2_205, 5.0), (Touch::Damped, 0, 50.0)] {
                let samples = plucked(pitch(note), touch, 0.6);
                let off = cents(partial(&samples[from..], pitch(note)).1, pitch(note));
                assert!(off.abs() < allowed, "note {note}, {touch:?}: {off} cents");
            }
        }
    }

    #[test]
    fn a_mute_is_a_thud_and_a_buzz_is_bright_short_and_inharmonic() {
        for note in [28, 33, 40, 45, 50, 55, 64] {
            let [clean, buzz, mute] =
                [Touch::Free, Touch::Buzzing, Touch::Damped].map(|touch| plucked(pitch(note), touch, 4.0));
            let [long, short, thud] = [&clean, &buzz, &mute].map(|samples| decay(samples));
            assert!(long > 5.0 * thud && long > 2.0 * short && short > thud, "note {note}: {long} {short} {thud}");
            // Share of the energy of differences, which grow with frequency.
            let brightness = |samples: &[f64]| {
                let start = &samples[..8_820];
                let differences: Vec<f64> = start.windows(2).map(|pair| pair[1] - pair[0]).collect();
                energy(&differences) / energy(start)
            };
            let [plain, bright, dull] = [&clean, &buzz, &mute].map(|samples| brightness(samples));
            assert!(bright > 1.5 * plain && dull < plain, "note {note}: {plain} {bright} {dull}");
            // The fourth partial of a string is two octaves above it; that of one which buzzes is higher.
            let off = |samples: &[f64]| {
                let (_, first) = partial(&samples[2_205..26_460], pitch(note));
                cents(partial(&samples[2_205..26_460], 4.1 * first).1, 4.0 * first)
            };
            assert!(off(&clean).abs() < 5.0 && off(&buzz) > 15.0, "note {note}: {} {}", off(&clean), off(&buzz));
        }
    }

    #[test]
    fn a_string_that_rings_follows_the_fret_and_stops_under_a_finger() {
        let mut track = SoundTrack::new(1);
        let tone = |note: i32, touch| Tone { frequency: pitch(note) as f32, touch, ..Tone::default() };
        track.step(&[Tone { plucked: Some(0.0), ..tone(45, Touch::Free) }], 1.0);
        track.step(&[Tone { hammered: true, ..tone(47, Touch::Free) }], 2.0);
        // The pitch told of a damped string is that of the open one.
        track.step(&[tone(40, Touch::Damped)], 3.0);
        let samples: Vec<f64> = track.finish(3.0).iter().map(|&sample| f64::from(sample)).collect();
        for (range, note) in [(4_410..44_100, 45), (48_510..88_200, 47)] {
            let off = cents(partial(&samples[range], pitch(note)).1, pitch(note));
            assert!(off.abs() < 2.0, "note {note}: {off} cents");
        }
        let (rings, stopped) = (energy(&samples[79_380..88_200]), energy(&samples[97_020..105_840]));
        assert!(rings > 1e5 * stopped && stopped < 8_820.0, "{rings} {stopped}");
        let (_, damped) = partial(&samples[88_200..92_610], pitch(47));
        assert!(cents(damped, pitch(47)).abs() < 50.0, "{damped}");
    }

    #[test]
    fn a_pluck_sounds_from_its_time_on_and_a_hammer_on_is_softer() {
        let start = |tone: Tone| {
            let mut track = SoundTrack::new(2);
            track.step(&[Tone::default(), Tone { frequency: 110.0, ..tone }], 0.1);
            track.finish(0.2)
        };
        let plucked = start(Tone { plucked: Some(0.5), ..Tone::default() });
        assert_eq!(plucked.len(), 8_820);
        let first = plucked.iter().position(|&sample| sample.unsigned_abs() > 30).unwrap();
        assert!((2_205..2_225).contains(&first), "{first}");
        let loudest = |samples: &[i16]| samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        let hammered = start(Tone { hammered: true, ..Tone::default() });
        assert!(loudest(&hammered) > 500 && 3 * loudest(&hammered) < loudest(&plucked));
        // At the very end of a step, too.
        assert!(loudest(&start(Tone { plucked: Some(1.0), ..Tone::default() })) > 5_000);
        assert!(start(Tone::default()).iter().all(|sample| *sample == 0));
    }

    #[test]
    fn no_pitch_and_no_tone_breaks_a_string() {
        let mut track = SoundTrack::new(1);
        let frequencies = [0.0, -5.0, 8.0, 16.0, 16.1, 4_409.0, 4_411.0, 1e9, f32::NAN, f32::INFINITY, 20.0, 3_000.0];
        let mut time = 0.0;
        for (index, frequency) in frequencies.into_iter().cycle().take(100).enumerate() {
            let touch = [Touch::Free, Touch::Buzzing, Touch::Damped][index % 3];
            let plucked = [None, Some(0.3), Some(f32::NAN), Some(7.0), Some(-1.0)][index % 5];
            time += 0.01 * (index % 7) as f64;
            track.step(&[Tone { frequency, touch, plucked, hammered: index % 4 == 0 }], time);
        }
        // Everything dies away in the end.
        track.step(&[Tone { frequency: 100.0, ..Tone::default() }], time + 20.0);
        assert!(track.finish(time + 20.0).iter().rev().take(44_100).all(|sample| *sample == 0));
    }
}
