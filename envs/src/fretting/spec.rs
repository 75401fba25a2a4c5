//! What can be said about a fretting task in YAML. All quantities in SI units.

use super::score::choice::{Choice, Voice};
use super::score::pitch::pitch;
use super::score::written::ScoreSource;
use crate::document::AnyForm;
use crate::document::Invalid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many strings an instrument may have.
pub const MOST_STRINGS: usize = 12;
/// Fingers that fret, from index to little finger.
pub const FINGERS: usize = 4;
/// Shortest time between two onsets in s: strings are judged one note at a time.
pub const SHORTEST_INTERVAL: f32 = 0.1;

/// A fretting task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrettingSpec {
    /// Task id, `fretting/name-vN`.
    pub task: String,
    /// What one does in it, in a sentence.
    pub summary: String,
    /// Limits and start, and how time is stepped.
    pub episode: EpisodeSpec,
    /// What is seen and what is commanded.
    pub display: DisplaySpec,
    /// What is rewarded.
    pub reward: RewardSpec,
    /// The instrument.
    pub instrument: InstrumentSpec,
    /// The hand.
    pub hand: HandSpec,
    /// What is played.
    pub music: MusicSpec,
}

/// Limits and start of an episode, and how time is stepped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EpisodeSpec {
    /// Actions per second.
    pub control_rate: f32,
    /// Physics steps per action.
    pub physics_steps: u32,
    /// Rapier's solver iterations, which are substeps of each physics step.
    pub solver_iterations: u32,
    /// After this time in s the episode is truncated.
    pub time_limit: f32,
    /// Half the range, along the neck, of the hand's place at the start, in m.
    pub start_slide: f32,
    /// Half the range, across the strings, of each fingertip's place at the start, in m.
    pub start_reach: f32,
}

/// What is seen of the notes, and what the actions command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisplaySpec {
    /// Whether the way from finger to note is seen.
    pub eyes: Eyes,
    /// What the actions command.
    pub action: ActionSet,
    /// Time before an onset at which its urgency is 1/e, in s.
    pub urgency_time: f32,
}

/// Whether the way from an assigned finger to its note is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Eyes {
    /// It is seen, in strings and frets.
    Open,
    /// The hand is felt only, in m and by touch.
    Closed,
}

/// What the actions command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActionSet {
    /// Every finger on its own.
    Fingers,
    /// Only the finger assigned to the note that is due; the others rest.
    Routed,
}

/// What is rewarded: closeness to the note that is due, and clean onsets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardSpec {
    /// Reward per step of the assigned finger in place.
    pub closeness: f32,
    /// Distance in strings and in frets within which it is in place.
    pub bound: f32,
    /// Distance beyond the bound, in strings and in frets, at which closeness has fallen to a tenth.
    pub margin: f32,
    /// Reward of a correct clean onset.
    pub onset: f32,
    /// Cost per step of a finger that presses fully without a note to play now or next.
    pub wrong_press: f32,
    /// Cost of effort per mean squared action.
    pub effort: f32,
}

/// A fretted string instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstrumentSpec {
    /// Length of the open strings from nut to bridge, in m.
    pub scale: f32,
    /// Number of frets.
    pub frets: u32,
    /// Pitches of the open strings from the lowest, such as `E2`.
    pub tuning: Vec<String>,
    /// Distance between neighbouring strings at the nut, in m.
    pub spacing_at_nut: f32,
    /// The same at the bridge.
    pub spacing_at_bridge: f32,
    /// Tension of each string, in N.
    pub tension: f32,
    /// How far a string is pushed down, extrapolated to the nut, in m. With the next one calibrated to the forces that
    /// a clean note takes, which are above those of the bare gap under the string: flesh and fret height add to it.
    pub height_at_nut: f32,
    /// The same, extrapolated to the bridge.
    pub height_at_bridge: f32,
    /// Whether the strings lie in the opposite order across the neck.
    #[serde(default)]
    pub mirrored: bool,
}

