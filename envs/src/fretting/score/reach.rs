//! What a hand can reach on an instrument, according to its YAML.
//!
//! A place must be within reach in the middle of the region that sounds. The bounds on moves are necessary conditions:
//! no agent can play what violates them. They assume muscles that are already moving, and fingers anywhere the note
//! sounds.

use crate::fretting::hand::place_on_palm;
use crate::fretting::instrument::{BEHIND_FRET, Instrument, ON_STRING};
use crate::fretting::spec::{FINGERS, HandSpec};

/// A place at which a note is played: string, fret, finger and position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// String, from 1, the lowest.
    pub string: usize,
    /// Fret; 0 for the open string.
    pub fret: usize,
    /// Finger, from 0; `None` for an open string.
    pub finger: Option<usize>,
    /// The fret under the index finger.
    pub position: usize,
}

/// A hand on an instrument.
pub struct Reach<'a> {
    instrument: &'a Instrument,
    hand: &'a HandSpec,
    /// Smallest and largest distance between neighbouring fingers, in m.
    spread: [f32; 2],
    /// Furthest position of the palm along the neck, in m.
    furthest: f32,
}

impl<'a> Reach<'a> {
    /// The reach of a hand on an instrument.
    pub fn new(instrument: &'a Instrument, hand: &'a HandSpec) -> Self {
        // Fingers cannot pass through one another.
        let closest = (hand.spread - hand.spread_range).max(2.0 * hand.finger_radius);
        let spread = [closest, (hand.spread + hand.spread_range).max(closest)];
        Self { instrument, hand, spread, furthest: instrument.fret_place(instrument.frets() as f32) }
    }

    /// Whether a finger can be put there with enough force, whatever came before.
    ///
    /// # Errors
    /// A sentence about why not.
    pub fn allows(&self, place: &Place) -> Result<(), &'static str> {
        let Some(finger) = place.finger else { return Ok(()) };
        if finger >= FINGERS || place.fret <= finger {
            return Err("there is no fret for the index finger");
        }
        let x = self.instrument.fret_place(place.fret as f32 - BEHIND_FRET);
        let [low, high] = self.behind(finger, [x, x]);
        if high < 0.0 || low > self.furthest {
            return Err("the palm would leave the neck");
        }
        if self.instrument.string_place(place.string as f32, x).abs() > self.hand.reach_limit {
            return Err("the string lies beyond the fingers' `reach_limit`");
        }
        if self.instrument.least_force(place.fret) > self.hand.press_force {
            return Err("a clean note takes more than the hand's `press_force`");
        }
        Ok(())
    }

    /// Whether the hand can move from one place to the next in that time (s).
    pub fn allows_move(&self, from: &Place, to: &Place, time: f32) -> bool {
        let shift = gap(self.palm(from), self.palm(to));
        // Rounding must not exclude a move that is exactly on the bound.
        let slack = 1e-5;
        if shift > self.hand.slide_speed * time + slack {
            return false;
        }
        let same = from.finger.is_some() && from.finger == to.finger;
        !same || gap(self.across(from), self.across(to)) <= self.hand.reach_speed * time + slack
    }

    /// Range of positions (m) in which the palm has to be for a place.
    fn palm(&self, place: &Place) -> [f32; 2] {
        let (finger, fret) = match place.finger {
            Some(finger) => (finger, place.fret),
            // On an open string the hand keeps its position.
            None => (0, place.position),
        };
        self.behind(finger, self.cell(fret))
    }

    /// Range of positions (m) in which the palm has to be for a finger to be within a range.
    fn behind(&self, finger: usize, [low, high]: [f32; 2]) -> [f32; 2] {
        let ahead = self.spread.map(|spread| place_on_palm(finger, spread));
        [low - ahead[0].max(ahead[1]), high - ahead[0].min(ahead[1])]
    }

    /// Range of positions (m) along the neck at which a press sounds a fret.
    fn cell(&self, fret: usize) -> [f32; 2] {
        let from = fret.saturating_sub(1) as f32 + self.instrument.playable_from();
        [self.instrument.fret_place(from), self.instrument.fret_place(fret as f32)]
    }

    /// Range of positions (m) across the neck at which a finger touches the string, somewhere in its cell.
    fn across(&self, place: &Place) -> [f32; 2] {
        let cell = self.cell(place.fret);
        let edges = [-ON_STRING, ON_STRING]
            .into_iter()
            .flat_map(|off| cell.map(|x| self.instrument.string_place(place.string as f32 + off, x)));
        edges.fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], y| [low.min(y), high.max(y)])
    }
}

/// The distance between two intervals.
fn gap(one: [f32; 2], other: [f32; 2]) -> f32 {
    (other[0] - one[1]).max(one[0] - other[1]).max(0.0)
}
