//! The rate of sound.

/// Samples per second.
pub const SAMPLE_RATE: u32 = 44_100;
