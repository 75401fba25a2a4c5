//! The fretboard: positions of strings and frets, and the force that a clean note needs.
//!
//! x runs from the nut to the bridge and y across the strings, both in m; y = 0 is the middle of the neck. In musical
//! coordinates, strings are counted from 1, the lowest, and fret n is at n, with the nut at 0.

use super::score::pitch::pitch;
use super::spec::InstrumentSpec;

/// Semitones per octave: fret n divides the string by 2^(n/12).
const OCTAVE: f32 = 12.0;
/// MIDI number of A4, the pitch to which instruments are tuned.
const A4: i32 = 69;
/// Fraction of a cell, from the lower fret, in which a pressed string does not sound.
const DEAD_SHARE: f32 = 0.4;
/// Distance from a string, in string spacings, within which a fingertip touches it.
pub const ON_STRING: f32 = 0.4;
/// Best position for fretting a note, in frets below its fret: the middle of the playable part of the cell.
pub const BEHIND_FRET: f32 = 0.3;

/// A fretboard.
#[derive(Clone, Debug)]
pub struct Instrument {
    scale: f32,
    frets: usize,
    strings: usize,
    spacing_at_nut: f32,
    spacing_slope: f32,
    /// 1, or -1 if the strings are in the opposite order.
    side: f32,
    /// MIDI numbers of the open strings.
    pitches: Vec<i32>,
    /// Least force for a clean note by fret, in N; entry 0 repeats that of fret 1.
    forces: Vec<f32>,
    /// Start of the playable part of each cell, in frets from the lower fret; the same in all cells.
    playable_from: f32,
}

impl Instrument {
    /// The fretboard described by a valid spec.
    pub fn new(spec: &InstrumentSpec) -> Self {
        let place = |fret: usize| spec.scale * (1.0 - (-(fret as f32) / OCTAVE).exp2());
        let force = |fret: usize| {
            let x = place(fret.max(1));
            let height = spec.height_at_nut + (spec.height_at_bridge - spec.height_at_nut) * x / spec.scale;
            spec.tension * height * (1.0 / x + 1.0 / (spec.scale - x))
        };
        let cell = 1.0 - (-1.0 / OCTAVE).exp2();
        Self {
            scale: spec.scale,
            frets: spec.frets as usize,
            strings: spec.tuning.len(),
            spacing_at_nut: spec.spacing_at_nut,
            spacing_slope: (spec.spacing_at_bridge - spec.spacing_at_nut) / spec.scale,
            side: if spec.mirrored { -1.0 } else { 1.0 },
            pitches: spec.tuning.iter().map(|name| pitch(name).unwrap_or(0)).collect(),
            forces: (0..=spec.frets as usize).map(force).collect(),
            playable_from: -OCTAVE * (1.0 - DEAD_SHARE * cell).log2(),
        }
    }

    /// Number of frets.
    pub fn frets(&self) -> usize {
        self.frets
    }

    /// Number of strings.
    pub fn strings(&self) -> usize {
        self.strings
    }

    /// Position along the neck of a fret coordinate, in m from the nut: x = L (1 - 2^(-n/12)) with the scale length L.
    pub fn fret_place(&self, fret: f32) -> f32 {
        self.scale * (1.0 - (-fret / OCTAVE).exp2())
    }

    /// Fret coordinate of a position along the neck (m).
    pub fn fret_coordinate(&self, x: f32) -> f32 {
        // Limited just short of the bridge, where frets would be infinitely close.
        -OCTAVE * (1.0 - x / self.scale).max(0.01).log2()
    }

    /// Position across the neck of a string coordinate, in m, at `x` along the neck.
    pub fn string_place(&self, string: f32, x: f32) -> f32 {
        self.side * (string - self.middle()) * self.spacing(x)
    }

    /// String coordinate of a position (m).
    pub fn string_coordinate(&self, x: f32, y: f32) -> f32 {
        self.side * y / self.spacing(x) + self.middle()
    }

    /// Distance between neighbouring strings at `x` along the neck, in m.
    pub fn spacing(&self, x: f32) -> f32 {
        (self.spacing_at_nut + self.spacing_slope * x).max(0.001)
    }

    /// Least force for a clean note at a fret, in N: F = T h (1/x + 1/(L - x)), which bends a string of tension T and
    /// length L down by h at x.
    pub fn least_force(&self, fret: usize) -> f32 {
        self.forces[fret.min(self.frets)]
    }

    /// The fret that a press at this fret coordinate sounds, if it is in the playable part of a cell.
    pub fn fret_sounded(&self, coordinate: f32) -> Option<usize> {
        let below = coordinate.floor();
        let sounds = below >= 0.0 && below < self.frets as f32 && coordinate - below >= self.playable_from;
        sounds.then_some(below as usize + 1)
    }

    /// Start of the playable part of each cell, in frets from the lower fret; it ends at the upper fret.
    pub fn playable_from(&self) -> f32 {
        self.playable_from
    }

    /// The string, counted from 1, that a fingertip at this string coordinate touches.
    pub fn string_touched(&self, coordinate: f32) -> Option<usize> {
        let nearest = coordinate.round();
        let on = (coordinate - nearest).abs() < ON_STRING && nearest >= 1.0 && nearest <= self.strings as f32;
        on.then_some(nearest as usize)
    }

    /// MIDI number of a string's pitch at a fret.
    pub fn pitch(&self, string: usize, fret: usize) -> i32 {
        self.pitches.get(string.wrapping_sub(1)).copied().unwrap_or(0) + fret as i32
    }

    /// Frequency of a string at a fret, in Hz, in equal temperament with A4 at 440 Hz.
    pub fn frequency(&self, string: usize, fret: usize) -> f32 {
        440.0 * ((self.pitch(string, fret) - A4) as f32 / OCTAVE).exp2()
    }

    fn middle(&self) -> f32 {
        0.5 * (self.strings as f32 + 1.0)
    }
}
