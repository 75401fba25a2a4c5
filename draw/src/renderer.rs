//! Rendering of the sheet by the processor: triangles with interpolated colours, then words on top. Colours are mixed
//! in linear light, as in the window.

use crate::canvas::{Align, Canvas, Layer, Words};
use crate::colour::{Colour, ink};
use crate::letters::Letters;
use bevy::math::Vec2;
use std::sync::LazyLock;

/// A picture as rows of red, green and blue bytes (sRGB), from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Three bytes per pixel.
    pub rgb: Vec<u8>,
}

/// Resolution of the lookup table of linear light: fine enough to recover each of the 256 sRGB levels.
const STEPS: usize = 1 << 14;
/// Opacity above which nothing below is visible.
const OPAQUE: f32 = 0.998;

/// Linear light (0 to 1) of each sRGB level.
static LIGHT: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|level| Colour::of(level as u32).linear()[2]));

/// sRGB level of linear light.
static LEVELS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let level = |light: f32| {
        if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
    };
    (0..=STEPS).map(|step| (255.0 * level(step as f32 / STEPS as f32)).round() as u8).collect()
});

/// A pixel: red, green, blue, and an unused byte.
type Pixel = [u8; 4];

/// Renders sheets. Memory is reused between pictures.
#[derive(Default)]
pub struct Renderer {
    width: usize,
    height: usize,
    pixels: Vec<Pixel>,
    letters: Letters,
}

impl Renderer {
    /// Renders a sheet on paper. What lies outside it is invisible.
    pub fn render(&mut self, canvas: &Canvas) -> Pixels {
        [self.width, self.height] = canvas.size.to_array().map(|side| side.clamp(0.0, 65_535.0) as usize);
        self.pixels.clear();
        self.pixels.resize(self.width * self.height, encoded(ink::PAPER.linear()));
        for layer in &canvas.layers {
            self.shapes(layer);
            for words in &layer.words {
                self.write(words);
            }
        }
        let mut rgb = vec![0; 3 * self.pixels.len()];
        for (place, [red, green, blue, _]) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(&self.pixels) {
            *place = [*red, *green, *blue];
        }
        Pixels { width: self.width as u32, height: self.height as u32, rgb }
    }

    fn shapes(&mut self, layer: &Layer) {
        for corners in layer.triangles.as_chunks::<3>().0 {
            let corner = |index: usize| {
                let index = corners[index] as usize;
                Some((*layer.corners.get(index)?, *layer.colours.get(index)?))
            };
            if let (Some(one), Some(two), Some(three)) = (corner(0), corner(1), corner(2)) {
                self.triangle([one, two, three]);
            }
        }
    }

    /// Fills every pixel whose centre lies inside. A centre on the edge between two triangles belongs to exactly one of
    /// them: an edge is followed from its upper to its lower end, whichever triangle it belongs to.
    fn triangle(&mut self, mut corners: [(Vec2, [f32; 4]); 3]) {
        corners.sort_by(|one, other| one.0.y.total_cmp(&other.0.y).then(one.0.x.total_cmp(&other.0.x)));
        let [(top, first), (middle, second), (bottom, third)] = corners;
        let (from, to) = ((top.y - 0.5).ceil().max(0.0), (bottom.y - 0.5).ceil().min(self.height as f32));
        if from >= to {
            return;
        }
        let colouring = Colouring::of([top, middle, bottom], [first, second, third]);
        let edge = |from: Vec2, to: Vec2, y: f32| from.x + (to.x - from.x) * ((y - from.y) / (to.y - from.y));
        let last = self.width as f32;
        for row in from as usize..to as usize {
            let y = row as f32 + 0.5;
            let long = edge(top, bottom, y);
            let short = if y < middle.y { edge(top, middle, y) } else { edge(middle, bottom, y) };
            let (left, right) = if long < short { (long, short) } else { (short, long) };
            let (left, right) = ((left - 0.5).ceil().max(0.0), (right - 0.5).ceil().min(last));
            if left < right {
                let span = &mut self.pixels[row * self.width..][left as usize..right as usize];
                colouring.fill(span, Vec2::new(left + 0.5, y));
            }
        }
    }

