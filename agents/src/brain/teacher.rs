//! The gradient of the next observation with respect to the action, as a second teacher of the actor.

use super::cerebellum::Cerebellum;
use super::senses::Senses;

/// How the next observation depends on the action, for the actor.
pub(super) struct Teacher<'a> {
    pub(super) senses: &'a Senses,
    pub(super) cerebellum: &'a Cerebellum,
}

impl Teacher<'_> {
    /// Converts a gradient with respect to the next sensed observation to one with respect to the action; returns false
    /// if it is unknown.
    pub(super) fn pull_back(&self, by_sensed: &mut [f32], by_action: &mut [f32]) -> bool {
        self.senses.pull_back(by_sensed);
        self.cerebellum.pull_back(by_sensed, by_action)
    }
}
