//! Physics of the hand and what sounds, against analysis.

use super::hand::UNITS;
use super::*;
use crate::document::Document;
use crate::world::Physics;

fn spec(id: &str) -> FrettingSpec {
    let mut registry = crate::Registry::default();
    registry.add(family());
    let yaml = registry.task(id).unwrap().yaml();
    Document::parse(id, &yaml).unwrap().read().unwrap()
}

struct Bench {
    spec: FrettingSpec,
    instrument: Instrument,
    physics: Physics,
    hand: Hand,
}

impl Bench {
    fn new(id: &str, place: f32) -> Self {
        let spec = spec(id);
        let settings = description::task_spec(&spec).physics;
        let instrument = Instrument::new(&spec.instrument);
        let mut physics = Physics::new(&settings);
        let mut world = physics.world();
        let mut hand = Hand::build(&mut world, &spec.hand, &instrument, settings.control_interval());
        hand.start(&mut world, &spec.hand, place, [0.0; FINGERS]);
        Self { spec, instrument, physics, hand }
    }

    /// One action, with a push (N) on the index finger.
    fn step(&mut self, command: &Command, push: Vector) {
        let mut world = self.physics.world();
        self.hand.actuate(&mut world, &self.spec.hand, command);
        for _ in 0..self.spec.episode.physics_steps {
            world.push(self.hand.finger(0), push * UNITS);
            world.step([0.0, 0.0]);
            world.clear_forces();
        }
        self.hand.feel(&world);
    }
}

#[test]
fn frets_lie_where_the_formula_says() {
    for (id, places) in [
        ("fretting/guitar-v0", [(1, 36.4), (2, 70.7), (3, 103.1), (5, 162.5), (7, 215.4), (12, 323.85)]),
        ("fretting/bass-v0", [(1, 48.5), (2, 94.2), (3, 137.4), (5, 216.6), (7, 287.2), (12, 431.8)]),
    ] {
        let spec = spec(id);
        let instrument = Instrument::new(&spec.instrument);
        for (fret, place) in places {
            assert!((instrument.fret_place(fret as f32) * 1000.0 - place).abs() < 0.1, "{id}: fret {fret}");
        }
        for fret in 0..=20 {
            let exact = f64::from(spec.instrument.scale) * (1.0 - 2.0f64.powf(-f64::from(fret) / 12.0));
            let found = instrument.fret_place(fret as f32);
            assert!((f64::from(found) - exact).abs() < 1e-4, "{id}: fret {fret}");
            assert!((instrument.fret_coordinate(found) - fret as f32).abs() < 1e-3, "{id}: fret {fret}");
        }
    }
}

#[test]
fn clean_notes_take_the_calibrated_force() {
    for (id, first, fifth) in [("fretting/guitar-v0", 4.6, 1.6), ("fretting/bass-v0", 9.1, 3.1)] {
        let instrument = Instrument::new(&spec(id).instrument);
        assert!((instrument.least_force(1) / first - 1.0).abs() < 0.01, "{id}: {}", instrument.least_force(1));
        assert!((instrument.least_force(5) / fifth - 1.0).abs() < 0.01, "{id}: {}", instrument.least_force(5));
    }
}

#[test]
fn a_pressed_finger_resists_sliding_by_friction() {
    let press = 0.8;
    let held = spec("fretting/guitar-v0").hand.friction * press * spec("fretting/guitar-v0").hand.press_force;
    let drift = |share: f32| {
        let mut bench = Bench::new("fretting/guitar-v0", 0.2);
        // Muscles that give way, so that friction alone holds the finger.
        bench.spec.hand.reach_force = 0.0;
        let settings = description::task_spec(&bench.spec).physics;
        bench.physics = Physics::new(&settings);
        let mut world = bench.physics.world();
        bench.hand = Hand::build(&mut world, &bench.spec.hand, &bench.instrument, settings.control_interval());
        bench.hand.start(&mut world, &bench.spec.hand, 0.2, [0.0; FINGERS]);
        let command = Command { press: [press, 0.0, 0.0, 0.0], ..Command::default() };
        (0..60).for_each(|_| bench.step(&command, Vector::ZERO));
        let before = bench.hand.tips[0].y;
        (0..6).for_each(|_| bench.step(&command, Vector::new(0.0, held * share)));
        bench.hand.tips[0].y - before
    };
    assert!(drift(0.95).abs() < 1e-3, "held: moved {} m", drift(0.95));
    assert!(drift(1.05) > 5e-3, "overcome: moved {} m", drift(1.05));
}

