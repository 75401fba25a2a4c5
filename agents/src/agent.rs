//! What an agent is: the one trait that the gym, the experiments and the window know.

use crate::lesion::LesionError;
use crate::state::{State, StateError};

/// What an observed number tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The world around the body, or the task.
    World,
    /// The body itself: joint angles, speeds, forces.
    Body,
    /// Where the body should be by now, where there is a desired trajectory.
    Desired,
    /// The command, in units of that action, with which the body's own feedback controller answers the present error:
    /// the error signal of feedback-error learning (Kawato & Gomi 1992).
    Feedback {
        /// Index of the action.
        action: usize,
    },
    /// Whether the error that the feedback commands answer is that of the task, as it is shown (1), or one that is felt
    /// only and need not be (0). Where nothing tells, it is shown.
    ErrorShown,
    /// Velocity along an axis of the task with which what is steered should move now.
    Aim {
        /// The axis.
        axis: usize,
    },
    /// The same less the velocity with which it was seen to move: an error in the task's own axes, which says nothing of
    /// the actions that would mend it.
    Error {
        /// The axis.
        axis: usize,
    },
}

/// One observed number, as an agent gets to know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Name, used in messages only.
    pub name: String,
    /// Typical magnitude in the field's own unit; finite and above 0.
    pub typical: f32,
    /// What it tells of.
    pub role: Role,
}

/// A sense that is not always there, such as touch or the sight of a cursor, and what can stand in for it.
///
/// All numbers are indices of observed numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Percept {
    /// What is sensed, while it is there.
    pub values: Vec<usize>,
    /// Whether it is: above 0.
    pub present: usize,
    /// Proprioceptors of the limb that it depends on.
    pub limb: Vec<usize>,
    /// What is to be sensed.
    pub goals: Vec<Goal>,
}

/// What is to be sensed of a [`Percept`].
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Observed numbers that name what is wanted of each value of the percept, in its units.
    pub values: Vec<usize>,
    /// What has to be added to them: a note is fretted a little below its fret.
    pub offsets: Vec<f32>,
    /// Whether it is this percept that is wanted there, from 0 to 1; always where there is none.
    pub due: Option<usize>,
}

/// The size of a task as an agent sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentShape {
    /// One entry per observed number, in the order of the observation slices.
    pub observations: Vec<Input>,
    /// Number of actions.
    pub actions: usize,
    /// Time from one action to the next, in s; finite and above 0.
    pub control_interval: f64,
    /// Senses that are not always there.
    pub percepts: Vec<Percept>,
}

/// What an agent takes a [`Percept`] for at the moment, sensed or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief<'a> {
    /// Index of the percept in the shape.
    pub percept: usize,
    /// What would be sensed, in the units of the percept's values.
    pub values: &'a [f32],
    /// How far that is to be trusted, in [0, 1].
    pub trust: f32,
}

/// One step of experience: what was seen, done and earned, and what was seen next.
#[derive(Clone, Copy, Debug)]
pub struct Transition<'a> {
    /// The observation that was acted on.
    pub observation: &'a [f32],
    /// The action that was carried out, after the environment's clipping.
    pub action: &'a [f32],
    /// Reward for the step.
    pub reward: f32,
    /// The observation after the step; the last one of the episode if it ended, never the first one of the next.
    pub next_observation: &'a [f32],
    /// The episode ended in a state that has no future (a fall, a goal).
    pub terminated: bool,
    /// The episode was cut short; the state it was cut at still has a future.
    pub truncated: bool,
}

/// Anything that maps observations to actions and may learn from what follows.
///
/// The cycle is `act(explore = true)`, one step of the environment, `learn`. Acting without exploring may be put in
/// anywhere (an evaluation, a preview) and leaves no mark. Observations of the wrong length or with non-finite numbers are
/// the host's error to report; an agent must not panic on them or be damaged by them.
pub trait Agent: Send + Sync {
    /// Writes an action, one value per action, meant for [-1, 1]; the environment clips.
    ///
    /// `explore = false` asks for the agent's best guess: nothing that could alter later behaviour changes, neither its
    /// generator nor its statistics.
    fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]);

    /// Learns from the transition that followed the last exploring [`act`](Agent::act).
    fn learn(&mut self, transition: &Transition<'_>);

    /// A night passes: the agent may consolidate what it has learned in the day. Nothing by default.
    fn sleep(&mut self) {}

    /// So much time (s) passes without anything to do: the agent may forget. Nothing by default.
    fn rest(&mut self, _seconds: f64) {}

    /// Number of units of its own whose activity its actions are; 0 for an agent whose actions are commands. What decodes such
    /// activity has to be fitted to it.
    fn units(&self) -> usize {
        0
    }

    /// Reports named signals of the last step; nothing is computed unless this is called.
    fn signals(&self, _report: &mut dyn FnMut(&'static str, f32)) {}

    /// Reports what the agent takes its percepts for, as of the last action; nothing by default.
    fn beliefs(&self, _report: &mut dyn FnMut(Belief<'_>)) {}

    /// Reports the activity of named populations of units, as of the last action; nothing by default. A population always has the
    /// same number of units.
    fn activity(&self, _report: &mut dyn FnMut(&'static str, &[f32])) {}

    /// Reports the capacity that is given to each action by index, as a scan would see it: plastic synapses times their mean
    /// weight, and how many synapses there are; nothing by default.
    fn zones(&self, _report: &mut dyn FnMut(usize, f32, usize)) {}

    /// Switches off a share of a part, in [0, 1], from now on; 0 restores it. It replaces an earlier lesion of the same part
    /// and is saved with the agent.
    ///
    /// # Errors
    ///
    /// If the agent has no such part, or the share is out of range.
    fn lesion(&mut self, part: &str, _share: f32) -> Result<(), LesionError> {
        Err(LesionError::Unknown { part: part.into(), nearest: None, parts: Vec::new() })
    }

    /// Writes everything that later behaviour depends on into `state`.
    fn save(&self, state: &mut State);

    /// Restores what [`save`](Agent::save) wrote by an agent of the same shape and configuration, so that it continues as
    /// if never interrupted.
    ///
    /// # Errors
    ///
    /// If a tensor is missing, unknown, of the wrong kind or length, or holds a value that no agent writes. The agent may
    /// then be partly loaded: drop it.
    fn load(&mut self, state: &State) -> Result<(), StateError>;

    /// An independent copy, in the same state.
    fn clone_agent(&self) -> Box<dyn Agent>;
}
