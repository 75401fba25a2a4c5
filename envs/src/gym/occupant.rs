//! Who lives on a lane.

use crate::lane::LaneAccess;

/// Something that lives on a lane and acts in it: usually a subject with its agent.
pub trait Occupant: Send + Sync + 'static {
    /// Works on the lane for as long as it likes; called once per [`Gym::burst`](super::Gym::burst).
    fn burst(&mut self, lane: &mut LaneAccess<'_>);
}

/// The occupant of a gym that is only stepped from outside.
impl Occupant for () {
    fn burst(&mut self, _: &mut LaneAccess<'_>) {}
}
