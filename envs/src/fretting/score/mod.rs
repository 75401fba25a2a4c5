//! Written scores: from a file to notes with strings, frets and fingers.
//!
//! A file passes through four stages, each with its own type. A reader (`midi`, `musicxml`, `guitar_pro`, or the
//! project's YAML) makes a [`Piece`] with all tracks and bars. `line` chooses what is played, one note at a time.
//! `fingering` finds strings, frets and fingers that the hand can reach (`reach`). The result is a [`ScoreSpec`], which
//! `source` puts into the task's document in place of the file's name.

pub(super) mod choice;
mod fingering;
mod guitar_pro;
mod line;
mod midi;
mod musicxml;
mod piece;
pub(super) mod pitch;
mod reach;
mod repeats;
mod source;
mod timing;
pub(super) mod written;

pub use choice::{Choice, Voice};
pub use fingering::{Fingered, cost, finger};
pub use line::{LeftOut, Line, LineNote, Unplayable};
pub use piece::{Bar, Piece, PieceNote, Track};
pub use pitch::{Pitch, name_of};
pub use source::{Material, Performance, ScoreError, inline, names, open, perform, read};
pub use written::{ScoreNote, ScoreSource, ScoreSpec, TempoChange};