    fn write(&mut self, words: &Words) {
        if !words.place.is_finite() {
            return;
        }
        let size = words.size.round().clamp(1.0, 512.0) as u32;
        let measures = Letters::measures(size);
        let long = measures.advance * words.text.chars().count() as f32;
        // Letters are crisp on whole pixels.
        let place = words.place.round();
        let left = match words.align {
            Align::Left => place.x,
            Align::Middle => place.x - 0.5 * long,
            Align::Right => place.x - long,
        };
        let baseline = (place.y + measures.baseline).round();
        let colour = words.colour.linear();
        for (index, letter) in words.text.chars().enumerate() {
            let pen = (left + index as f32 * measures.advance).round();
            let glyph = self.letters.glyph(letter, size);
            let [x, y] = [pen as i64 + i64::from(glyph.offset[0]), baseline as i64 - i64::from(glyph.offset[1])];
            let [width, height] = glyph.size;
            for row in 0..height {
                let Ok(down) = usize::try_from(y + row as i64) else { continue };
                if down >= self.height {
                    break;
                }
                for column in 0..width {
                    let Ok(across) = usize::try_from(x + column as i64) else { continue };
                    let covered = glyph.coverage[row * width + column];
                    if across < self.width && covered > 0 {
                        let [red, green, blue, opacity] = colour;
                        let colour = [red, green, blue, opacity * f32::from(covered) / 255.0];
                        mix(&mut self.pixels[down * self.width + across], colour);
                    }
                }
            }
        }
    }
}

/// Colouring of a triangle.
enum Colouring {
    /// One opaque colour.
    Plain(Pixel),
    /// Interpolated between vertices: the colour at a position, and its increments for one pixel to the right and one
    /// down.
    Shaded { at: Vec2, colour: [f32; 4], across: [f32; 4], down: [f32; 4] },
}

impl Colouring {
    fn of([one, two, three]: [Vec2; 3], [first, second, third]: [[f32; 4]; 3]) -> Self {
        if first == second && second == third && first[3] > OPAQUE {
            return Self::Plain(encoded(first));
        }
        let (along, aside) = (two - one, three - one);
        let area = along.perp_dot(aside);
        let part = |weights: [f32; 2]| {
            std::array::from_fn(|index| {
                let slope = (second[index] - first[index]) * weights[0] + (third[index] - first[index]) * weights[1];
                if area == 0.0 { 0.0 } else { slope / area }
            })
        };
        Self::Shaded { at: one, colour: first, across: part([aside.y, -along.y]), down: part([-aside.x, along.x]) }
    }

    /// Fills pixels of a row; the centre of the first is at `place`.
    fn fill(&self, span: &mut [Pixel], place: Vec2) {
        match self {
            Self::Plain(pixel) => span.fill(*pixel),
            Self::Shaded { at, colour, across, down } => {
                let way = place - *at;
                let mut colour: [f32; 4] =
                    std::array::from_fn(|index| colour[index] + across[index] * way.x + down[index] * way.y);
                for pixel in span {
                    mix(pixel, colour);
                    for (part, step) in colour.iter_mut().zip(across) {
                        *part += step;
                    }
                }
            }
        }
    }
}

/// Blends a colour over a pixel.
fn mix(pixel: &mut Pixel, colour: [f32; 4]) {
    let opacity = colour[3];
    if opacity > OPAQUE {
        *pixel = encoded(colour);
    } else if opacity > 0.0 {
        let light = &*LIGHT;
        let below = pixel.map(|level| light[usize::from(level)]);
        let part = |index: usize| below[index] + (colour[index] - below[index]) * opacity;
        *pixel = encoded([part(0), part(1), part(2), 1.0]);
    }
}

