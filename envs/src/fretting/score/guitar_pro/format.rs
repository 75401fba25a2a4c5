//! The versions of the format, and what depends on them alone.

/// Version of a file's format.
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

/// An instrument as described by a track of a file.
pub struct Instrument {
    /// Its name.
    pub name: String,
    /// Whether it is a drum kit.
    pub drums: bool,
    /// MIDI numbers of the open strings, from the highest.
    pub tuning: Vec<i32>,
    /// Fret of the capo; 0 without one.
    pub capo: i32,
}

/// Bytes of the description of a sound, from version 5 on.
pub fn sound_size(version: Version) -> usize {
    if version == Version::Five { 3 * 4 + 3 } else { 4 * 4 }
}
