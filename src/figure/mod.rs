//! All figures, as SVG: one type of letters, one set of colours that the colour-blind can tell apart, light and dark, with axes that
//! say what they are and words for those who cannot see them.

mod curves;
mod film;
mod heat;
mod learning;
mod ranked;
mod simplified;
mod still;
pub mod svg;
pub mod text;

pub use curves::{Course, Line, Series, Stretch, courses, practice, profile, signal};
pub use film::packed;
pub use heat::{HeatCell, heat_map};
pub use learning::learning;
pub use ranked::{RankedRow, ranked};
pub use still::still;
pub use text::{Escaped, interval_in_words, number, short_task, steps, with_interval};
