//! Fingerings: within the hand's reach, and the cheapest there is.

mod common;

use common::{with, yaml};
use etude_envs::document::Document;
use etude_envs::fretting::score::{Pitch, cost, finger};
use etude_envs::fretting::{FrettingSpec, HandSpec, Instrument, Note, ScoreNote, ScoreSpec};
use proptest::prelude::*;

fn spec(yaml: &str) -> FrettingSpec {
    Document::parse("spec", yaml).unwrap().read().unwrap()
}

/// Guitar, bass, and a concert ukulele, whose fourth string is above the third.
fn instruments() -> Vec<FrettingSpec> {
    let guitar = yaml("fretting/guitar-v0");
    let ukulele = [
        ("instrument.scale", "0.38"),
        ("instrument.frets", "15"),
        ("instrument.tuning", "[G4, C4, E4, A4]"),
        ("instrument.spacing_at_nut", "0.0095"),
        ("instrument.spacing_at_bridge", "0.013"),
        ("instrument.tension", "40"),
    ];
    let ukulele = ukulele
        .iter()
        .fold(guitar.clone(), |yaml, (path, value)| with(&yaml, path, |_| serde_yaml::from_str(value).unwrap()));
    vec![spec(&guitar), spec(&yaml("fretting/bass-v0")), spec(&ukulele)]
}

fn score(notes: Vec<ScoreNote>, tempo: f32) -> ScoreSpec {
    let (score, summary) = ("random".into(), "Random.".into());
    ScoreSpec { score, summary, tempo, tempo_changes: Vec::new(), beats_per_bar: None, notes }
}

fn pitched(beat: f32, pitch: i32) -> ScoreNote {
    ScoreNote { beat, pitch: Some(Pitch(pitch)), ..ScoreNote::default() }
}

/// Where the fingertip has to be, in m along and across the neck, worked out from the YAML alone.
fn place(spec: &FrettingSpec, string: usize, fret: f64) -> (f64, f64) {
    let instrument = &spec.instrument;
    let scale = f64::from(instrument.scale);
    let x = scale * (1.0 - 2f64.powf(-fret / 12.0));
    let (nut, bridge) = (f64::from(instrument.spacing_at_nut), f64::from(instrument.spacing_at_bridge));
    let spacing = nut + (bridge - nut) * x / scale;
    (x, (string as f64 - 0.5 * (instrument.tuning.len() as f64 + 1.0)) * spacing)
}

/// Places of the palm, in m, from which a finger gets to `x`.
fn palm(hand: &HandSpec, finger: usize, x: f64) -> (f64, f64) {
    let ahead = finger as f64 - 1.5;
    let (spread, range) = (f64::from(hand.spread), f64::from(hand.spread_range));
    let places =
        [spread - range, spread + range].map(|spread| x - ahead * spread.max(2.0 * f64::from(hand.finger_radius)));
    (places[0].min(places[1]), places[0].max(places[1]))
}

