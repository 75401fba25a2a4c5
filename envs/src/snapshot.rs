//! A lane's state as a value and as bytes, to be kept, sent elsewhere, gone back to, or branched from.
//!
//! An episode follows from its seed, its index and what was done in it, to the last bit. That is what is kept, and a lane
//! is brought back by going through the running episode again: a snapshot is as exact as the lane itself, works for any
//! task, and holds some bytes for each step. What was changed in a world by [`LaneAccess::world`] is not in it.

use crate::lane::{Episode, LaneAccess, Step};
use crate::seed::Seed;
use crate::task::Push;
use serde::{Deserialize, Serialize};

/// What snapshots begin with as bytes; the number is that of their format.
const MARK: &[u8] = b"etude lane 1\n";

/// A lane's state: the running episode so far, and what is remembered of the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Id of the task.
    pub task: String,
    /// The lane's seed, from which later episodes come.
    pub seed: u64,
    /// The seed under which the running episode began.
    pub episode_seed: u64,
    /// Index of the running episode.
    pub episode: u64,
    /// Actions taken in it, one after the other.
    pub actions: Vec<f32>,
    /// Pushes from outside, each before the env step of that index.
    pub pushes: Vec<(u32, Push)>,
    /// What is seen now, to tell whether the task is still the same.
    pub observation: Vec<f32>,
    /// What the last step brought.
    pub last_step: Step,
    /// The episode that ended last, and its last observation.
    pub last_episode: Episode,
    /// See [`crate::lane::Lane::final_observation`].
    pub final_observation: Vec<f32>,
}

/// Why a lane could not be brought back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Bytes of something else, or damaged ones.
    #[error("no snapshot of a lane: expected bytes that etude has saved, whole")]
    Bytes,
    /// Of another task.
    #[error("a snapshot of {found}; expected one of {expected}")]
    Task {
        /// The task that it was taken of.
        found: String,
        /// The lane's own.
        expected: String,
    },
    /// The same actions have led elsewhere.
    #[error("a snapshot of another version of {task}, or a damaged one: its episode goes another way here")]
    Diverged {
        /// The task.
        task: String,
    },
}

impl Snapshot {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Into a growing buffer nothing can fail.
        postcard::to_extend(self, MARK.to_vec()).unwrap_or_default()
    }

    /// From bytes.
    ///
    /// # Errors
    /// Bytes that are not those of a snapshot.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let bytes = bytes.strip_prefix(MARK).ok_or(SnapshotError::Bytes)?;
        match postcard::take_from_bytes(bytes) {
            Ok((snapshot, [])) => Ok(snapshot),
            _ => Err(SnapshotError::Bytes),
        }
    }
}

impl LaneAccess<'_> {
    /// The lane's state.
    pub fn snapshot(&self) -> Snapshot {
        let lane = self.lane();
        let history = lane.history();
        Snapshot {
            task: lane.spec().id.clone(),
            seed: lane.seed().0,
            episode_seed: history.seed.0,
            episode: lane.progress().0,
            actions: history.actions.clone(),
            pushes: history.pushes.clone(),
            observation: lane.observation().to_vec(),
            last_step: lane.last_step(),
            last_episode: lane.last_episode().clone(),
            final_observation: lane.final_observation().to_vec(),
        }
    }

    /// Brings the lane to the state that a snapshot was taken of, in this lane or in another one of the task. It takes as long
    /// as the steps of its episode.
    ///
    /// # Errors
    /// A snapshot of another task, or one that does not lead to what was seen; the lane is at the start of its next episode
    /// then.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let (task, width) = (self.lane().spec().id.clone(), self.lane().spec().action.len());
        if snapshot.task != task {
            return Err(SnapshotError::Task { found: snapshot.task.clone(), expected: task });
        }
        let next = self.lane().progress().0 + 1;
        if self.replay(snapshot, width).is_none() {
            self.begin(next);
            return Err(SnapshotError::Diverged { task });
        }
        Ok(())
    }

    fn replay(&mut self, snapshot: &Snapshot, width: usize) -> Option<()> {
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let fields = self.lane().observation().len();
        let metrics = self.lane().spec().metrics.len();
        let shaped = snapshot.actions.len().is_multiple_of(width.max(1))
            && snapshot.final_observation.len() == fields
            && snapshot.last_episode.metrics.len() == metrics;
        if !shaped {
            return None;
        }
        let seed = self.lane().seed();
        self.reseed(Seed(snapshot.episode_seed));
        self.begin(snapshot.episode);
        self.reseed(seed);
        let mut pushes = snapshot.pushes.iter().peekable();
        for (step, action) in snapshot.actions.chunks(width.max(1)).enumerate() {
            while let Some((_, push)) = pushes.next_if(|(at, _)| *at as usize == step) {
                self.push(push);
            }
            let ended = self.step(action).ok()?.ended();
            if ended {
                return None;
            }
        }
        pushes.for_each(|(_, push)| self.push(push));
        if bits(self.lane().observation()) != bits(&snapshot.observation) {
            return None;
        }
        self.reseed(Seed(snapshot.seed));
        self.remember(snapshot.last_step, &snapshot.last_episode, &snapshot.final_observation);
        Some(())
    }
}
