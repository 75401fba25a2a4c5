//! The flags of a recording.

use super::numbers::whole_number;
use crate::show::{Programme, Recording, Speed, Theatre, record};
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args, Clone)]
pub struct Filming {
    /// Record to this file without a display: .gif, .mp4 (needs ffmpeg), or a folder for PNG files
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Length of the recording in s
    #[arg(long, default_value = "6", value_parser = seconds, requires = "record")]
    seconds: f32,
    /// Simulated time in s before the recording begins
    #[arg(long, default_value = "0", value_parser = seconds, requires = "record")]
    skip: f32,
    /// Frames per second of the recording
    #[arg(long, default_value = "25", value_parser = whole_number::<1, 100>, requires = "record")]
    frame_rate: u64,
}

impl Filming {
    /// Records a programme to a file, and returns a line about it.
    ///
    /// # Errors
    /// A file that cannot be written, or a programme that cannot be run.
    pub fn film(&self, path: &Path, programme: Programme, size: [u32; 2], speed: Speed) -> Result<String> {
        let recording = Recording {
            path: path.into(),
            size,
            frames_per_second: self.frame_rate as u32,
            seconds: self.seconds,
            skip: self.skip,
            speed,
            grid: programme.subjects > 1,
        };
        let frames = record(Theatre::open(programme)?, &recording)?;
        let plural = if frames == 1 { "" } else { "s" };
        Ok(format!("{frames} frame{plural} in {}\n", path.display()))
    }
}

/// Parses `1280x720`.
pub fn size(text: &str) -> Result<[u32; 2], String> {
    let expected = || format!("expected a width and a height from 64 to 8192, such as 1280x720, found `{text}`");
    let (width, height) = text.split_once('x').ok_or_else(expected)?;
    let side = |text: &str| text.parse::<u32>().ok().filter(|side| (64..=8192).contains(side)).ok_or_else(expected);
    Ok([side(width)?, side(height)?])
}

fn seconds(text: &str) -> Result<f32, String> {
    let seconds = text.parse::<f32>().ok().filter(|seconds| (0.0..=3600.0).contains(seconds));
    seconds.ok_or_else(|| format!("expected a number of seconds from 0 to 3600, found `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_nonsense_is_refused() {
        assert_eq!(size("640x360"), Ok([640, 360]));
        for wrong in ["", "640", "640x", "x360", "0x0", "640x9999999", "-1x5", "1e3x5"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(seconds("1.5"), Ok(1.5));
        assert!(["", "-1", "nan", "1e9"].iter().all(|wrong| seconds(wrong).is_err()));
    }
}
