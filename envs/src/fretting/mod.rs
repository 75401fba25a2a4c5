//! Fretting: play written notes on a guitar or a bass with one hand.
//!
//! Guitar and bass share the layout of strings and frets and differ in lengths and forces. The map from notes to
//! positions transfers between them after rescaling. A palm slides along the neck, and four fingers reach across the
//! strings and press; the task plucks every written note at its onset. The music is an étude drawn anew for every
//! episode, or a score (`score/`) whose strings, frets and fingers are found where it does not give them.

mod checks;
mod description;
mod display;
mod ear;
mod hand;
mod instrument;
mod music;
mod reward;
pub mod score;
mod spec;
#[cfg(test)]
mod tests;

pub use ear::{Ear, ONSET_WINDOW, Sound, Sounded, Tally, sound};
pub use hand::{Command, Fingertip, Hand};
pub use instrument::Instrument;
pub use music::Note;
pub use score::{ScoreNote, ScoreSource, ScoreSpec};
pub use spec::{
    ActionSet, DisplaySpec, EpisodeSpec, Eyes, FINGERS, FrettingSpec, HandSpec, InstrumentSpec, MusicSpec, RewardSpec,
};

use crate::document::{Document, DocumentError};
use crate::family::Family;
use crate::formula::Formula;
use crate::scene::Scene;
use crate::seed::Rng;
use crate::space::Field;
use crate::task::{Blueprint, Judgement, Push, Task, TaskSpec, measured};
use crate::tolerance;
use crate::tone::{Tone, Touch};
use crate::world::World;
use bevy_rapier2d::rapier::prelude::Vector;
use description::METRICS;
use instrument::BEHIND_FRET;
use rand::RngExt;
use std::sync::Arc;

/// Range of times relative to now, in s, for which the scene contains notes.
const NOTES_TOLD: [f32; 2] = [-1.5, 4.0];

/// The family's entry in the registry.
pub fn family() -> Family {
    Family::from_documents("fretting", blueprint).reading::<FrettingSpec>().inlining(score::inline)
}

fn blueprint(document: &Document) -> Result<Blueprint, DocumentError> {
    let spec: FrettingSpec = document.read()?;
    spec.validate().map_err(|invalid| document.invalid(&invalid))?;
    let instrument = Instrument::new(&spec.instrument);
    let written = match &spec.music.score {
        None => Vec::new(),
        Some(source) => {
            let score = source.score(document)?;
            let valid = score.validate(&instrument, &spec.music, spec.episode.time_limit);
            valid.map_err(|invalid| document.invalid(&invalid))?;
            score.notes(&spec.music)
        }
    };
    let prototype = Fretting::new(spec, written);
    Ok(Blueprint::new(move || prototype.clone()))
}

/// A fretting task.
#[derive(Clone)]
pub struct Fretting {
    spec: Arc<FrettingSpec>,
    task: Arc<TaskSpec>,
    instrument: Arc<Instrument>,
    /// The notes of the episode; the notes of a written score never change.
    notes: Vec<Note>,
    hand: Option<Hand>,
    ear: Ear,
    /// Index of the current note: to be played, or still to be held.
    due: usize,
    physics_step: u32,
    steps: u32,
}

impl Fretting {
    /// The task that a valid spec describes, with the notes of its score, if it has one.
    pub fn new(spec: FrettingSpec, written: Vec<Note>) -> Self {
        let task = description::task_spec(&spec);
        Self {
            instrument: Arc::new(Instrument::new(&spec.instrument)),
            notes: written,
            hand: None,
            ear: Ear::default(),
            due: 0,
            physics_step: 0,
            steps: 0,
            spec: Arc::new(spec),
            task: Arc::new(task),
        }
    }

    /// The spec from which it was made.
    pub fn fretting_spec(&self) -> &FrettingSpec {
        &self.spec
    }

    /// The hand, once built.
    pub fn hand(&self) -> Option<&Hand> {
        self.hand.as_ref()
    }

    /// The notes that have sounded in the episode.
    pub fn ear(&self) -> &Ear {
        &self.ear
    }

    /// The notes of the episode.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The current note, or one after it.
    fn note(&self, after: usize) -> Option<&Note> {
        self.notes.get(self.due + after)
    }

    /// Time in the episode, in s.
    fn time(&self) -> f32 {
        self.steps as f32 / self.spec.episode.control_rate
    }

    /// Distance from a fingertip to a note, in strings and frets.
    fn gap(&self, tip: &Fingertip, note: &Note) -> [f32; 2] {
        [
            note.string as f32 - self.instrument.string_coordinate(tip.x, tip.y),
            note.fret as f32 - BEHIND_FRET - self.instrument.fret_coordinate(tip.x),
        ]
    }

    /// The command that an action gives to the hand.
    fn command(&self, action: &[f32]) -> Command {
        let mut command = Command::default();
        match (self.spec.display.action, action) {
            (ActionSet::Fingers, &[slide, spread, a, b, c, d, e, f, g, h]) => {
                command = Command { slide, spread, reach: [a, b, c, d], press: [e, f, g, h] };
            }
            (ActionSet::Routed, &[slide, spread, reach, press]) => {
                (command.slide, command.spread) = (slide, spread);
                if let Some(finger) = self.note(0).and_then(|note| note.finger) {
                    command.reach[finger] = reach;
                    command.press[finger] = press;
                }
            }
            _ => {}
        }
        command
    }