#[test]
fn a_finger_cannot_pass_its_neighbour() {
    let mut bench = Bench::new("fretting/guitar-v0", 0.2);
    let radius = bench.spec.hand.finger_radius;
    let command = Command { spread: -1.0, ..Command::default() };
    let mut closest = f32::MAX;
    for step in 0..120 {
        // Twice what its muscles can do, growing slowly.
        bench.step(&command, Vector::new(0.1 * step as f32, 0.0));
        closest = closest.min(bench.hand.tips[1].x - bench.hand.tips[0].x);
    }
    println!("closest {closest} m");
    assert!(closest < 2.2 * radius, "the push must bring them together, closest {closest} m");
    assert!(closest > 2.0 * radius - 0.001, "overlap of {} m", 2.0 * radius - closest);
}

#[test]
fn a_note_sounds_or_buzzes_by_force() {
    for id in ["fretting/guitar-v0", "fretting/bass-v0", "fretting/mirrored-v0"] {
        let instrument = Instrument::new(&spec(id).instrument);
        let sounded = |string: f32, fret: f32, force: f32| {
            let x = instrument.fret_place(fret);
            let tip = Fingertip { x, y: instrument.string_place(string, x), y_rate: 0.0, force };
            sound(&instrument, &[tip, Fingertip::default(), Fingertip::default(), Fingertip::default()], 3)
        };
        let least = instrument.least_force(5);
        assert_eq!(sounded(3.0, 4.7, 1.01 * least), Sound::Fretted { fret: 5, finger: 0, clean: true }, "{id}");
        assert_eq!(sounded(3.0, 4.7, 0.9 * least), Sound::Fretted { fret: 5, finger: 0, clean: false }, "{id}");
        assert_eq!(sounded(3.0, 4.7, 0.6 * least), Sound::Muted, "{id}");
        assert_eq!(sounded(3.0, 4.38, 2.0 * least), Sound::Muted, "{id}");
        assert_eq!(sounded(3.39, 4.41, 2.0 * least), Sound::Fretted { fret: 5, finger: 0, clean: true }, "{id}");
        assert_eq!(sounded(3.41, 4.7, 2.0 * least), Sound::Open, "{id}");
        assert_eq!(sounded(3.0, 4.7, 0.0), Sound::Open, "{id}");
    }
}

