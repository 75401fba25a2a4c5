//! Pictures as files: PNG, animated GIF, and MP4 by way of an installed ffmpeg.

use super::video::VideoFilm;
use crate::files::{create_folder, partial_name, take_its_place};
use crate::run::picture::{refuse_others, refuse_run, write_picture};
use anyhow::{Context, Result, anyhow, bail};
use etude_draw::Pixels;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Colours of a GIF; one more says that a pixel has not changed.
const COLOURS: usize = 255;
const UNCHANGED: u8 = 255;
/// Frames of a GIF whose colours make its palette.
const PALETTE_FRAMES: usize = 24;

/// A picture as the bytes of a PNG file.
///
/// # Errors
/// A picture without pixels.
pub fn png(pixels: &Pixels) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width, pixels.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().context("the picture cannot be written")?;
    writer.write_image_data(&pixels.rgb).context("the picture cannot be written")?;
    writer.finish().context("the picture cannot be written")?;
    Ok(bytes)
}

/// Refuses names that end like no film, and places where there is something other than a film.
///
/// # Errors
/// Says what was expected, or what is in the way.
pub fn refuse_other_films(path: &Path) -> Result<()> {
    match ending(path).as_deref() {
        Some("gif") => refuse_others(path, "picture", &[(0, b"GIF8")]),
        Some("mp4") => refuse_others(path, "film", &[(4, b"ftyp")]),
        None => refuse_run(path),
        Some(other) => bail!(
            "cannot record {}: expected a name that ends in .gif or .mp4, or a folder for PNG files (without an ending), found \
             .{other}",
            path.display()
        ),
    }
}

/// The ending of a name, in lower case.
fn ending(path: &Path) -> Option<String> {
    path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase)
}

/// Where the frames of a recording go.
pub enum Film {
    /// One PNG file a frame in a folder.
    Pictures(PathBuf, u32),
    /// An animated GIF.
    Gif(GifFilm),
    /// A video, encoded by ffmpeg.
    Video(VideoFilm),
}

impl Film {
    /// Begins a film; its kind follows from the ending of its name.
    ///
    /// # Errors
    /// Those of [`refuse_other_films`], a place that cannot be written to, or no ffmpeg where one is needed.
    pub fn begin(path: &Path, [width, height]: [u32; 2], frames_per_second: u32) -> Result<Self> {
        refuse_other_films(path)?;
        match ending(path).as_deref() {
            Some("gif") => Ok(Self::Gif(GifFilm::new(path, [width, height], frames_per_second)?)),
            Some(_) => Ok(Self::Video(VideoFilm::new(path, [width, height], frames_per_second)?)),
            None => {
                create_folder(path)?;
                remove_frames(path)?;
                Ok(Self::Pictures(path.into(), 0))
            }
        }
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// A full disk, or an ffmpeg that has given up.
    pub fn add(&mut self, pixels: Pixels) -> Result<()> {
        match self {
            Self::Pictures(folder, count) => {
                let path = folder.join(format!("frame-{count:05}.png"));
                write_picture(&path, &png(&pixels)?)?;
                *count += 1;
                Ok(())
            }
            Self::Gif(film) => film.add(pixels),
            Self::Video(film) => film.add(&pixels.rgb),
        }
    }

    /// Whether it has a sound track.
    pub fn sounds(&self) -> bool {
        matches!(self, Self::Video(_))
    }

    /// Ends it, with a WAV file as its sound track if it is of a kind that has one.
    ///
    /// # Errors
    /// A full disk, or an ffmpeg that has failed.
    pub fn end(self, sound: Option<&[u8]>) -> Result<()> {
        match self {
            Self::Pictures(..) => Ok(()),
            Self::Gif(film) => film.end(),
            Self::Video(film) => film.end(sound),
        }
    }
}

/// An animated GIF: one palette for all frames, and of each only what has changed.
pub struct GifFilm {
    path: PathBuf,
    encoder: gif::Encoder<BufWriter<File>>,
    size: [u16; 2],
    /// Ends of the frames so far in hundredths of a second, so that rounding does not add up.
    shown: u32,
    count: u32,
    frames_per_second: u32,
    waiting: Vec<Pixels>,
    palette: Option<Palette>,
    last: Vec<u8>,
}

impl GifFilm {
    fn new(path: &Path, size: [u32; 2], frames_per_second: u32) -> Result<Self> {
        let fits = |side: u32| {
            u16::try_from(side).map_err(|_| anyhow!("a GIF is at most 65535 pixels wide and high, found {side}"))
        };
        let size = [fits(size[0])?, fits(size[1])?];
        let part = partial_name(path);
        let file = File::create(&part).with_context(|| format!("cannot write {}", path.display()))?;
        let mut encoder = gif::Encoder::new(BufWriter::new(file), size[0], size[1], &[])?;
        encoder.set_repeat(gif::Repeat::Infinite)?;
        let path = path.into();
        Ok(Self {
            path,
            encoder,
            size,
            shown: 0,
            count: 0,
            frames_per_second,
            waiting: Vec::new(),
            palette: None,
            last: Vec::new(),
        })
    }

