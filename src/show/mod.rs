//! What there is to be seen of subjects who practise, and recordings of it. Nothing here needs a window or a graphics card.
//!
//! A [`Theatre`] holds a cohort and tells frame by frame what it does; a [`View`] puts the frames on a sheet, which is recorded
//! here and shown by the window (`stage`). Playing back a checkpoint, watching practice live, playing oneself and recording are
//! one path, and watching changes no result.

mod axis;
mod chart;
mod company;
mod film;
mod footage;
mod messages;
mod number;
mod overlay;
mod panel;
mod performer;
mod programme;
mod record;
mod score;
mod theatre;
mod traces;
mod video;
mod view;

pub use company::BURST;
pub use film::{png, refuse_other_films};
pub use footage::{Footage, SIZE as FOOTAGE_SIZE, footage};
pub use messages::{Command, Ended, Frame, Sample, Shot, Speed};
pub use overlay::{Hint, keys};
pub use programme::{Programme, Trained, Training};
pub use record::{Recording, record};
pub use theatre::{SAMPLES, Theatre};
pub use view::View;
