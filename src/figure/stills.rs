//! Moments of an episode beside one another, each as the stage draws it: its time above, and a legend at the foot.

use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, History, Look, Pixels, Rect, Renderer, Vec2, draw_alone, ink, legend};
use etude_envs::scene::Scene;

/// Heights in pixels of the title, and of the times above a moment.
const TITLE: f32 = 32.0;
const TIMES: f32 = 20.0;
/// Pixels around and between moments, and sizes of the letters of title and rest.
const GAP: f32 = 8.0;
const LETTERS: [f32; 2] = [15.0, 12.0];

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
    let cell = size + Vec2::new(GAP, TIMES + GAP);
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
        draw_alone(&mut canvas, area, &still.scene, &still.history, &Look::default());
    }
    Renderer::default().render(&canvas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_room_for_all_moments_and_none_for_what_is_not_there() {
        let still = || Still { time: 0.0, scene: Scene::default(), history: History::default() };
        let size = Vec2::new(200.0, 100.0);
        let picture = |count: usize| stills("title", &(0..count).map(|_| still()).collect::<Vec<_>>(), size);
        let sizes = [1, 2, 3, 4].map(picture).map(|picture| (picture.width, picture.height));
        assert_eq!(sizes, [(216, 160), (424, 160), (424, 288), (424, 288)]);
    }
}
