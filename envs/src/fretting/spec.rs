//! YAML fields of a fretting task, in SI units.

use super::score::choice::{Choice, Voice};
use super::score::written::ScoreSource;
use crate::document::AnyForm;
use crate::stepping::Stepping;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Largest number of strings of an instrument.
pub const MOST_STRINGS: usize = 12;
/// Number of fretting fingers, from index to little finger.
pub const FINGERS: usize = 4;
/// Shortest time between two onsets, in s: notes are judged one at a time.
pub const SHORTEST_INTERVAL: f32 = 0.1;

/// A fretting task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrettingSpec {
    /// Task id, `fretting/name-vN`.
    pub task: String,
    /// What the agent does in it, in a sentence.
    pub summary: String,
    /// Time limit and start, and time steps.
    pub episode: EpisodeSpec,
    /// What the agent observes and commands.
    pub display: DisplaySpec,
    /// Terms of the reward.
    pub reward: RewardSpec,
    /// The instrument.
    pub instrument: InstrumentSpec,
    /// The hand.
    pub hand: HandSpec,
    /// What is played.
    pub music: MusicSpec,
}

/// Time limit and start of an episode, and its time steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EpisodeSpec {
    /// Actions per second.
    pub control_rate: f32,
    /// Physics steps per action.
    pub physics_steps: u32,
    /// Rapier's solver iterations: substeps of each physics step.
    pub solver_iterations: u32,
    /// Time after which the episode is truncated, in s.
    pub time_limit: f32,
    /// Half the range of the hand's starting position along the neck, in m.
    pub start_slide: f32,
    /// Half the range of each fingertip's starting position across the strings, in m.
    pub start_reach: f32,
}

/// What the agent observes of the notes, and what its actions command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisplaySpec {
    /// Whether the distance from finger to note is observed.
    pub eyes: Eyes,
    /// What the actions command.
    pub action: ActionSet,
    /// Time constant of urgency, in s: the urgency of an onset is 1/e this long before it.
    pub urgency_time: f32,
}

/// Whether the distance from the assigned finger to its note is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Eyes {
    /// It is observed, in strings and frets.
    Open,
    /// It is not: the hand is only felt, in m and by touch.
    Closed,
}

/// What the actions command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActionSet {
    /// Every finger separately.
    Fingers,
    /// Only the finger of the current note; the others rest.
    Routed,
}

/// Reward for being close to the current note and for clean onsets: r = `closeness` (T(s) + T(f))/2 + `onset` p -
/// `wrong_press` w - `effort` mean(a²), with distances s in strings and f in frets, T(x) = 10^(-(max(0, x -
/// `bound`)/`margin`)²), played part p of a note, relative force w of fingers without a note, and action a.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardSpec {
    /// Reward per step with the assigned finger in place.
    pub closeness: f32,
    /// Distance within which the finger is in place, in strings and in frets.
    pub bound: f32,
    /// Distance beyond the bound at which closeness has fallen to a tenth, in strings and in frets.
    pub margin: f32,
    /// Reward for a correct clean onset.
    pub onset: f32,
    /// Cost per step of a finger that presses with full force without a current or next note.
    pub wrong_press: f32,
    /// Cost per unit of the mean squared action.
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
    /// Pitches of the open strings from the lowest, for example `E2`.
    pub tuning: Vec<String>,
    /// Distance between neighbouring strings at the nut, in m.
    pub spacing_at_nut: f32,
    /// Distance between neighbouring strings at the bridge, in m.
    pub spacing_at_bridge: f32,
    /// Tension of each string, in N.
    pub tension: f32,
    /// Distance by which a string is pushed down, extrapolated to the nut, in m. It is calibrated, with
    /// `height_at_bridge`, to the forces of clean notes, which exceed those for the bare gap under the string because
    /// of the flesh and the height of the frets.
    pub height_at_nut: f32,
    /// Distance by which a string is pushed down, extrapolated to the bridge, in m.
    pub height_at_bridge: f32,
    /// Whether the strings are in the opposite order across the neck.
    #[serde(default)]
    pub mirrored: bool,
}

/// A hand: a palm that slides along the neck, with four fingers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandSpec {
    /// Mass of the palm, in kg.
    pub palm_mass: f32,
    /// Largest speed of the palm along the neck, in m/s.
    pub slide_speed: f32,
    /// Largest force on the palm along the neck, in N.
    pub slide_force: f32,
    /// Rate at which the palm approaches its commanded velocity, in 1/s.
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
    /// Rate at which a finger approaches its commanded velocity, in 1/s. Below `reach_force`/(`finger_mass` ·
    /// `reach_speed`), the largest force is never reached.
    pub reach_gain: f32,
    /// Largest distance of a fingertip across the strings, to either side, in m.
    pub reach_limit: f32,
    /// Distance between neighbouring fingers at rest, in m.
    pub spread: f32,
    /// Largest change of that distance, either way, in m.
    pub spread_range: f32,
    /// Time constant with which the distance between fingers follows its command, in s.
    pub spread_lag: f32,
    /// Stiffness of the fingers' positions along the neck, per mass, in 1/s².
    pub spread_stiffness: f32,
    /// Damping of the fingers' positions along the neck, per mass, in 1/s.
    pub spread_damping: f32,
    /// Largest force of a finger along the neck, in N.
    pub spread_force: f32,
    /// Largest force of a fingertip on the board, in N.
    pub press_force: f32,
    /// Time constant with which the force of a fingertip follows its command, in s.
    pub press_lag: f32,
    /// Coefficient of friction between fingertip and board.
    pub friction: f32,
}

/// The music: a written score, or études drawn anew for every episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MusicSpec {
    /// A score: the name of a built-in score, the path of a file (YAML, MIDI, MusicXML, Guitar Pro) relative to the
    /// file that names it, or the score itself. Absent for drawn études. The resolved YAML contains the score itself,
    /// with strings, frets and fingers found where the file does not give them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyForm")]
    pub score: Option<ScoreSource>,
    /// Number of the file's track that is played, from 1; by default the only track with notes. This and the next four
    /// fields apply to the score and become part of it in the resolved YAML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<u32>,
    /// First and last bar that are played, as written, from 1; by default all, with repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bars: Option<[u32; 2]>,
    /// Beats per minute; by default those of the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<f32>,
    /// Transposition, in semitones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transpose: Option<i32>,
    /// How to choose among notes that sound together; by default they are an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
    /// Time before the first onset, in s.
    pub lead_in: f32,
    /// Length of a note as a fraction of the time to the next one.
    pub sustain: f32,
    /// Lowest position of the hand in an étude: the fret of the index finger.
    pub lowest_position: u32,
    /// Highest position of the hand in an étude.
    pub highest_position: u32,
    /// Largest shift between two positions, in frets.
    pub largest_shift: u32,
    /// Mean number of notes between shifts.
    pub notes_per_shift: f32,
    /// Number of strings played in an étude, from the lowest.
    pub strings: u32,
    /// Mean time between two onsets of an étude, in s.
    pub interval: f32,
    /// Half the range of the time between onsets, as a fraction of its mean.
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
    /// The part of the score that is played, and how.
    pub fn choice(&self) -> Choice {
        let Self { track, bars, tempo, transpose, voice, .. } = *self;
        Choice { track, bars, tempo, transpose, voice }
    }
}
