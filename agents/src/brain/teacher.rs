//! What the actor is told beside its reward.

use super::cerebellum::Cerebellum;
use super::senses::Senses;

/// What tells the actor how the next observation depends on the action.
pub(super) struct Teacher<'a> {
    pub(super) senses: &'a Senses,
    pub(super) cerebellum: &'a Cerebellum,
}

impl Teacher<'_> {
    /// Turns a gradient with respect to the next sensed observation into that with respect to the action; false if it is
    /// not known.
    pub(super) fn pull_back(&self, by_sensed: &mut [f32], by_action: &mut [f32]) -> bool {
        self.senses.pull_back(by_sensed);
        self.cerebellum.pull_back(by_sensed, by_action)
    }
}
