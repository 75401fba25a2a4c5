//! What goes to and fro between the simulation and whoever watches it: frames one way, commands the other.

use crate::run::course::Course;
use etude_envs::scene::Scene;
use etude_envs::task::{Push, TaskSpec};
use etude_envs::tone::Tone;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// How fast the simulation runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many times real time.
    Times(f32),
    /// As fast as it can.
    Most,
}

/// Speeds from slow to fast, between which the keys step.
const SPEEDS: [Speed; 9] = [
    Speed::Times(0.1),
    Speed::Times(0.25),
    Speed::Times(0.5),
    Speed::Times(1.0),
    Speed::Times(2.0),
    Speed::Times(4.0),
    Speed::Times(8.0),
    Speed::Times(16.0),
    Speed::Most,
];
/// Fastest multiple of real time that can be asked for.
const FASTEST: f32 = 1000.0;

impl Speed {
    /// The next faster (or slower) speed of those on the keys.
    pub fn next(self, faster: bool) -> Self {
        let size = |speed: Speed| match speed {
            Self::Times(times) => times,
            Self::Most => f32::INFINITY,
        };
        let own = size(self);
        let next = match faster {
            true => SPEEDS.into_iter().find(|&speed| size(speed) > own),
            false => SPEEDS.into_iter().rev().find(|&speed| size(speed) < own),
        };
        next.unwrap_or(self)
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(times) => write!(f, "{times}x"),
            Self::Most => f.write_str("max"),
        }
    }
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Most);
        }
        let times = text.trim_end_matches('x').parse::<f32>().ok().filter(|times| (0.01..=FASTEST).contains(times));
        times
            .map(Self::Times)
            .ok_or_else(|| format!("expected a number from 0.01 to {FASTEST}, or `max`, found `{text}`"))
    }
}

/// What a spectator asks of the simulation.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Stops the clock, or lets it go on.
    Pause,
    /// Takes one env step and stops.
    Step,
    /// Runs at another speed.
    Speed(Speed),
    /// Ends the running episodes and starts the next ones.
    Restart,
    /// Turns to another subject.
    Focus(usize),
    /// Lets the subjects learn, or not.
    Learn,
    /// Makes the lesion of that index, or takes it back.
    Lesion(usize),
    /// Pushes the subject in focus from now on, or lets it go.
    Push(Option<Push>),
    /// Goes on with the next (or the previous) task of the same body.
    Task {
        /// Whether it is the next one.
        next: bool,
    },
}

/// What one subject is doing.
#[derive(Clone, Debug, Default)]
pub struct Shot {
    /// Index of the subject.
    pub subject: u64,
    /// What is seen of it.
    pub scene: Scene,
    /// Env steps practised.
    pub steps: u64,
    /// Index of the running episode, and env steps taken in it.
    pub progress: (u64, u32),
    /// Reward and score so far in it.
    pub so_far: (f64, f32),
    /// Episodes that have ended since the last frame.
    pub ended: Vec<Ended>,
}

/// An episode that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ended {
    /// Env steps practised by then.
    pub steps: u64,
    /// Its score.
    pub score: f32,
    /// Sum of its rewards.
    pub total_reward: f64,
}

/// What the brain of the subject in focus did in one env step.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Its signals by name.
    pub signals: Vec<(&'static str, f32)>,
    /// The action that it took.
    pub action: Vec<f32>,
    /// The action that it takes to be best.
    pub best: Vec<f32>,
    /// Episode and env step in it.
    pub progress: (u64, u32),
    /// Where a trail is left, if the scene tells.
    pub trail: Option<[f32; 2]>,
    /// Block, target and pattern of activity, if the scene tells.
    pub pattern: Option<[f32; 4]>,
    /// What is heard of each string, if the task has any.
    pub tones: Vec<Tone>,
}

/// What there is to be seen at one moment.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The task.
    pub task: Arc<TaskSpec>,
    /// Name of the agent.
    pub agent: String,
    /// The subjects.
    pub shots: Vec<Shot>,
    /// How practice before went, of those who have practised; further subjects began anew with the first of them.
    pub courses: Arc<[Course]>,
    /// Which of them is in focus.
    pub focus: usize,
    /// What its brain did in the steps since the last frame.
    pub samples: Vec<Sample>,
    /// Parts of the agent that can be lesioned, with the lesions they have.
    pub parts: Vec<(&'static str, f32)>,
    /// Whether the subjects learn.
    pub learning: bool,
    /// Whether the subject in focus is being pushed.
    pub pushed: bool,
    /// Whether the clock stands still.
    pub paused: bool,
    /// How fast it runs.
    pub speed: Speed,
    /// Env steps per second of all subjects together.
    pub rate: f32,
    /// Whether there are keys to press: in a window, not in a film.
    pub has_keys: bool,
    /// Something that has to be said.
    pub notice: Option<String>,
}

impl Frame {
    /// How practice before went of the subject in focus, if it has any evaluation to tell of.
    pub fn course(&self) -> Option<&Course> {
        let index = self.focus.checked_rem(self.courses.len())?;
        self.courses.get(index).filter(|course| !course.evaluations.is_empty())
    }
}

#[cfg(test)]
impl Frame {
    /// A stage on which nothing happens.
    pub fn empty() -> Self {
        let task = crate::catalog::Catalog::default().tasks.task("cycling/flat-v0").unwrap();
        Self {
            task: Arc::clone(task.spec()),
            agent: "brain".into(),
            shots: Vec::new(),
            courses: Arc::from([]),
            focus: 0,
            samples: Vec::new(),
            parts: Vec::new(),
            learning: false,
            pushed: false,
            paused: false,
            speed: Speed::Times(1.0),
            rate: 0.0,
            has_keys: true,
            notice: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_read_and_stepped_through() {
        assert_eq!("max".parse(), Ok(Speed::Most));
        assert_eq!("4".parse(), Ok(Speed::Times(4.0)));
        assert_eq!("0.5x".parse(), Ok(Speed::Times(0.5)));
        for wrong in ["", "fast", "0", "-1", "nan", "inf", "1e9"] {
            assert!(wrong.parse::<Speed>().is_err(), "{wrong}");
        }
        assert_eq!(Speed::Times(1.0).next(true), Speed::Times(2.0));
        assert_eq!(Speed::Times(3.0).next(false), Speed::Times(2.0));
        assert_eq!(Speed::Most.next(true), Speed::Most);
        assert_eq!(Speed::Most.next(false), Speed::Times(16.0));
        assert_eq!(Speed::Times(0.1).next(false), Speed::Times(0.1));
    }
}
