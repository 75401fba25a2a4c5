//! Glyphs of the font, rasterised once for each size and cached.

use std::collections::HashMap;
use swash::FontRef;
use swash::scale::{Render, ScaleContext, Source};
use swash::zeno::Format;

/// The font of all pictures, a subset of Fira Mono with the letters of ASCII (see `assets/FiraMono-LICENSE.txt`).
pub const FONT: &[u8] = include_bytes!("../assets/FiraMono-subset.ttf");

/// Coverage of each pixel by a letter.
#[derive(Clone, Debug, Default)]
pub struct Glyph {
    /// Offset in pixels from the pen to the left edge, and from the baseline up to the top.
    pub offset: [i32; 2],
    /// Width and height in pixels.
    pub size: [usize; 2],
    /// Coverage of each pixel, row by row from the top: 0 for none to 255 for complete.
    pub coverage: Vec<u8>,
}

/// Metrics of the font at some size, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Measures {
    /// Advance of the pen per letter.
    pub advance: f32,
    /// Height of the baseline below the middle of a line.
    pub baseline: f32,
}

/// All glyphs rasterised so far.
#[derive(Default)]
pub struct Letters {
    context: ScaleContext,
    glyphs: HashMap<(char, u32), Glyph>,
}

fn font() -> Option<FontRef<'static>> {
    FontRef::from_index(FONT, 0)
}

impl Letters {
    /// Metrics of the font at a size in pixels.
    pub fn measures(size: u32) -> Measures {
        let Some(font) = font() else { return Measures { advance: 0.0, baseline: 0.0 } };
        let metrics = font.metrics(&[]).scale(size as f32);
        let advance = font.glyph_metrics(&[]).scale(size as f32).advance_width(font.charmap().map('0'));
        Measures { advance, baseline: 0.5 * (metrics.ascent - metrics.descent) }
    }

    /// The glyph of a letter at a size in pixels; the font's replacement glyph if it has none.
    pub fn glyph(&mut self, letter: char, size: u32) -> &Glyph {
        let Self { context, glyphs } = self;
        glyphs.entry((letter, size)).or_insert_with(|| {
            let Some(font) = font() else { return Glyph::default() };
            let mut scaler = context.builder(font).size(size as f32).hint(false).build();
            let image =
                Render::new(&[Source::Outline]).format(Format::Alpha).render(&mut scaler, font.charmap().map(letter));
            image.map_or_else(Glyph::default, |image| Glyph {
                offset: [image.placement.left, image.placement.top],
                size: [image.placement.width as usize, image.placement.height as usize],
                coverage: image.data,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::LETTER;

    #[test]
    fn letters_are_as_wide_as_drawings_take_them_to_be() {
        for size in [9, 12, 17] {
            let measures = Letters::measures(size);
            assert!((measures.advance / size as f32 - LETTER).abs() < 0.01, "{measures:?}");
            assert!(measures.baseline > 0.2 * size as f32 && measures.baseline < 0.5 * size as f32);
        }
    }

    #[test]
    fn a_letter_covers_what_it_should() {
        let mut letters = Letters::default();
        let dash = letters.glyph('-', 20).clone();
        assert!(dash.size[0] > 2 * dash.size[1] && dash.coverage.contains(&255));
        assert!(letters.glyph(' ', 20).coverage.is_empty());
        let round = letters.glyph('O', 20).coverage.clone();
        assert_ne!(round, letters.glyph('X', 20).coverage);
    }
}
