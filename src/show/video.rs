//! Films as MP4, by way of an installed ffmpeg.

use crate::files::{partial_name, take_its_place};
use anyhow::{Context, Result, anyhow, bail};
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// A video that ffmpeg encodes.
pub struct VideoFilm {
    path: PathBuf,
    ffmpeg: Child,
    input: Option<ChildStdin>,
}

impl VideoFilm {
    /// Begins a film.
    ///
    /// # Errors
    /// An odd width or height, or no ffmpeg.
    pub fn new(path: &Path, [width, height]: [u32; 2], frames_per_second: u32) -> Result<Self> {
        if width % 2 + height % 2 > 0 {
            bail!("a video needs an even width and height, found {width}x{height}");
        }
        let (size, rate) = (format!("{width}x{height}"), frames_per_second.to_string());
        let frames = ["-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", &size, "-framerate", &rate, "-i", "-"];
        let arguments = frames.into_iter().chain(["-pix_fmt", "yuv420p"]).map(OsStr::new);
        let mut ffmpeg = encoder(arguments, &partial_name(path)).map_err(|error| {
            anyhow!(
                "cannot record {}: ffmpeg could not be started ({error}); install it, or record a .gif or a folder of PNG \
                 files",
                path.display()
            )
        })?;
        let input = ffmpeg.stdin.take();
        Ok(Self { path: path.into(), ffmpeg, input })
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// An ffmpeg that has given up.
    pub fn add(&mut self, pixels: &[u8]) -> Result<()> {
        let input = self.input.as_mut().context("ffmpeg takes no frames")?;
        input.write_all(pixels).with_context(|| format!("cannot record {}: ffmpeg has stopped", self.path.display()))
    }

    /// Ends it, with a WAV file as its sound track if there is one.
    ///
    /// # Errors
    /// An ffmpeg that has failed.
    pub fn end(mut self, sound: Option<&[u8]>) -> Result<()> {
        drop(self.input.take());
        finished(&mut self.ffmpeg, &self.path)?;
        if let Some(wav) = sound {
            self.add_sound(wav)?;
        }
        take_its_place(&self.path)
    }

    /// Puts the silent film and the sound into one file, in place of the film. What is heard is known only when all is seen, so
    /// this is done last; pictures are taken over as they are.
    fn add_sound(&self, wav: &[u8]) -> Result<()> {
        let silent = partial_name(&self.path);
        let both = partial_name(&silent);
        let film = [OsStr::new("-i"), silent.as_os_str()];
        let more =
            ["-f", "wav", "-i", "-", "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac"].map(OsStr::new);
        let mux = || -> Result<()> {
            let mut ffmpeg = encoder(film.into_iter().chain(more), &both)
                .with_context(|| format!("cannot record {}: ffmpeg could not be started", self.path.display()))?;
            // If it takes no more, its exit status says so.
            let taken = ffmpeg.stdin.take().map(|mut input| input.write_all(wav));
            finished(&mut ffmpeg, &self.path)?;
            taken.transpose().with_context(|| format!("cannot record {}: ffmpeg has stopped", self.path.display()))?;
            fs::rename(&both, &silent).with_context(|| format!("cannot write {}", self.path.display()))
        };
        mux().inspect_err(|_| {
            let _ = fs::remove_file(&both);
            let _ = fs::remove_file(&silent);
        })
    }
}

/// Starts an ffmpeg that reads from a pipe and writes an MP4 file.
fn encoder<'a>(arguments: impl Iterator<Item = &'a OsStr>, path: &Path) -> std::io::Result<Child> {
    Command::new("ffmpeg")
        .args(["-y", "-loglevel", "error"])
        .args(arguments)
        // The name of a file that is being written does not say what it is.
        .args(["-movflags", "+faststart", "-f", "mp4"])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
}

/// Waits until it has written all.
fn finished(ffmpeg: &mut Child, path: &Path) -> Result<()> {
    let status = ffmpeg.wait()?;
    if !status.success() {
        bail!("cannot record {}: ffmpeg ended with {status}", path.display());
    }
    Ok(())
}