    /// Adds the notes around now, the sounding strings, and the fingers to the scene.
    fn tell(&self, hand: &Hand, scene: &mut Scene) {
        let (instrument, time) = (&self.instrument, self.time());
        scene.tell("board", [instrument.strings() as f32, instrument.frets() as f32]);
        for note in self.notes.iter().filter(|note| (NOTES_TOLD[0]..NOTES_TOLD[1]).contains(&(note.onset - time))) {
            let outcome = match self.ear.heard(note) {
                _ if time < note.onset => 0.0,
                true => 1.0,
                false if time <= note.onset + ONSET_WINDOW => 0.0,
                false => -1.0,
            };
            let place = instrument.fret_place(note.fret as f32 - BEHIND_FRET);
            let across = instrument.string_place(note.string as f32, place);
            let [string, fret] = [note.string, note.fret].map(|number| number as f32);
            let finger = note.finger.map_or(-1.0, |finger| finger as f32);
            scene.tell("note", [string, fret, finger, note.onset - time, note.length, outcome, place, across]);
        }
        for (finger, tip) in hand.tips.iter().enumerate() {
            let fret = instrument.fret_coordinate(tip.x).max(0.0).ceil() as usize;
            let needed = instrument.least_force(fret);
            scene.tell("tip", [tip.x, tip.y, tip.force, needed, finger as f32, self.spec.hand.finger_radius]);
        }
        for (index, sound) in self.ear.sounds().iter().take(instrument.strings()).enumerate() {
            let sounding = match *sound {
                Sound::Fretted { fret, clean, .. } => [fret as f32, f32::from(u8::from(clean))],
                Sound::Open => [0.0, 1.0],
                Sound::Muted => [0.0, 0.0],
            };
            scene.tell("sound", [(index + 1) as f32, sounding[0], sounding[1]]);
        }
    }

    fn reward(&self, hand: &Hand, played: f32, action: &[f32]) -> f32 {
        let reward = &self.spec.reward;
        let due = self.note(0).and_then(|note| Some((note, note.finger?)));
        let closeness = due.map_or(0.0, |(note, finger)| {
            let near = |gap: f32| tolerance(gap, -reward.bound, reward.bound, reward.margin);
            let [string, fret] = self.gap(&hand.tips[finger], note);
            0.5 * (near(string) + near(fret))
        });
        let wrong: f32 = (0..FINGERS)
            .filter(|&finger| [self.note(0), self.note(1)].iter().flatten().all(|note| note.finger != Some(finger)))
            .map(|finger| hand.tips[finger].force / self.spec.hand.press_force)
            .sum();
        let effort = action.iter().map(|value| value * value).sum::<f32>() / action.len() as f32;
        reward.closeness * closeness + reward.onset * played - reward.wrong_press * wrong - reward.effort * effort
    }
}

impl Task for Fretting {
    fn spec(&self) -> &Arc<TaskSpec> {
        &self.task
    }

    fn build(&mut self, world: &mut World<'_>) {
        let interval = self.task.physics.control_interval();
        self.hand = Some(Hand::build(world, &self.spec.hand, &self.instrument, interval));
        self.ear.reserve();
        if self.spec.music.score.is_none() {
            self.notes.reserve(music::most_notes(&self.spec.music, self.spec.episode.time_limit));
        }
    }

    fn reset(&mut self, world: &mut World<'_>, rng: &mut Rng) {
        let episode = &self.spec.episode;
        if self.spec.music.score.is_none() {
            music::draw_etude(&self.spec.music, episode.time_limit, rng, &mut self.notes);
        }
        let position = self.notes.iter().find_map(Note::position).unwrap_or(1) as f32;
        // The middle of the four frets of the first fretted note's position.
        let middle = self.instrument.fret_place(position + 0.5 * (FINGERS as f32 - 1.0) - BEHIND_FRET);
        let place = middle + episode.start_slide * rng.random_range(-1.0f32..=1.0);
        let across = std::array::from_fn(|_| episode.start_reach * rng.random_range(-1.0f32..=1.0));
        if let Some(hand) = &mut self.hand {
            hand.start(world, &self.spec.hand, place, across);
        }
        self.ear.start();
        (self.due, self.physics_step, self.steps) = (0, 0, 0);
    }

    fn actuate(&mut self, world: &mut World<'_>, action: &[f32]) {
        // The motors hold their command until the next action.
        if self.physics_step.is_multiple_of(self.spec.episode.physics_steps) {
            let command = self.command(action);
            if let Some(hand) = &mut self.hand {
                hand.actuate(world, &self.spec.hand, &command);
            }
        }
        self.physics_step += 1;
    }