    fn add(&mut self, pixels: Pixels) -> Result<()> {
        if self.palette.is_some() {
            return self.write(&pixels);
        }
        self.waiting.push(pixels);
        if self.waiting.len() >= PALETTE_FRAMES { self.settle() } else { Ok(()) }
    }

    /// Makes the palette of the frames that have waited for it, and writes them.
    fn settle(&mut self) -> Result<()> {
        self.palette = Some(Palette::of(&self.waiting));
        std::mem::take(&mut self.waiting).iter().try_for_each(|pixels| self.write(pixels))
    }

    fn write(&mut self, pixels: &Pixels) -> Result<()> {
        let Some(palette) = &mut self.palette else { return Ok(()) };
        let indices: Vec<u8> = pixels.rgb.as_chunks::<3>().0.iter().map(|&pixel| palette.index(pixel)).collect();
        let buffer = match self.last.len() == indices.len() {
            true => {
                indices.iter().zip(&self.last).map(|(new, old)| if new == old { UNCHANGED } else { *new }).collect()
            }
            false => indices.clone(),
        };
        self.last = indices;
        self.count += 1;
        let until = 100 * self.count / self.frames_per_second.max(1);
        let frame = gif::Frame {
            delay: (until - self.shown).min(u32::from(u16::MAX)) as u16,
            dispose: gif::DisposalMethod::Keep,
            transparent: Some(UNCHANGED),
            width: self.size[0],
            height: self.size[1],
            palette: Some(palette.bytes()),
            buffer: buffer.into(),
            ..gif::Frame::default()
        };
        self.shown = until;
        self.encoder.write_frame(&frame).with_context(|| format!("cannot write {}", self.path.display()))
    }

    fn end(mut self) -> Result<()> {
        if self.palette.is_none() {
            self.settle()?;
        }
        let mut file = self.encoder.into_inner().with_context(|| format!("cannot write {}", self.path.display()))?;
        file.flush().with_context(|| format!("cannot write {}", self.path.display()))?;
        drop(file);
        take_its_place(&self.path)
    }
}

/// The colours of a GIF: those that fill most of the picture, each standing for those around it.
struct Palette {
    colours: Vec<[u8; 3]>,
    nearest: HashMap<[u8; 3], u8>,
}

impl Palette {
    fn of(frames: &[Pixels]) -> Self {
        let mut boxes: Vec<Vec<([u8; 3], u64)>> = vec![counted(frames)];
        // Median cut (Heckbert 1982): the box with the widest spread of its many pixels is cut in two, again and again.
        while boxes.len() < COLOURS {
            let weight = |colours: &Vec<([u8; 3], u64)>| {
                let (axis, width) = widest(colours);
                let pixels: u64 = colours.iter().map(|colour| colour.1).sum();
                (width as f64 * (pixels as f64).powf(0.35), axis)
            };
            let Some((index, (size, axis))) =
                boxes.iter().map(weight).enumerate().max_by(|one, other| one.1.0.total_cmp(&other.1.0))
            else {
                break;
            };
            if size <= 0.0 {
                break;
            }
            let mut colours = boxes.swap_remove(index);
            colours.sort_unstable_by_key(|(colour, _)| (colour[axis], *colour));
            let half = colours.iter().map(|colour| colour.1).sum::<u64>() / 2;
            let mut before = 0;
            let cut = colours
                .iter()
                .position(|colour| {
                    before += colour.1;
                    before > half
                })
                .unwrap_or(0)
                .clamp(1, colours.len() - 1);
            let rest = colours.split_off(cut);
            boxes.push(colours);
            boxes.push(rest);
        }
        let colours = boxes.iter().filter(|colours| !colours.is_empty()).map(|colours| mean(colours)).collect();
        Self { colours, nearest: HashMap::new() }
    }

