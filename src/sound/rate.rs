//! The sample rate.

/// Samples per second.
pub const SAMPLE_RATE: u32 = 44_100;