/// A hand: a palm that slides along the neck, and four fingers on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandSpec {
    /// Mass of the palm, in kg.
    pub palm_mass: f32,
    /// Largest speed along the neck, in m/s.
    pub slide_speed: f32,
    /// Largest force along the neck, in N.
    pub slide_force: f32,
    /// Rate at which the palm approaches its commanded speed, in 1/s.
    pub slide_gain: f32,
    /// Mass of a finger, in kg.
    pub finger_mass: f32,
    /// Radius of a finger, in m.
    pub finger_radius: f32,
    /// Length of a finger, in m.
    pub finger_length: f32,
    /// Largest speed of a finger across the strings, in m/s.
    pub reach_speed: f32,
    /// Largest force of a finger across the strings, in N.
    pub reach_force: f32,
    /// Rate at which a finger approaches its commanded speed, in 1/s: below force over mass and speed, the force is
    /// never reached.
    pub reach_gain: f32,
    /// How far a fingertip gets across the strings to either side, in m.
    pub reach_limit: f32,
    /// Distance between neighbouring fingers at rest, in m.
    pub spread: f32,
    /// How much the distance can be changed either way, in m.
    pub spread_range: f32,
    /// Time constant with which the distance follows its command, in s.
    pub spread_lag: f32,
    /// Stiffness of the fingers' place along the neck per mass, in 1/s².
    pub spread_stiffness: f32,
    /// Its damping per mass, in 1/s.
    pub spread_damping: f32,
    /// Largest force of a finger along the neck, in N.
    pub spread_force: f32,
    /// Largest force of a fingertip on the board, in N.
    pub press_force: f32,
    /// Time constant with which that force follows its command, in s.
    pub press_lag: f32,
    /// Coefficient of friction between fingertip and board.
    pub friction: f32,
}

/// What is played: a written score, or études drawn anew for every episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MusicSpec {
    /// A built-in score by its name, the path of a file (YAML, MIDI, MusicXML, Guitar Pro), relative to the file that says it, or the
    /// score itself; absent for drawn études. What a file holds is put in its place, with the strings, frets and fingers
    /// that it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyForm")]
    pub score: Option<ScoreSource>,
    /// The track of the file that is played, by its number there, from 1; absent where only one has notes. This and the
    /// next four are of the score, and go into it when it is put in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<u32>,
    /// The first and the last bar that are played, as they are written, from 1; absent for all, repeats played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bars: Option<[u32; 2]>,
    /// Beats per minute, instead of what the score says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<f32>,
    /// How far all is moved, in semitones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transpose: Option<i32>,
    /// What is played where notes sound together; absent to refuse them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
    /// Time before the first onset, in s.
    pub lead_in: f32,
    /// Length of a note as a share of the time to the next one.
    pub sustain: f32,
    /// Lowest position of the hand in an étude: the fret under the index finger.
    pub lowest_position: u32,
    /// Highest position of the hand in an étude.
    pub highest_position: u32,
    /// Largest shift between two positions, in frets.
    pub largest_shift: u32,
    /// Mean number of notes from one shift to the next.
    pub notes_per_shift: f32,
    /// Strings played in an étude, from the lowest.
    pub strings: u32,
    /// Mean time between two onsets of an étude, in s.
    pub interval: f32,
    /// Half the range of that time as a share of it.
    pub interval_range: f32,
}

impl MusicSpec {
    /// What of the score is played, and how.
    pub fn choice(&self) -> Choice {
        let Self { track, bars, tempo, transpose, voice, .. } = *self;
        Choice { track, bars, tempo, transpose, voice }
    }
}

