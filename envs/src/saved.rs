//! The whole state of a lane, in memory: for agents that plan by trying actions out, and for experiments that branch.
//!
//! It is as exact as the lane itself and fast, but belongs to the blueprint that the lane was made of and cannot leave the
//! process; a [`Snapshot`](crate::snapshot::Snapshot) can.

use crate::lane::{History, LaneAccess, Now};
use crate::task::TaskSpec;
use crate::world::WorldState;
use std::sync::Arc;

/// What a lane was like: world, task, running episode, and the one that ended last.
pub struct SavedState {
    spec: Arc<TaskSpec>,
    /// Tells the lane's blueprint from others.
    built: Arc<WorldState>,
    world: WorldState,
    now: Now,
    history: History,
}

/// A saved state that a lane cannot go on from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a saved state of {found}, made from another blueprint; expected one of this lane's {expected}")]
pub struct ForeignState {
    /// Task of the saved state.
    pub found: String,
    /// Task of the lane.
    pub expected: String,
}

impl LaneAccess<'_> {
    /// The state as it is now.
    pub fn save(&mut self) -> SavedState {
        let mut history = History::default();
        history.copy(self.lane().history());
        let spec = Arc::clone(self.lane().spec());
        let built = Arc::clone(self.lane().built());
        SavedState { spec, built, world: WorldState::of(self.world()), now: self.lane().now().clone(), history }
    }

    /// The same, in the memory of an earlier one.
    pub fn save_into(&mut self, saved: &mut SavedState) {
        saved.world.take(self.world());
        let lane = self.lane();
        (saved.spec, saved.built) = (Arc::clone(lane.spec()), Arc::clone(lane.built()));
        saved.now.copy(lane.now());
        saved.history.copy(lane.history());
    }

    /// Goes on from a saved state, which may be that of another lane of the same blueprint: the same actions lead to the same
    /// bits. Episodes that follow are those of the lane that was saved; see [`LaneAccess::reseed`].
    ///
    /// # Errors
    /// The state of a lane that was made from another blueprint; nothing has happened then.
    pub fn recall(&mut self, saved: &SavedState) -> Result<(), ForeignState> {
        if !Arc::ptr_eq(&saved.built, self.lane().built()) {
            return Err(ForeignState { found: saved.spec.id.clone(), expected: self.lane().spec().id.clone() });
        }
        saved.world.restore(self.world());
        self.world().forget_joints();
        self.go_on_from(&saved.now, &saved.history);
        Ok(())
    }
}
