//! A lane's state as a value and as bytes: to store, move, restore or branch from.
//!
//! An episode follows bit by bit from its seed, its index and the actions taken. A snapshot stores these, and restoring
//! a lane replays the running episode. A snapshot is therefore as exact as the lane itself, works for any task, and
//! takes some bytes per step. Changes made to a world through [`LaneAccess::world`] are not included.

use crate::lane::{Episode, LaneAccess, Step};
use crate::seed::Seed;
use crate::task::Push;
use serde::{Deserialize, Serialize};

/// First bytes of a snapshot; the number is the version of the format.
const MARK: &[u8] = b"etude lane 1\n";

/// A lane's state: the running episode so far, and the last complete one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Id of the task.
    pub task: String,
    /// Seed of the lane, from which later episodes follow.
    pub seed: u64,
    /// Seed under which the running episode began.
    pub episode_seed: u64,
    /// Index of the running episode.
    pub episode: u64,
    /// Actions taken in it, concatenated.
    pub actions: Vec<f32>,
    /// External pushes, each before the env step of that index.
    pub pushes: Vec<(u32, Push)>,
    /// Current observation, to detect a changed task.
    pub observation: Vec<f32>,
    /// Result of the last step.
    pub last_step: Step,
    /// The last complete episode.
    pub last_episode: Episode,
    /// See [`crate::lane::Lane::final_observation`].
    pub final_observation: Vec<f32>,
}

/// Why a lane could not be restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Bytes that are not a snapshot, or damaged ones.
    #[error("not a snapshot of a lane: expected all bytes of one saved by etude")]
    Bytes,
    /// A snapshot of another task.
    #[error("a snapshot of {found}; expected one of {expected}")]
    Task {
        /// The task of the snapshot.
        found: String,
        /// The task of the lane.
        expected: String,
    },
    /// Replaying the actions gives a different result.
    #[error(
        "a snapshot of another version of {task}, or a damaged one: replaying its episode gives a different result"
    )]
    Diverged {
        /// The task.
        task: String,
    },
}

impl Snapshot {
    /// The snapshot as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Serialising into a growing buffer cannot fail.
        postcard::to_extend(self, MARK.to_vec()).unwrap_or_default()
    }

    /// The snapshot in bytes.
    ///
    /// # Errors
    /// Bytes that are not a snapshot.
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

    /// Restores the state of a snapshot of this lane or of another lane of the same task. It takes as long as the steps
    /// of the snapshot's episode.
    ///
    /// # Errors
    /// A snapshot of another task, or one whose replay gives a different observation; the lane is then at the start of
    /// its next episode.
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