    fn index(&mut self, pixel: [u8; 3]) -> u8 {
        let colours = &self.colours;
        *self.nearest.entry(pixel).or_insert_with(|| {
            let distance = |colour: &[u8; 3]| -> i32 {
                colour.iter().zip(pixel).map(|(&one, other)| (i32::from(one) - i32::from(other)).pow(2)).sum()
            };
            let nearest = colours.iter().enumerate().min_by_key(|(_, colour)| distance(colour));
            nearest.map_or(0, |(index, _)| index as u8)
        })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.colours.iter().flatten().copied().collect();
        bytes.resize(3 * (COLOURS + 1), 0);
        bytes
    }
}

fn counted(frames: &[Pixels]) -> Vec<([u8; 3], u64)> {
    let mut counts: HashMap<[u8; 3], u64> = HashMap::new();
    for pixel in frames.iter().flat_map(|frame| frame.rgb.as_chunks::<3>().0) {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut colours: Vec<_> = counts.into_iter().collect();
    // A hash map's order differs from run to run.
    colours.sort_unstable();
    colours
}

/// The part of colour in which these differ most, and by how much.
fn widest(colours: &[([u8; 3], u64)]) -> (usize, u8) {
    let width = |axis: usize| {
        let values = || colours.iter().map(move |(colour, _)| colour[axis]);
        values().max().unwrap_or(0) - values().min().unwrap_or(0)
    };
    (0..3).map(|axis| (axis, width(axis))).max_by_key(|&(_, width)| width).unwrap_or((0, 0))
}

fn mean(colours: &[([u8; 3], u64)]) -> [u8; 3] {
    let pixels: u64 = colours.iter().map(|colour| colour.1).sum();
    std::array::from_fn(|axis| {
        let sum: u64 = colours.iter().map(|(colour, count)| u64::from(colour[axis]) * count).sum();
        ((sum + pixels / 2) / pixels.max(1)) as u8
    })
}

/// Removes the frames of an earlier recording, so that a folder holds one.
fn remove_frames(folder: &Path) -> Result<()> {
    let cannot = || format!("cannot read {}", folder.display());
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number = name.strip_prefix("frame-").and_then(|rest| rest.strip_suffix(".png"));
        if number.is_some_and(|number| number.len() >= 5 && number.bytes().all(|letter| letter.is_ascii_digit())) {
            std::fs::remove_file(&path).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(colour: impl Fn(u32, u32) -> [u8; 3]) -> Pixels {
        let rgb = (0..64).flat_map(|index| colour(index % 8, index / 8)).collect();
        Pixels { width: 8, height: 8, rgb }
    }

    #[test]
    fn a_gif_holds_its_frames_for_the_time_that_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gif");
        let mut film = Film::begin(&path, [8, 8], 30).unwrap();
        for frame in 0..30u8 {
            film.add(picture(|x, _| if x < 4 { [200, 10, 10] } else { [frame % 20, 100, 250] })).unwrap();
        }
        film.end(None).unwrap();
        let mut decoder = gif::DecodeOptions::new();
        decoder.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = decoder.read_info(File::open(&path).unwrap()).unwrap();
        let (mut count, mut time) = (0, 0);
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            if count == 0 {
                assert_eq!(frame.buffer[..4], [200, 10, 10, 255]);
            } else {
                assert_eq!(frame.buffer[3], 0, "what has not changed is left out");
            }
            assert_eq!(frame.buffer[28..32], [(count % 20) as u8, 100, 250, 255]);
            (count, time) = (count + 1, time + u32::from(frame.delay));
        }
        assert_eq!((count, time), (30, 100));
    }

    #[test]
    fn a_palette_has_colours_for_all_and_is_the_same_each_time() {
        let many = || picture(|x, y| [(x * 36) as u8, (y * 36) as u8, ((x + y) * 18) as u8]);
        let mut palette = Palette::of(&[many()]);
        assert_eq!(palette.bytes(), Palette::of(&[many()]).bytes());
        for pixel in many().rgb.as_chunks::<3>().0 {
            let index = palette.index(*pixel);
            assert_eq!(palette.colours[usize::from(index)], *pixel);
        }
    }

    #[test]
    fn unknown_endings_are_refused() {
        let error = Film::begin(Path::new("film.avi"), [8, 8], 30).err().unwrap().to_string();
        assert!(error.contains("ends in .gif or .mp4") && error.contains(".avi"), "{error}");
    }
}
