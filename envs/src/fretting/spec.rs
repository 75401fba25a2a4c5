//! What can be said about a fretting task in YAML. All quantities in SI units.

use super::score::choice::{Choice, Voice};
use super::score::written::ScoreSource;
use crate::document::AnyForm;
use crate::stepping::Stepping;
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

impl EpisodeSpec {
    /// How it is stepped in time.
    pub(crate) fn stepping(&self) -> Stepping {
        let Self { control_rate, physics_steps, solver_iterations, .. } = *self;
        Stepping { control_rate, physics_steps, solver_iterations }
    }
}

impl MusicSpec {
    /// What of the score is played, and how.
    pub fn choice(&self) -> Choice {
        let Self { track, bars, tempo, transpose, voice, .. } = *self;
        Choice { track, bars, tempo, transpose, voice }
    }
}
