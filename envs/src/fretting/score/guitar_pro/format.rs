//! The formats of files, and what depends on them alone.

/// Which format a file has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 3.0
    Three,
    /// 4.0 and 4.06
    Four,
    /// 5.00
    Five,
    /// 5.10
    FiveTen,
}

/// An instrument as a track of a file describes it.
pub struct Instrument {
    /// Its name.
    pub name: String,
    /// Whether it is the drums.
    pub drums: bool,
    /// MIDI numbers of the open strings, from the highest.
    pub tuning: Vec<i32>,
    /// The fret that the capo is at; 0 without one.
    pub capo: i32,
}

/// Bytes of the description of a sound, from 5 on.
pub fn sound_size(version: Version) -> usize {
    if version == Version::Five { 3 * 4 + 3 } else { 4 * 4 }
}
