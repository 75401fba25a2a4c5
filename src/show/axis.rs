//! The axes that all charts of the panel have, and words that find room beside them.

use crate::figure::svg::{tick_label, ticks};
use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, Colour, Rect, Vec2, ink};

/// Letters that a label of the vertical axis may take.
const LABEL: f32 = 4.5;
/// Pixels between words in a row.
const GAP: f32 = 8.0;

/// Height of the labels of axes in pixels, beside words of this height.
pub(super) fn label_size(words: f32) -> f32 {
    (words - 3.0).max(8.0)
}

/// What is left of an area beside the labels of its vertical axis.
pub(super) fn beside_labels(area: Rect, words: f32) -> Rect {
    let width = LABEL * label_size(words) * LETTER + 4.0;
    Rect { min: Vec2::new(area.min.x + width, area.min.y), ..area }
}

/// Round numbers from one that is not above `low` to one that is not below `high`, in about so many steps.
pub(super) fn round_range(low: f32, high: f32, about: usize) -> Vec<f64> {
    let (low, high, about) = (f64::from(low), f64::from(high), about.max(1));
    let span = if high - low > 1e-6 { high - low } else { 1.0 };
    // So wide that a step beyond each end is in it, in steps of the same size.
    let wide = ticks((low - 3.0 * span, low + 4.0 * span), 7 * about);
    let from = wide.iter().rposition(|&tick| tick <= low + 1e-6 * span).unwrap_or(0);
    let to = wide.iter().position(|&tick| tick >= low.max(high) - 1e-6 * span).unwrap_or(wide.len() - 1);
    wide[from..=to.max(from)].to_vec()
}

/// A number on an axis from the first to the last of some numbers. The font has no other minus sign than the hyphen.
pub(super) fn label(tick: f64, all: &[f64]) -> String {
    let ends = all.first().zip(all.last()).map_or((0.0, 1.0), |(first, last)| (*first, *last));
    tick_label(tick, ends).replace('\u{2212}', "-")
}

/// Draws the vertical axis of a plot with a line for each of its numbers, and returns where a value is in it.
pub(super) fn vertical(canvas: &mut Canvas, plot: Rect, levels: &[f64], words: f32) -> impl Fn(f32) -> f32 + use<> {
    let ends = levels.first().zip(levels.last()).map_or([0.0, 1.0], |(low, high)| [*low as f32, *high as f32]);
    let [low, high] = if ends[1] > ends[0] { ends } else { [ends[0], ends[0] + 1.0] };
    let y = move |value: f32| plot.max.y - (value.clamp(low, high) - low) / (high - low) * plot.height();
    canvas.rect(plot, ink::CARD);
    let size = label_size(words);
    let room = plot.height() / (levels.len().max(2) - 1) as f32;
    for (index, &level) in levels.iter().enumerate() {
        let place = Vec2::new(plot.min.x, y(level as f32));
        let colour = if level == 0.0 { ink::FAINT.at(0.6) } else { ink::RULE };
        canvas.segment(place, Vec2::new(plot.max.x, place.y), 1.0, colour);
        let last = index + 1 == levels.len();
        let fits = room > size || last || (index == 0 && plot.height() > size);
        if fits {
            canvas.segment(place - Vec2::X * 3.0, place, 1.0, ink::FAINT);
            canvas.words(place - Vec2::X * 5.0, label(level, levels), size, ink::FAINT, Align::Right);
        }
    }
    canvas.segment(plot.min, Vec2::new(plot.min.x, plot.max.y), 1.0, ink::FAINT);
    y
}

/// Puts words in a row from the right end of a line, the first ones first, as far as they end right of `left`; returns where the
/// last one begins.
pub(super) fn row(canvas: &mut Canvas, right: Vec2, left: f32, size: f32, texts: &[(String, Colour)]) -> f32 {
    let mut end = right.x;
    for (text, colour) in texts {
        let width = text.chars().count() as f32 * size * LETTER;
        if end - width < left {
            continue;
        }
        canvas.words(Vec2::new(end, right.y), text.clone(), size, *colour, Align::Right);
        end -= width + GAP;
    }
    end + GAP
}

/// The first of some texts that is not wider than so many pixels.
pub(super) fn fitting(width: f32, size: f32, texts: impl IntoIterator<Item = String>) -> Option<String> {
    texts.into_iter().find(|text| text.chars().count() as f32 * size * LETTER <= width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_round_and_hold_what_is_in_them() {
        assert_eq!(round_range(0.0, 0.97, 1), [0.0, 1.0]);
        assert_eq!(round_range(-0.4, 1.3, 3), [-1.0, 0.0, 1.0, 2.0]);
        assert_eq!(round_range(0.0, 4.81, 2), [0.0, 5.0]);
        assert_eq!(round_range(0.0, 0.0, 2), [0.0]);
        for (low, high) in [(0.0, 849.1), (-3.2, 10.03), (-1e-3, 2e-3), (0.0, 2.5), (-7.0, 0.0), (0.0, 1.0)] {
            for about in 1..=3 {
                let range = round_range(low, high, about);
                let (first, last) = (range[0] as f32, range[range.len() - 1] as f32);
                assert!(first <= low + 1e-6 && last >= high - 1e-6 && range.len() >= 2, "{low} {high}: {range:?}");
                assert!(range.len() <= about + 3, "{low} {high} in {about}: {range:?}");
                assert!(range.iter().all(|&tick| label(tick, &range).is_ascii()));
            }
        }
    }

    #[test]
    fn an_axis_puts_its_ends_at_the_ends_of_the_plot_and_says_what_they_are() {
        let mut canvas = Canvas::default();
        let plot = Rect::new(40.0, 10.0, 240.0, 60.0);
        let y = vertical(&mut canvas, plot, &[-1.0, 0.0, 1.0, 2.0], 12.0);
        assert_eq!([y(-1.0), y(2.0), y(0.5), y(9.0)], [60.0, 10.0, 35.0, 10.0]);
        let said: Vec<&str> = canvas.layers[0].words.iter().map(|words| words.text.as_str()).collect();
        assert_eq!(said, ["-1", "0", "1", "2"]);
        assert!(canvas.layers[0].words.iter().all(|words| words.place.x < plot.min.x && words.align == Align::Right));
        // Where there is no room for all labels, the ends have them.
        canvas.clear(Vec2::ZERO);
        let _ = vertical(&mut canvas, Rect { max: Vec2::new(240.0, 22.0), ..plot }, &[-1.0, 0.0, 1.0, 2.0], 12.0);
        assert_eq!(canvas.layers[0].words.len(), 2);
    }
}
