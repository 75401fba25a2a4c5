//! What there is to be seen of subjects who practise, and recordings of it. Nothing here needs a window or a graphics card.
//!
//! A [`Theatre`] holds a cohort and tells frame by frame what it does; a [`View`] puts the frames on a sheet, which is recorded
//! here and shown by the window (`stage`). Playing back a checkpoint, watching practice live, playing oneself and recording are
//! one path, and watching changes no result.

mod film;
mod footage;
mod messages;
mod number;
mod panel;
mod performer;
mod poses;
mod record;
mod theatre;
mod video;
mod view;

pub use film::png;
pub use footage::{Footage, SIZE as FOOTAGE_SIZE, footage};
pub use messages::{Command, Ended, Frame, Sample, Shot, Speed};
pub use poses::poses;
pub use record::{Recording, record};
pub use theatre::{BURST, Programme, SAMPLES, Theatre, Training};
pub use view::View;
