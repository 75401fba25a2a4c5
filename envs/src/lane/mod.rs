//! A lane: one independent physics world with one task in it.
//!
//! A lane does all its work while its data is in cache: act, all physics steps, judge, sense. An episode that ends is
//! followed by the next one in the same step, with the final observation kept.

mod access;
mod episodes;
mod now;
mod record;

pub use access::{LaneAccess, SoloLane};
pub use episodes::Lane;
pub(crate) use now::{History, Now};
pub use record::{Episode, Step};
