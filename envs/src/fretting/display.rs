//! What the agent observes.

use super::Fretting;
use super::description::NOTES;
use super::hand::{Hand, LIGHTEST_TOUCH};
use super::music::Note;
use super::spec::{Eyes, FINGERS};

/// Largest urgency of a past onset.
const MOST_URGENT: f32 = 1.5;

/// Fills an observation from left to right.
struct Writer<'a> {
    rest: &'a mut [f32],
}

impl Writer<'_> {
    fn write<const N: usize>(&mut self, values: [f32; N]) {
        let rest = std::mem::take(&mut self.rest);
        if let Some((slots, rest)) = rest.split_first_chunk_mut::<N>() {
            *slots = values;
            self.rest = rest;
        }
    }
}

impl Fretting {
    /// Writes the observation, in the order of the observation space.
    pub(super) fn show(&self, hand: &Hand, observation: &mut [f32]) {
        let mut writer = Writer { rest: observation };
        for after in 0..NOTES.len() {
            writer.write(self.note(after).map_or([0.0; 7], |note| self.note_shown(note)));
        }
        let instrument = &self.instrument;
        for tip in &hand.tips {
            if tip.force <= LIGHTEST_TOUCH {
                writer.write([0.0; 5]);
                continue;
            }
            let string = instrument.string_coordinate(tip.x, tip.y);
            let fret = instrument.fret_coordinate(tip.x);
            let nearest_string = string.round().clamp(1.0, instrument.strings() as f32);
            let share = tip.force / instrument.least_force(fret.max(0.0).ceil() as usize);
            writer.write([string, fret, string - nearest_string, fret - fret.floor() - 0.5, share]);
        }
        writer.write([hand.palm_place, hand.palm_rate, hand.spread]);
        for tip in &hand.tips {
            writer.write([tip.x - hand.palm_place, tip.y, tip.y_rate, tip.force]);
        }
        if self.spec.display.eyes == Eyes::Open {
            for after in 0..NOTES.len() {
                let mut gaps = [[0.0; 2]; FINGERS];
                if let Some((note, finger)) = self.note(after).and_then(|note| Some((note, note.finger?))) {
                    gaps[finger] = self.gap(&hand.tips[finger], note);
                }
                gaps.into_iter().for_each(|gap| writer.write(gap));
            }
        }
    }

    fn note_shown(&self, note: &Note) -> [f32; 7] {
        let until = note.onset - self.time();
        let urgency = (-until / self.spec.display.urgency_time).exp().min(MOST_URGENT);
        let mut shown = [note.string as f32, note.fret as f32, urgency, 0.0, 0.0, 0.0, 0.0];
        if let Some(finger) = note.finger {
            shown[3 + finger] = 1.0;
        }
        shown
    }
}
