//! The trait of agents, known to gym, experiments and window.

use crate::lesion::LesionError;
use crate::state::{State, StateError};

/// The role of an observed number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The world around the body, or the task.
    World,
    /// The body itself: joint angles, speeds, forces.
    Body,
    /// The desired state of the body, if there is a desired trajectory.
    Desired,
    /// The command of the body's own feedback controller for the present error, in units of that action: the error
    /// signal of feedback-error learning (Kawato & Gomi 1992).
    Feedback {
        /// Index of the action.
        action: usize,
    },
    /// Whether the error behind the feedback commands is the task's error, because it is shown (1), or only felt and
    /// possibly different (0). Without this input, the error is shown.
    ErrorShown,
    /// Desired velocity along an axis of the task.
    Aim {
        /// The axis.
        axis: usize,
    },
    /// Desired minus seen velocity along an axis of the task: an error that does not say which actions would reduce it.
    Error {
        /// The axis.
        axis: usize,
    },
}

/// One observed number, as described to an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Name, used in messages only.
    pub name: String,
    /// Typical magnitude in the field's own unit; finite and above 0.
    pub typical: f32,
    /// Its role.
    pub role: Role,
}

/// A sense that is not always present, such as touch or the sight of a cursor.
///
/// All fields are indices of observed numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Percept {
    /// Sensed values while the sense is present.
    pub values: Vec<usize>,
    /// Above 0 while the sense is present.
    pub present: usize,
    /// Proprioceptors of the limb on which the sense depends.
    pub limb: Vec<usize>,
    /// Goals for the sensed values.
    pub goals: Vec<Goal>,
}

/// A goal for a [`Percept`].
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Observed numbers with the desired value of each of the percept's values, in the same units.
    pub values: Vec<usize>,
    /// Offsets to add to the desired values: a note is fretted a little below its fret.
    pub offsets: Vec<f32>,
    /// Observed number from 0 to 1 that says whether this percept has to reach the goal; `None` for always.
    pub due: Option<usize>,
}

/// The dimensions of a task for an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentShape {
    /// One entry per observed number, in order.
    pub observations: Vec<Input>,
    /// Number of actions.
    pub actions: usize,
    /// Time between two actions, in s; finite and above 0.
    pub control_interval: f64,
    /// Senses that are not always present.
    pub percepts: Vec<Percept>,
}

/// An agent's current estimate of a [`Percept`], sensed or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief<'a> {
    /// Index of the percept in the shape.
    pub percept: usize,
    /// Estimated values, in the units of the percept's values.
    pub values: &'a [f32],
    /// Confidence in the estimate, in [0, 1].
    pub trust: f32,
}

/// One step of experience: observation, action, reward and next observation.
#[derive(Clone, Copy, Debug)]
pub struct Transition<'a> {
    /// The observation before the action.
    pub observation: &'a [f32],
    /// The executed action, after clipping by the environment.
    pub action: &'a [f32],
    /// Reward for the step.
    pub reward: f32,
    /// The observation after the step; at the end of an episode its last one, never the first one of the next.
    pub next_observation: &'a [f32],
    /// The episode ended in a terminal state (a fall, a goal).
    pub terminated: bool,
    /// The episode was truncated; its last state is not terminal.
    pub truncated: bool,
}

/// A map from observations to actions that may learn from experience.
///
/// The cycle is `act(explore = true)`, one step of the environment, `learn`. Acting without exploring (an evaluation, a
/// preview) is allowed at any time and leaves no trace. The host reports observations of the wrong length or with
/// non-finite numbers; an agent must neither panic on them nor be damaged by them.
pub trait Agent: Send + Sync {
    /// Writes one value per action, intended for [-1, 1]; the environment clips.
    ///
    /// With `explore = false`, writes the agent's best action. Nothing that affects later behaviour changes, neither
    /// its generator nor its statistics.
    fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]);

    /// Learns from the transition that followed the last exploring [`act`](Agent::act).
    fn learn(&mut self, transition: &Transition<'_>);

    /// Called for a night: the agent may consolidate what it has learned. By default does nothing.
    fn sleep(&mut self) {}

    /// Called when that time (s) passes without activity: the agent may forget. By default does nothing.
    fn rest(&mut self, _seconds: f64) {}

    /// Number of own units whose activity forms the actions; 0 for an agent whose actions are commands. A decoder must
    /// be fitted to this activity.
    fn units(&self) -> usize {
        0
    }

    /// Reports named signals of the last step, which are computed only on this call.
    fn signals(&self, _report: &mut dyn FnMut(&'static str, f32)) {}

    /// Reports the agent's estimates of its percepts at the last action; by default none.
    fn beliefs(&self, _report: &mut dyn FnMut(Belief<'_>)) {}

    /// Reports the activity of named populations of units at the last action; by default none. The number of units of a
    /// population never changes.
    fn activity(&self, _report: &mut dyn FnMut(&'static str, &[f32])) {}

    /// Reports the capacity allocated to each action, by index, as a brain scan would measure it: number of plastic
    /// synapses times their mean absolute weight, and the number of synapses; by default none.
    fn zones(&self, _report: &mut dyn FnMut(usize, f32, usize)) {}

    /// Switches off a share of a part, in [0, 1], from now on; 0 restores it. A lesion replaces an earlier one of the
    /// same part and is saved with the agent.
    ///
    /// # Errors
    ///
    /// If the agent has no such part, or the share is out of range.
    fn lesion(&mut self, part: &str, _share: f32) -> Result<(), LesionError> {
        Err(LesionError::Unknown { part: part.into(), nearest: None, parts: Vec::new() })
    }

    /// Writes everything that affects later behaviour into `state`.
    fn save(&self, state: &mut State);

    /// Restores what [`save`](Agent::save) wrote for an agent of the same shape and configuration. The agent then
    /// continues bit-identically to an uninterrupted run.
    ///
    /// # Errors
    ///
    /// If a tensor is missing, unknown, of the wrong kind or length, or holds a value that no agent writes. The agent
    /// may then be partly loaded and must be dropped.
    fn load(&mut self, state: &State) -> Result<(), StateError>;

    /// Whether actions without exploring follow from what was learned and observed alone, so that copies can go through the
    /// episodes of an evaluation in any order. An agent that draws them, or remembers them, says no.
    fn repeatable(&self) -> bool {
        true
    }

    /// An independent copy, in the same state.
    fn clone_agent(&self) -> Box<dyn Agent>;
}