fn encoded(colour: [f32; 4]) -> Pixel {
    let levels = &LEVELS[..];
    let level = |light: f32| levels[((light * STEPS as f32 + 0.5) as usize).min(STEPS)];
    [level(colour[0]), level(colour[1]), level(colour[2]), u8::MAX]
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::math::Rect;

    fn sheet(size: [f32; 2]) -> Canvas {
        let mut canvas = Canvas::default();
        canvas.clear(Vec2::from(size));
        canvas
    }

    fn pixel(picture: &Pixels, x: usize, y: usize) -> [u8; 3] {
        let at = 3 * (y * picture.width as usize + x);
        picture.rgb[at..at + 3].try_into().unwrap()
    }

    const PAPER: [u8; 3] = [0xF4, 0xF1, 0xEA];

    #[test]
    fn every_level_is_found_again() {
        for level in 0..=255u32 {
            let colour = Colour::of(level << 16 | level << 8 | level).linear();
            assert_eq!(encoded(colour)[0], level as u8);
        }
    }

    #[test]
    fn shapes_cover_the_pixels_whose_middles_they_hold() {
        let mut canvas = sheet([8.0, 6.0]);
        canvas.rect(Rect::new(2.0, 1.0, 5.0, 4.0), Colour::of(0x102030));
        let picture = Renderer::default().render(&canvas);
        for (x, y) in (0..8).flat_map(|x| (0..6).map(move |y| (x, y))) {
            let inside = (2..5).contains(&x) && (1..4).contains(&y);
            assert_eq!(pixel(&picture, x, y), if inside { [0x10, 0x20, 0x30] } else { PAPER }, "{x} {y}");
        }
    }

    #[test]
    fn triangles_that_share_an_edge_leave_no_gap_and_do_not_overlap() {
        // A fan of half transparent triangles around a middle: every pixel is mixed once.
        let mut canvas = sheet([64.0, 64.0]);
        let rim = |index: usize| Vec2::splat(32.0) + 60.0 * Vec2::from_angle(index as f32 * 0.897_597_9);
        for index in 0..7 {
            canvas.shaded([Vec2::new(31.3, 32.9), rim(index), rim(index + 1)], [Colour(0, 0.5); 3]);
        }
        let picture = Renderer::default().render(&canvas);
        let first = pixel(&picture, 32, 32);
        assert!(picture.rgb.as_chunks::<3>().0.iter().all(|colour| *colour == first) && first != PAPER);
    }

    #[test]
    fn colours_mix_in_linear_light() {
        let mut canvas = sheet([4.0, 4.0]);
        canvas.rect(Rect::new(0.0, 0.0, 4.0, 4.0), Colour::of(0x000000));
        canvas.rect(Rect::new(0.0, 0.0, 4.0, 4.0), Colour(0xFFFFFF, 0.5));
        assert_eq!(pixel(&Renderer::default().render(&canvas), 1, 1), [188; 3]);
        let mut canvas = sheet([256.0, 4.0]);
        let corners = [Vec2::ZERO, Vec2::new(256.0, 0.0), Vec2::new(256.0, 4.0)];
        canvas.shaded(corners, [Colour::of(0), Colour::of(0xFFFFFF), Colour::of(0xFFFFFF)]);
        let picture = Renderer::default().render(&canvas);
        let half = pixel(&picture, 128, 1)[0];
        assert!(half.abs_diff(188) <= 1, "{half}");
    }

    #[test]
    fn words_stand_where_they_should() {
        for (align, from, to) in [(Align::Left, 40, 64), (Align::Middle, 28, 52), (Align::Right, 16, 40)] {
            let mut canvas = sheet([80.0, 30.0]);
            canvas.words(Vec2::new(40.0, 15.0), "HHHH", 10.0, Colour::of(0x000000), align);
            let picture = Renderer::default().render(&canvas);
            let dark = |x: usize| (0..30).any(|y| pixel(&picture, x, y)[0] < 128);
            let columns: Vec<usize> = (0..80).filter(|&x| dark(x)).collect();
            let (first, last) = (columns[0], columns[columns.len() - 1]);
            assert!(first >= from && first <= from + 2 && last < to && last >= to - 3, "{align:?}: {first} to {last}");
            let rows: Vec<usize> = (0..30).filter(|&y| (0..80).any(|x| pixel(&picture, x, y)[0] < 128)).collect();
            let middle = (rows[0] + rows[rows.len() - 1] + 1) as f32 / 2.0;
            assert!((middle - 15.0).abs() <= 1.5, "{middle}");
        }
    }

    #[test]
    fn what_is_outside_or_not_finite_is_left_out() {
        let mut canvas = sheet([10.0, 10.0]);
        canvas.disc(Vec2::new(-50.0, 5.0), 20.0, ink::RED);
        canvas.rect(Rect::new(-1e9, 20.0, 1e9, 1e9), ink::RED);
        canvas.segment(Vec2::new(3e38, 0.0), Vec2::new(-3e38, 1.0), 1.0, ink::RED);
        canvas.words(Vec2::new(-500.0, 5.0), "far away", 12.0, ink::INK, Align::Left);
        canvas.words(Vec2::NAN, "nowhere", 12.0, ink::INK, Align::Left);
        let picture = Renderer::default().render(&canvas);
        assert!(picture.rgb.as_chunks::<3>().0[30..].iter().all(|colour| *colour == PAPER));
        assert!(Renderer::default().render(&sheet([0.0, 0.0])).rgb.is_empty());
        assert!(Renderer::default().render(&sheet([f32::NAN, -3.0])).rgb.is_empty());
    }
}