    fn state_fields(&self) -> Vec<Field> {
        let palm = [
            Field::recorded("palm_x", "m", "position of the palm along the neck, from the nut"),
            Field::recorded("palm_rate", "m/s", "velocity of the palm along the neck, positive towards the bridge"),
        ];
        let tip = |finger: usize| {
            [
                ("x", "m", "position of the fingertip along the neck, from the nut"),
                ("y", "m", "position of the fingertip across the neck, from the middle"),
                ("rate_y", "m/s", "velocity of the fingertip across the neck"),
                ("force", "N", "force of the fingertip on the board"),
            ]
            .map(|(name, unit, meaning)| Field::recorded(&format!("tip_{name}_{finger}"), unit, meaning))
        };
        palm.into_iter().chain((1..=FINGERS).flat_map(tip)).collect()
    }

    fn state(&self, _world: &World<'_>, state: &mut [f32]) {
        let Some(hand) = &self.hand else { return };
        let tips = hand.tips.iter().flat_map(|tip| [tip.x, tip.y, tip.y_rate, tip.force]);
        let values = [hand.palm_place, hand.palm_rate].into_iter().chain(tips);
        state.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
    }

    fn observe(&self, _world: &World<'_>, observation: &mut [f32]) {
        if let Some(hand) = &self.hand {
            self.show(hand, observation);
        }
    }

    fn judge(&mut self, world: &World<'_>, action: &[f32]) -> Judgement {
        self.steps += 1;
        let time = self.time();
        let Some(hand) = &mut self.hand else { return Judgement::default() };
        hand.feel(world);
        let played = self.ear.listen(&self.instrument, &self.notes, &hand.tips, time);
        let Some(hand) = &self.hand else { return Judgement::default() };
        let reward = self.reward(hand, played, action);
        while self.note(0).is_some_and(|note| time >= note.held_until().max(note.onset + ONSET_WINDOW)) {
            self.due += 1;
        }
        Judgement { reward, terminated: false, truncated: false }
    }

    fn score(&self) -> f32 {
        self.ear.total().f1().unwrap_or(0.0).clamp(0.0, 1.0)
    }

    fn metrics(&self, metrics: &mut [f32]) {
        let total = self.ear.total();
        let (error, count) = self.ear.onset_errors;
        let [index, middle, ring, little] = self.ear.tallies.map(|tally| measured(tally.f1()));
        let values: [f32; METRICS.len()] = [
            measured(total.precision()),
            measured(total.recall()),
            measured((count > 0).then(|| 1000.0 * error / count as f32)),
            self.ear.peak_force,
            self.ear.shifts as f32,
            index,
            middle,
            ring,
            little,
        ];
        metrics.copy_from_slice(&values);
    }

    fn reward_formula(&self) -> Option<Formula> {
        Some(reward::formula(&self.spec))
    }

    fn strings(&self) -> usize {
        self.instrument.strings()
    }

    fn sound(&self, tones: &mut [Tone]) {
        for ((string, slot), sound) in (1..).zip(tones).zip(self.ear.sounds()) {
            let (fret, touch) = match *sound {
                Sound::Open => (0, Touch::Free),
                Sound::Muted => (0, Touch::Damped),
                Sound::Fretted { fret, clean: true, .. } => (fret, Touch::Free),
                Sound::Fretted { fret, clean: false, .. } => (fret, Touch::Buzzing),
            };
            let plucked = self.ear.plucked.filter(|(plucked, _)| *plucked == string);
            *slot = Tone {
                frequency: self.instrument.frequency(string, fret),
                touch,
                plucked: plucked.map(|(_, late)| (1.0 - late * self.spec.episode.control_rate).clamp(0.0, 1.0)),
                hammered: self.ear.hammered[string - 1],
            };
        }
    }

    fn push(&self, world: &mut World<'_>, push: &Push, duration: f32) {
        world.push_nearest(push, duration, hand::UNITS);
    }

    fn draw(&self, _world: &World<'_>, scene: &mut Scene) {
        let (Some(hand), instrument) = (&self.hand, &self.instrument) else { return };
        let end = instrument.fret_place(instrument.frets() as f32);
        let at = |string: f32, x: f32| Vector::new(x, instrument.string_place(string, x));
        let edges = [0.5, instrument.strings() as f32 + 0.5];
        for string in 1..=instrument.strings() {
            scene.line("string", [0.0, end].map(|x| at(string as f32, x)));
        }
        for fret in 0..=instrument.frets() {
            let x = instrument.fret_place(fret as f32);
            scene.line("fret", edges.map(|edge| at(edge, x)));
        }
        if let Some(note) = self.note(0) {
            let x = instrument.fret_place(note.fret as f32 - BEHIND_FRET);
            scene.circle("note", at(note.string as f32, x), 0.003, 0.0);
        }
        self.tell(hand, scene);
        for tip in &hand.tips {
            let place = Vector::new(tip.x, tip.y);
            scene.line("finger", [place, place - Vector::new(0.0, self.spec.hand.finger_length)]);
            // A pressing fingertip is drawn flatter, that is, wider.
            let flattening = 1.0 + 0.5 * tip.force / self.spec.hand.press_force;
            scene.circle("fingertip", place, self.spec.hand.finger_radius * flattening, 0.0);
        }
    }
}