/// What breaks the bounds of the hand's YAML.
fn forbidden(spec: &FrettingSpec, notes: &[Note]) -> Vec<String> {
    let hand = &spec.hand;
    let mut found = Vec::new();
    let end = place(spec, 1, f64::from(spec.instrument.frets)).0;
    for note in notes {
        let Some(finger) = note.finger else { continue };
        let (x, y) = place(spec, note.string, note.fret as f64 - 0.3);
        let (low, high) = palm(hand, finger, x);
        if y.abs() > f64::from(hand.reach_limit) + 1e-6 || low > end + 1e-6 || high < -1e-6 || note.fret <= finger {
            found.push(format!("{note:?} is out of reach"));
        }
    }
    // From wherever the one sounds to wherever the other does, once the one may be let go and until the other is late.
    for pair in notes.windows(2) {
        let [Some(first), Some(second)] = [pair[0].finger, pair[1].finger] else { continue };
        let bounds = |note: &Note, finger| {
            let cell =
                [note.fret as f64 - 0.62, note.fret as f64].map(|fret| palm(hand, finger, place(spec, 1, fret).0));
            (cell[0].0.min(cell[1].0), cell[0].1.max(cell[1].1))
        };
        let (from, to) = (bounds(&pair[0], first), bounds(&pair[1], second));
        let shift = (to.0 - from.1).max(from.0 - to.1).max(0.0);
        let time = f64::from(pair[1].onset - pair[0].held_until()) + 0.05;
        if shift > f64::from(hand.slide_speed) * time + 1e-4 {
            found.push(format!("{shift} m in {time} s: {pair:?}"));
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_fingering_never_asks_for_what_the_hand_cannot_reach(
        steps in prop::collection::vec((-9i32..=9, 1u32..=4), 1..40),
        tempo in 30.0f32..200.0,
        reach_limit in 0.008f32..0.04,
        slide_speed in 0.05f32..1.0,
        spread in 0.02f32..0.05,
    ) {
        for mut spec in instruments() {
            (spec.hand.reach_limit, spec.hand.slide_speed, spec.hand.spread) = (reach_limit, slide_speed, spread);
            let instrument = Instrument::new(&spec.instrument);
            let open: Vec<i32> = (1..=instrument.strings()).map(|string| instrument.pitch(string, 0)).collect();
            let (low, high) = (*open.iter().min().unwrap(), open.iter().max().unwrap() + instrument.frets() as i32);
            let (mut pitch, mut beat) = (low + 7, 0.0);
            let notes = steps.iter().map(|(step, quarters)| {
                pitch = (pitch + step).clamp(low, high);
                beat += 0.5 * *quarters as f32;
                pitched(beat, pitch)
            });
            let score = score(notes.collect(), tempo);
            match finger(&score, &instrument, &spec.hand, &spec.music) {
                Ok(fingered) => {
                    let notes = fingered.score.notes(&spec.music);
                    prop_assert_eq!(notes.len(), score.notes.len());
                    for (note, written) in notes.iter().zip(&score.notes) {
                        prop_assert_eq!(instrument.pitch(note.string, note.fret), written.pitch.unwrap().0);
                        prop_assert_eq!(note.fret == 0, note.finger.is_none());
                    }
                    prop_assert_eq!(forbidden(&spec, &notes), Vec::<String>::new());
                    let again = cost(&fingered.score, &instrument, &spec.hand, &spec.music);
                    prop_assert!((again.unwrap() - fingered.cost).abs() < 1e-9);
                }
                Err(unplayable) => prop_assert!(!unplayable.is_empty()),
            }
        }
    }

    #[test]
    fn no_other_fingering_is_cheaper(pitches in prop::collection::vec(40i32..64, 1..5)) {
        let spec = &instruments()[0];
        let instrument = Instrument::new(&spec.instrument);
        let notes = pitches.iter().enumerate().map(|(beat, &pitch)| pitched(beat as f32, pitch)).collect();
        let score = score(notes, 60.0);
        let found = finger(&score, &instrument, &spec.hand, &spec.music).unwrap().cost;
        // Every way there is to write fingers to it.
        let ways = pitches.iter().map(|&pitch| {
            let mut ways = Vec::new();
            for string in 1..=instrument.strings() as u32 {
                let fret = pitch - instrument.pitch(string as usize, 0);
                if !(0..=instrument.frets() as i32).contains(&fret) {
                    continue;
                }
                let fingers = if fret == 0 { 0..=0 } else { 1..=4 };
                ways.extend(fingers.map(|finger| [string, fret as u32, finger]));
            }
            ways
        });
        let mut least = f64::INFINITY;
        let mut written = score.clone();
        let ways: Vec<Vec<[u32; 3]>> = ways.collect();
        // An odometer over all of them, at most a few thousand.
        let mut at = vec![0; ways.len()];
        for _ in 0..4000 {
            for ((note, ways), &at) in written.notes.iter_mut().zip(&ways).zip(&at) {
                let [string, fret, finger] = ways[at].map(Some);
                *note = ScoreNote { string, fret, finger, ..*note };
            }
            let cost = cost(&written, &instrument, &spec.hand, &spec.music);
            least = cost.map_or(least, |cost| least.min(cost));
            let Some(turn) = (0..at.len()).find(|&note| at[note] + 1 < ways[note].len()) else { break };
            at[..turn].fill(0);
            at[turn] += 1;
        }
        prop_assert!(found <= least + 1e-9, "{found} {least}");
    }
}

/// The same notes by their pitches alone.
fn unfingered(score: &ScoreSpec, instrument: &Instrument) -> ScoreSpec {
    let bare = |note: &ScoreNote| {
        let pitch = instrument.pitch(note.string.unwrap() as usize, note.fret.unwrap() as usize);
        ScoreNote { pitch: Some(Pitch(pitch)), string: None, fret: None, finger: None, ..*note }
    };
    ScoreSpec { notes: score.notes.iter().map(bare).collect(), ..score.clone() }
}

#[test]
fn found_fingerings_are_at_least_as_cheap_as_those_of_the_scores_that_come_with_the_program() {
    let spec = spec(&yaml("fretting/riff-v0"));
    let document = Document::parse("riff", "a: 1").unwrap();
    let instrument = Instrument::new(&spec.instrument);
    let by_hand = spec.music.score.as_ref().unwrap().score(&document).unwrap();
    let its_cost = cost(&by_hand, &instrument, &spec.hand, &spec.music).unwrap();
    let found = finger(&unfingered(&by_hand, &instrument), &instrument, &spec.hand, &spec.music).unwrap();
    println!("by hand {its_cost}, found {}", found.cost);
    assert!(found.cost <= its_cost + 1e-9);
}