impl FrettingSpec {
    /// Checks that every value makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn validate(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let episode = &self.episode;
        check("episode.control_rate", episode.control_rate, 10.0..=1000.0, "Hz")?;
        check("episode.physics_steps", episode.physics_steps as f32, 1.0..=100.0, "")?;
        check("episode.solver_iterations", episode.solver_iterations as f32, 1.0..=100.0, "")?;
        check("episode.time_limit", episode.time_limit, 1.0..=600.0, "s")?;
        check("episode.start_slide", episode.start_slide, 0.0..=0.2, "m")?;
        check("episode.start_reach", episode.start_reach, 0.0..=self.hand.reach_limit, "m")?;
        check("display.urgency_time", self.display.urgency_time, 0.001..=10.0, "s")?;
        let reward = &self.reward;
        check("reward.closeness", reward.closeness, 0.0..=100.0, "")?;
        check("reward.bound", reward.bound, 0.0..=10.0, "")?;
        check("reward.margin", reward.margin, 0.01..=100.0, "")?;
        check("reward.onset", reward.onset, 0.0..=100.0, "")?;
        check("reward.wrong_press", reward.wrong_press, 0.0..=100.0, "")?;
        check("reward.effort", reward.effort, 0.0..=10.0, "")?;
        self.validate_instrument()?;
        self.validate_hand()?;
        self.validate_music()
    }

    fn validate_instrument(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let instrument = &self.instrument;
        check("instrument.scale", instrument.scale, 0.2..=2.0, "m")?;
        check("instrument.frets", instrument.frets as f32, 4.0..=36.0, "")?;
        check("instrument.tuning", instrument.tuning.len() as f32, 1.0..=MOST_STRINGS as f32, "strings")?;
        for name in &instrument.tuning {
            if pitch(name).is_none() {
                return Err(Invalid {
                    field: "instrument.tuning".into(),
                    found: format!("`{name}`"),
                    expected: "pitches such as `E2` or `F#3`".into(),
                });
            }
        }
        check("instrument.spacing_at_nut", instrument.spacing_at_nut, 0.003..=0.05, "m")?;
        check("instrument.spacing_at_bridge", instrument.spacing_at_bridge, 0.003..=0.05, "m")?;
        check("instrument.tension", instrument.tension, 1.0..=1000.0, "N")?;
        check("instrument.height_at_nut", instrument.height_at_nut, 0.0001..=0.02, "m")?;
        check("instrument.height_at_bridge", instrument.height_at_bridge, 0.0001..=0.05, "m")
    }

    fn validate_hand(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let hand = &self.hand;
        check("hand.palm_mass", hand.palm_mass, 0.01..=10.0, "kg")?;
        check("hand.slide_speed", hand.slide_speed, 0.0..=5.0, "m/s")?;
        check("hand.slide_force", hand.slide_force, 0.0..=200.0, "N")?;
        check("hand.slide_gain", hand.slide_gain, 1.0..=10_000.0, "1/s")?;
        check("hand.finger_mass", hand.finger_mass, 0.005..=1.0, "kg")?;
        check("hand.finger_radius", hand.finger_radius, 0.001..=0.03, "m")?;
        check("hand.finger_length", hand.finger_length, 0.01..=0.2, "m")?;
        check("hand.reach_speed", hand.reach_speed, 0.0..=2.0, "m/s")?;
        check("hand.reach_force", hand.reach_force, 0.0..=100.0, "N")?;
        check("hand.reach_gain", hand.reach_gain, 1.0..=10_000.0, "1/s")?;
        check("hand.reach_limit", hand.reach_limit, 0.005..=0.2, "m")?;
        check("hand.spread", hand.spread, 2.0 * hand.finger_radius..=0.1, "m")?;
        check("hand.spread_range", hand.spread_range, 0.0..=hand.spread, "m")?;
        check("hand.spread_lag", hand.spread_lag, 0.001..=5.0, "s")?;
        check("hand.spread_stiffness", hand.spread_stiffness, 1.0..=50_000.0, "1/s²")?;
        check("hand.spread_damping", hand.spread_damping, 1.0..=1000.0, "1/s")?;
        check("hand.spread_force", hand.spread_force, 0.0..=200.0, "N")?;
        check("hand.press_force", hand.press_force, 0.1..=100.0, "N")?;
        check("hand.press_lag", hand.press_lag, 0.001..=5.0, "s")?;
        check("hand.friction", hand.friction, 0.0..=10.0, "")
    }

    fn validate_music(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let (music, instrument) = (&self.music, &self.instrument);
        if music.score.is_none() && !music.choice().is_none() {
            let expected = "a score, if `track`, `bars`, `tempo`, `transpose` or `voice` is said".into();
            return Err(Invalid { field: "music".into(), found: "no `score`".into(), expected });
        }
        music.choice().validate()?;
        // Four fingers, one per fret.
        let highest = (instrument.frets + 1).saturating_sub(FINGERS as u32) as f32;
        check("music.highest_position", music.highest_position as f32, 1.0..=highest, "")?;
        check("music.lowest_position", music.lowest_position as f32, 1.0..=music.highest_position as f32, "")?;
        check("music.largest_shift", music.largest_shift as f32, 1.0..=36.0, "frets")?;
        check("music.notes_per_shift", music.notes_per_shift, 1.0..=1e6, "")?;
        check("music.strings", music.strings as f32, 1.0..=instrument.tuning.len() as f32, "")?;
        check("music.interval_range", music.interval_range, 0.0..=0.9, "")?;
        let shortest = SHORTEST_INTERVAL / (1.0 - music.interval_range);
        check("music.interval", music.interval, shortest..=10.0, "s")?;
        check("music.lead_in", music.lead_in, 0.0..=self.episode.time_limit * 0.5, "s")?;
        check("music.sustain", music.sustain, 0.0..=1.0, "")
    }
}
