//! Moments of an episode beside one another, each as the stage draws it: its time above, scale bars below, and a legend at the foot.

use super::legend::legend;
use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, Grip, History, Look, Pixels, Rect, Renderer, Vec2, draw, ink};
use etude_envs::scene::Scene;

/// Heights in pixels of the title, of the times above a moment, and of the scale bars below it.
const TITLE: f32 = 32.0;
const TIMES: f32 = 20.0;
const SCALES: f32 = 24.0;
/// Pixels around and between moments, and sizes of the letters of title and rest.
const GAP: f32 = 8.0;
const LETTERS: [f32; 2] = [15.0, 12.0];
/// Share of what a scale bar measures that it is as long as at most.
const BAR: f32 = 0.3;

/// A moment.
pub struct Still {
    /// Time since the episode began, in s.
    pub time: f64,
    /// What was to be seen.
    pub scene: Scene,
    /// What had been seen before.
    pub history: History,
}

/// Draws moments, two in a row, each `size` pixels large.
pub fn stills(title: &str, stills: &[Still], size: Vec2) -> Pixels {
    let columns = stills.len().clamp(1, 2);
    let rows = stills.len().div_ceil(columns);
    let cell = size + Vec2::new(GAP, TIMES + SCALES);
    let width = cell.x * columns as f32 + GAP;
    let foot = TITLE + cell.y * rows as f32;
    let mut canvas = Canvas::default();
    canvas.clear(Vec2::new(width, foot));
    // What a legend is about is what is to be seen in any of the moments; it says how much room it takes.
    let scenes: Vec<&Scene> = stills.iter().map(|still| &still.scene).collect();
    let legend_height = legend(&mut canvas, Rect::new(GAP, foot, width - GAP, foot), &scenes);
    canvas.size.y += legend_height;
    let letters = ((width - 2.0 * GAP) / (title.chars().count().max(1) as f32 * LETTER)).min(LETTERS[0]);
    canvas.words(Vec2::new(GAP, 0.5 * TITLE), title, letters, ink::INK, Align::Left);
    for (index, still) in stills.iter().enumerate() {
        let place = Vec2::new((index % columns) as f32, (index / columns) as f32);
        let corner = Vec2::new(GAP, TITLE) + place * cell;
        let time = format!("{:.2} s", still.time);
        canvas.words(corner + Vec2::new(0.0, 0.5 * TIMES), time, LETTERS[1], ink::FAINT, Align::Left);
        let area = Rect::from_corners(corner + Vec2::new(0.0, TIMES), corner + Vec2::new(0.0, TIMES) + size);
        let grips = draw(&mut canvas, area, &still.scene, &still.history, &Look::default());
        for grip in grips.iter().filter(|grip| !grip.aside) {
            scale_bar(&mut canvas, grip, area.max.y + 0.5 * SCALES);
        }
    }
    Renderer::default().render(&canvas)
}

/// A bar of a round length, below what is drawn at its scale.
fn scale_bar(canvas: &mut Canvas, grip: &Grip, y: f32) {
    let Some((metres, label)) = round_length(BAR * grip.area.width() / grip.map.scale) else { return };
    let long = metres * grip.map.scale;
    let words = LETTER * LETTERS[1] * label.chars().count() as f32;
    let from = Vec2::new(grip.area.center().x - 0.5 * (long + 8.0 + words), y);
    let to = from + Vec2::X * long;
    canvas.segment(from, to, 2.0, ink::INK);
    for end in [from, to] {
        canvas.segment(end - Vec2::Y * 4.0, end + Vec2::Y * 4.0, 2.0, ink::INK);
    }
    canvas.words(to + Vec2::X * 8.0, label, LETTERS[1], ink::INK, Align::Left);
}

/// The longest of 1, 2, 5, 10, 20, … that is not longer than so many m, and how it is written.
fn round_length(most: f32) -> Option<(f32, String)> {
    if !(1e-6..=1e6).contains(&most) {
        return None;
    }
    let power = 10f32.powf(most.log10().floor());
    let metres = [5.0, 2.0, 1.0].map(|round| round * power).into_iter().find(|&round| round <= most * 1.0001)?;
    let (value, unit) = match metres {
        metres if metres > 0.99 => (metres, "m"),
        metres if metres > 0.0099 => (100.0 * metres, "cm"),
        metres => (1000.0 * metres, "mm"),
    };
    // Powers of ten are not exact.
    let value = (1000.0 * value).round() / 1000.0;
    Some((metres, format!("{value} {unit}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_bars_are_round_and_fit() {
        for (most, metres, label) in [
            (0.07, 0.05, "5 cm"),
            (0.01, 0.01, "1 cm"),
            (0.0099, 0.005, "5 mm"),
            (2.3, 2.0, "2 m"),
            (0.9, 0.5, "50 cm"),
        ] {
            let (length, text) = round_length(most).unwrap();
            assert!((length - metres).abs() < 1e-4 * metres && text == label, "{most}: {length} {text}");
        }
        assert_eq!(round_length(0.000_3).unwrap().1, "0.2 mm");
        for nonsense in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e30] {
            assert_eq!(round_length(nonsense), None);
        }
    }

    #[test]
    fn a_picture_has_room_for_all_moments_and_none_for_what_is_not_there() {
        let still = || Still { time: 0.0, scene: Scene::default(), history: History::default() };
        let size = Vec2::new(200.0, 100.0);
        let picture = |count: usize| stills("title", &(0..count).map(|_| still()).collect::<Vec<_>>(), size);
        let sizes = [1, 2, 3, 4].map(picture).map(|picture| (picture.width, picture.height));
        assert_eq!(sizes, [(216, 176), (424, 176), (424, 320), (424, 320)]);
    }
}