#[test]
fn a_press_too_light_earns_its_share_and_nothing_is_paid_twice() {
    let instrument = Instrument::new(&spec("fretting/guitar-v0").instrument);
    let note = Note { onset: 1.0, length: 0.25, string: 3, fret: 5, finger: Some(0) };
    let x = instrument.fret_place(4.7);
    // Shares of the least clean force over time, 20 ms apart from the onset on, and what each of them is paid.
    let paid = |string: f32, shares: [f32; 4]| {
        let mut ear = Ear::default();
        ear.start();
        let mut time = note.onset;
        shares.map(|share| {
            let force = share * instrument.least_force(5);
            let tip = Fingertip { x, y: instrument.string_place(string, x), y_rate: 0.0, force };
            let tips = [tip, Fingertip::default(), Fingertip::default(), Fingertip::default()];
            let paid = ear.listen(&instrument, &[note], &tips, time);
            time += 0.02;
            paid
        })
    };
    assert_eq!(paid(3.0, [1.1, 1.1, 1.1, 1.1]), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(paid(3.0, [0.25, 0.5, 0.75, 0.9]), [0.25, 0.0, 0.0, 0.0]);
    assert_eq!(paid(3.0, [0.25, 0.5, 1.1, 1.1]), [0.25, 0.0, 0.75, 0.0]);
    assert_eq!(paid(3.0, [0.0, 0.0, 0.0, 1.1]), [0.0; 4], "too late");
    assert_eq!(paid(2.0, [1.1, 1.1, 1.1, 1.1]), [0.0; 4], "on another string");
}

#[test]
fn pitches_are_those_of_the_tuning() {
    let pitch_of = |id: &str, string, fret| Instrument::new(&spec(id).instrument).pitch(string, fret);
    assert_eq!(pitch_of("fretting/guitar-v0", 1, 0), 40);
    assert_eq!(pitch_of("fretting/guitar-v0", 4, 5), 60);
    assert_eq!(pitch_of("fretting/bass-v0", 4, 5), 48);
}

/// An étude as a score at 60 beats per minute.
fn as_score(notes: &[Note], music: &MusicSpec, fingered: bool) -> ScoreSpec {
    let note = |note: &Note| {
        let number = |number: usize| fingered.then_some(number as u32);
        ScoreNote {
            beat: note.onset - music.lead_in,
            string: number(note.string),
            fret: number(note.fret),
            finger: number(note.finger.map_or(0, |finger| finger + 1)),
            ..ScoreNote::default()
        }
    };
    let (score, summary) = ("étude".into(), "Drawn.".into());
    let notes = notes.iter().map(note).collect();
    ScoreSpec { score, summary, tempo: 60.0, tempo_changes: Vec::new(), beats_per_bar: None, notes }
}

#[test]
fn found_fingerings_are_at_least_as_cheap_as_those_of_drawn_etudes() {
    for id in ["fretting/guitar-v0", "fretting/bass-v0"] {
        let FrettingSpec { instrument, hand, music, .. } = spec(id);
        let instrument = Instrument::new(&instrument);
        let mut notes = Vec::new();
        for seed in 0..20 {
            music::draw_etude(&music, 10.0, &mut crate::Seed(seed).rng(), &mut notes);
            let drawn = as_score(&notes, &music, true);
            let mut bare = as_score(&notes, &music, false);
            for (bare, note) in bare.notes.iter_mut().zip(&notes) {
                bare.pitch = Some(score::Pitch(instrument.pitch(note.string, note.fret)));
            }
            let drawn = score::cost(&drawn, &instrument, &hand, &music).unwrap();
            let found = score::finger(&bare, &instrument, &hand, &music).unwrap().cost;
            println!("{id}: drawn {drawn}, found {found}");
            assert!(found <= drawn + 1e-9, "{id}, seed {seed}: {found} against {drawn}");
        }
    }
}

#[test]
fn etudes_use_as_many_strings_as_they_are_told() {
    for strings in 1..=6 {
        let music = MusicSpec { strings, ..spec("fretting/guitar-v0").music };
        let (mut notes, mut used) = (Vec::new(), [false; 7]);
        for seed in 0..10 {
            music::draw_etude(&music, 10.0, &mut crate::Seed(seed).rng(), &mut notes);
            notes.iter().for_each(|note| used[note.string] = true);
        }
        assert_eq!(used, std::array::from_fn(|string| (1..=strings as usize).contains(&string)));
    }
}

#[test]
fn an_open_string_sounds_by_itself_and_counts_only_when_it_is_spoilt() {
    let instrument = Instrument::new(&spec("fretting/guitar-v0").instrument);
    let note = Note { onset: 1.0, length: 0.4, string: 3, fret: 0, finger: None };
    // Forces on the string, in shares of the least clean one at its fifth fret, over time from the onset on.
    let heard = |shares: &[f32]| {
        let mut ear = Ear::default();
        ear.start();
        let x = instrument.fret_place(4.7);
        let paid: f32 = shares
            .iter()
            .enumerate()
            .map(|(step, share)| {
                let force = share * instrument.least_force(5);
                let tip = Fingertip { x, y: instrument.string_place(3.0, x), y_rate: 0.0, force };
                let tips = [tip, Fingertip::default(), Fingertip::default(), Fingertip::default()];
                ear.listen(&instrument, &[note], &tips, note.onset + 0.02 * step as f32)
            })
            .sum();
        (paid, ear.total(), ear.log.first().map(|sounded| (sounded.fret, sounded.pitch)))
    };
    let tally = |sounded, written| Tally { correct: 0.0, sounded, written };
    let open = Some((0, instrument.pitch(3, 0)));
    assert_eq!(heard(&[0.0; 20]), (1.0, tally(0.0, 0.0), open));
    assert_eq!(heard(&[0.5, 0.5, 0.0, 0.0]), (1.0, tally(0.0, 0.0), open), "let go of in time");
    assert_eq!(heard(&[0.5; 20]), (0.0, tally(0.0, 1.0), None), "muted");
    // The finger that lands there makes it sound, and so does the pluck.
    assert_eq!(heard(&[1.1; 20]), (0.0, tally(2.0, 1.0), Some((5, instrument.pitch(3, 5)))), "fretted");
    assert_eq!(heard(&[0.0, 0.0, 0.5, 0.5]), (1.0, tally(0.0, 0.5), open), "damped before half its length");
    assert_eq!([tally(0.0, 0.0).f1(), tally(0.0, 1.0).f1()], [None, Some(0.0)]);
}

/// The tones of an episode in which the index finger stands where the first note is written and presses with some force.
fn tones_of(force: f32) -> (Note, Vec<Vec<Tone>>) {
    let note = Note { onset: 0.45, length: 0.5, string: 2, fret: 5, finger: Some(0) };
    let mut fretting = Fretting::new(spec("fretting/guitar-v0"), vec![note]);
    let x = fretting.instrument.fret_place(5.0 - BEHIND_FRET);
    let tip = Fingertip { x, y: fretting.instrument.string_place(2.0, x), y_rate: 0.0, force };
    let elsewhere = Fingertip { x: 0.5, y: 1.0, y_rate: 0.0, force: 0.0 };
    let tips = [tip, elsewhere, elsewhere, elsewhere];
    let mut tones = Vec::new();
    for step in 1..=30 {
        fretting.steps = step;
        fretting.ear.listen(&fretting.instrument, &[note], &tips, fretting.time());
        let mut now = vec![Tone::default(); fretting.strings()];
        fretting.sound(&mut now);
        tones.push(now);
    }
    (note, tones)
}

#[test]
fn what_is_heard_tells_when_a_string_is_plucked_and_what_touches_it() {
    let needed = Instrument::new(&spec("fretting/guitar-v0").instrument).least_force(5);
    for (force, touch, frequency) in [
        (1.1 * needed, Touch::Free, 146.83),
        (0.9 * needed, Touch::Buzzing, 146.83),
        (0.3 * needed, Touch::Damped, 110.0),
        (0.0, Touch::Free, 110.0),
    ] {
        let (note, tones) = tones_of(force);
        for (step, strings) in (0..).zip(&tones) {
            let tone = strings[1];
            assert!(tone.touch == touch && (tone.frequency - frequency).abs() < 0.01, "{force}: {tone:?}");
            assert_eq!(tone.hammered, step == 0 && force > needed);
            // Within the step that ends at the next thirtieth of a second.
            let plucked = tone.plucked.map(|share| (step as f32 + share) / 30.0);
            assert_eq!(plucked.is_some(), step == 13, "{force}: step {step}");
            assert!(plucked.is_none_or(|time| (time - note.onset).abs() < 1e-4), "{plucked:?}");
            let others = strings.iter().enumerate().filter(|(index, _)| *index != 1);
            others.for_each(|(_, tone)| assert!(tone.plucked.is_none() && tone.touch == Touch::Free));
        }
    }
}
