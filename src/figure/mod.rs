//! All figures: pictures of episodes as pixels, everything else as SVG with one type of letters, one set of colours that the colour-blind can tell apart, light and dark, with axes that
//! say what they are and words for those who cannot see them.

mod curves;
mod film;
mod groups;
mod heat;
#[cfg(test)]
pub(crate) mod kept;
mod ranked;
mod simplified;
mod still;
mod stills;
pub mod svg;
#[cfg(test)]
mod tests;
pub mod text;

pub use curves::{Course, Line, Series, Stretch, practice};
pub use film::packed;
pub use groups::{courses, learning, profile, signal};
pub use heat::{HeatCell, heat_map};
pub use ranked::{RankedRow, ranked};
pub use still::still;
pub use stills::{Still, stills};
pub use text::{Escaped, Quantity, interval_in_words, number, p_value, short_task, steps, with_interval};
