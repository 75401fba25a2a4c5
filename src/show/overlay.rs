//! Words around the picture: notices and the keys over it, and what a person at the controls needs to know.

use super::messages::Frame;
use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, Rect, Vec2, ink};

/// How a person moves something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key that lowers it and the one that raises it, with a space between.
    pub keys: &'static str,
    /// What it is called.
    pub action: String,
    /// What it does.
    pub meaning: String,
}

/// The keys of a spectator, as the help names them.
const WATCHING: [(&str, &str); 14] = [
    ("space", "pause, and go on"),
    (".", "one step"),
    ("+ -", "faster, slower"),
    ("m", "as fast as it can, and back"),
    ("r", "restart the episode"),
    ("tab", "next subject (shift: previous)"),
    ("g", "one subject, or all in a grid"),
    ("l", "learning on or off"),
    ("1 to 4", "lesion a part of the brain, or heal it"),
    ("n b", "next task of this body, and back"),
    ("drag", "push the subject"),
    ("wheel, right drag", "zoom, move; c centres again"),
    ("p", "save a picture"),
    ("q, escape", "leave"),
];
/// Those of a person at the controls, who moves the body by all other letters.
const PLAYING: [(&str, &str); 9] = [
    ("space", "pause, and go on"),
    (".", "one step"),
    ("+ -", "faster, slower"),
    ("r", "restart the episode"),
    ("drag", "push the body"),
    ("wheel, right drag", "zoom, move"),
    ("p", "save a picture"),
    ("?", "show or hide these keys"),
    ("escape", "leave"),
];

/// The keys and what they do: those of a spectator, or of a person at the controls.
pub fn keys(playing: bool) -> &'static [(&'static str, &'static str)] {
    if playing { &PLAYING } else { &WATCHING }
}

/// Something that has to be said, at the top of the stage.
pub(super) fn notice(canvas: &mut Canvas, stage: Rect, text: &str) {
    let width = (text.chars().count() as f32 * 8.0 + 40.0).min(stage.width() - 16.0);
    // What does not fit in is said in a smaller hand.
    let letters = (width - 24.0) / (text.chars().count().max(1) as f32 * LETTER);
    let middle = Vec2::new(stage.center().x, stage.min.y + 32.0);
    let half = Vec2::new(0.5 * width, 17.0);
    canvas.rounded(Rect::from_corners(middle - half, middle + half), 8.0, ink::INK.at(0.92));
    canvas.words(middle, text, letters.clamp(6.0, 13.0), ink::CARD, Align::Middle);
}

/// A card in the middle of the sheet, as large as it would be or smaller, and what its own pixels are worth.
fn card(canvas: &mut Canvas, size: Vec2, wanted: Vec2) -> (Vec2, f32) {
    let squeeze = ((size - 16.0) / wanted).min_element().min(1.0);
    canvas.rect(Rect::from_corners(Vec2::ZERO, size), ink::INK.at(0.35));
    let half = 0.5 * squeeze * wanted;
    canvas.card(Rect::from_corners(0.5 * size - half, 0.5 * size + half));
    (0.5 * size - half, squeeze)
}

/// All keys.
pub(super) fn help(canvas: &mut Canvas, size: Vec2, playing: bool) {
    let keys = keys(playing);
    let (corner, squeeze) = card(canvas, size, Vec2::new(530.0, 26.0 * keys.len() as f32 + 62.0));
    let place = |x: f32, y: f32| corner + Vec2::new(x, y) * squeeze;
    canvas.words(place(24.0, 28.0), "keys", 18.0 * squeeze, ink::INK, Align::Left);
    for (index, (key, meaning)) in keys.iter().enumerate() {
        let y = 62.0 + 26.0 * index as f32;
        canvas.words(place(24.0, y), *key, 13.0 * squeeze, ink::BLUE, Align::Left);
        canvas.words(place(176.0, y), *meaning, 13.0 * squeeze, ink::INK, Align::Left);
    }
}

/// Letters in a line of what an action does; it has two.
const MEANING: usize = 47;

/// What a person is told before they start: the task, what they move by which keys, and how to begin.
pub(super) fn start(canvas: &mut Canvas, size: Vec2, frame: &Frame, hints: &[Hint]) {
    const WIDTH: f32 = 660.0;
    let summary = lines(&plain(&frame.task.summary), 70);
    let rows = 72.0 + 20.0 * summary.len() as f32;
    let tall = rows + 30.0 * hints.len() as f32 + 74.0;
    let (corner, squeeze) = card(canvas, size, Vec2::new(WIDTH, tall));
    let place = |x: f32, y: f32| corner + Vec2::new(x, y) * squeeze;
    canvas.words(place(26.0, 30.0), frame.task.id.clone(), 18.0 * squeeze, ink::INK, Align::Left);
    for (index, line) in summary.into_iter().enumerate() {
        canvas.words(place(26.0, 58.0 + 20.0 * index as f32), line, 14.0 * squeeze, ink::INK, Align::Left);
    }
    for (index, hint) in hints.iter().enumerate() {
        let y = rows + 30.0 * (index as f32 + 0.5);
        caps(canvas, place(26.0, y), hint.keys, 14.0 * squeeze);
        canvas.words(place(190.0, y), hint.action.clone(), 14.0 * squeeze, ink::INK, Align::Left);
        let mut meaning = lines(&plain(&hint.meaning), MEANING);
        if meaning.len() > 2 {
            let rest = meaning.split_off(1).join(" ");
            meaning.push(shortened(&rest, MEANING));
        }
        let first = y - 6.5 * (meaning.len() as f32 - 1.0);
        for (row, line) in meaning.into_iter().enumerate() {
            canvas.words(place(312.0, first + 13.0 * row as f32), line, 11.0 * squeeze, ink::FAINT, Align::Left);
        }
    }
    let y = tall - 34.0;
    let end = caps(canvas, place(26.0, y), "space", 16.0 * squeeze);
    canvas.words(end, "starts", 16.0 * squeeze, ink::BLUE, Align::Left);
    let others = "second key: more; ?: other keys; escape: leave";
    canvas.words(place(WIDTH - 26.0, y), others, 12.0 * squeeze, ink::FAINT, Align::Right);
}

/// How hints stand in a band below the stage.
struct Band {
    /// Height of the letters.
    size: f32,
    /// Hints in a row, and the width of each.
    columns: usize,
    column: f32,
    /// Width of the keys.
    keys: f32,
    /// Height of a row, and of all.
    row: f32,
    height: f32,
}

/// Letters of hints, the largest of which that leave the stage its room are taken, and the share of it that they may take.
const SIZES: [f32; 3] = [16.0, 13.0, 10.0];
const SHARE: f32 = 0.25;

fn band(stage: Rect, hints: &[Hint]) -> Band {
    let of = |size: f32| {
        let keys = hints.iter().map(|hint| caps_width(hint.keys, size)).fold(0.0, f32::max);
        let action = hints.iter().map(|hint| hint.action.chars().count()).max().unwrap_or(0) as f32;
        let column = keys + (action + 2.5) * size * LETTER;
        let columns = (((stage.width() - 20.0) / column) as usize).clamp(1, hints.len().max(1));
        let row = 1.75 * size;
        Band { size, columns, column, keys, row, height: hints.len().div_ceil(columns) as f32 * row + 12.0 }
    };
    let smallest = of(SIZES[SIZES.len() - 1]);
    SIZES.into_iter().map(of).find(|band| band.height <= SHARE * stage.height()).unwrap_or(smallest)
}

/// Divides the stage into the picture and the band below it for the hints, if there are any.
pub(super) fn divide(stage: Rect, hints: &[Hint]) -> (Rect, Rect) {
    let tall = if hints.is_empty() { 0.0 } else { band(stage, hints).height.min(0.5 * stage.height()) };
    let edge = stage.max.y - tall;
    (Rect { max: Vec2::new(stage.max.x, edge), ..stage }, Rect { min: Vec2::new(stage.min.x, edge), ..stage })
}

/// Draws the hints of a stage into the band below its picture.
pub(super) fn controls(canvas: &mut Canvas, stage: Rect, hints: &[Hint]) {
    if hints.is_empty() {
        return;
    }
    let (band, area) = (band(stage, hints), divide(stage, hints).1);
    canvas.clip(Some(area));
    for (index, hint) in hints.iter().enumerate() {
        let (row, column) = (index / band.columns, index % band.columns);
        let left = area.min.x + 14.0 + column as f32 * band.column;
        let y = area.min.y + 6.0 + (row as f32 + 0.5) * band.row;
        caps(canvas, Vec2::new(left, y), hint.keys, band.size);
        let name = Vec2::new(left + band.keys + 0.5 * band.size * LETTER, y);
        canvas.words(name, hint.action.clone(), band.size, ink::INK, Align::Left);
    }
    canvas.clip(None);
}

/// Draws keys side by side from a place on, each as the cap of a key, and returns where something can be written after them.
fn caps(canvas: &mut Canvas, place: Vec2, keys: &str, size: f32) -> Vec2 {
    let mut left = place.x;
    for key in keys.split(' ') {
        let width = cap_width(key, size);
        let cap = Rect::new(left, place.y - 0.75 * size, left + width, place.y + 0.75 * size);
        canvas.rounded(cap, 4.0, ink::FAINT);
        canvas.rounded(cap.inflate(-1.0), 3.0, ink::CARD);
        canvas.words(cap.center(), key, size, ink::INK, Align::Middle);
        left += width + 0.35 * size;
    }
    Vec2::new(left + 0.3 * size, place.y)
}

fn cap_width(key: &str, size: f32) -> f32 {
    (key.chars().count() as f32 + 1.0) * size * LETTER
}

fn caps_width(keys: &str, size: f32) -> f32 {
    keys.split(' ').map(|key| cap_width(key, size) + 0.35 * size).sum()
}

/// Text in lines of at most so many letters, as far as its words are not longer.
fn lines(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shortened(word, most)),
        }
    }
    lines
}

/// At most so many letters of a text; dots stand for the rest.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    let kept: String = text.chars().take(most.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// The same text in the letters that the font has.
fn plain(text: &str) -> String {
    let letter = |letter: char| match letter {
        letter if letter.is_ascii() => letter,
        '\u{e8}'..='\u{eb}' => 'e',
        '\u{c8}'..='\u{cb}' => 'E',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{d7}' => 'x',
        '\u{b7}' => ' ',
        _ => '?',
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(count: usize) -> Vec<Hint> {
        let hint = |index: usize| Hint {
            keys: ["left right", "A D", "down up"][index % 3],
            action: format!("action {index}"),
            meaning: "what it does, as a share of what is possible; below 0 is nothing at all".into(),
        };
        (0..count).map(hint).collect()
    }

    #[test]
    fn hints_have_a_band_of_their_own_beside_the_picture() {
        for (count, size) in [(1, [800.0, 500.0]), (5, [950.0, 674.0]), (10, [950.0, 674.0]), (10, [440.0, 310.0])] {
            let stage = Rect::new(0.0, 46.0, size[0], 46.0 + size[1]);
            let hints = hints(count);
            let (picture, below) = divide(stage, &hints);
            assert!(picture.height() >= 0.6 * stage.height() && picture.max.y == below.min.y, "{count} {size:?}");
            let mut canvas = Canvas::default();
            controls(&mut canvas, stage, &hints);
            let layer = &canvas.layers[0];
            for hint in &hints {
                assert!(layer.words.iter().any(|words| words.text == hint.action), "{count} {size:?}: {hint:?}");
            }
            let right = |words: &etude_draw::canvas::Words| words.text.len() as f32 * words.size * LETTER;
            assert!(layer.words.iter().all(|words| below.contains(words.place)));
            let names = layer.words.iter().filter(|words| words.align == Align::Left);
            assert!(names.clone().all(|words| words.place.x + right(words) <= below.max.x));
            // Large, where there is room.
            assert!(size[0] < 900.0 || names.clone().all(|words| words.size >= 16.0));
        }
        let stage = Rect::new(0.0, 0.0, 800.0, 600.0);
        assert_eq!(divide(stage, &[]).0, stage);
    }

    #[test]
    fn before_it_starts_a_person_is_told_what_moves_what_and_how_to_start() {
        for size in [Vec2::new(1280.0, 720.0), Vec2::new(640.0, 360.0)] {
            let mut canvas = Canvas::default();
            canvas.clear(size);
            start(&mut canvas, size, &Frame::empty(), &hints(10));
            let words = &canvas.layers[0].words;
            for told in ["cycling/flat-v0", "action 9", "left", "space", "starts", "below 0 is nothing at all"] {
                assert!(words.iter().any(|words| words.text == told), "{told}");
            }
            for words in words {
                let width = words.text.len() as f32 * words.size * LETTER;
                let left = words.place.x - width * [0.0, 0.5, 1.0][words.align as usize];
                assert!(left >= 0.0 && left + width <= size.x && words.place.y < size.y, "{}", words.text);
                assert!(words.text.is_ascii());
            }
        }
    }

    #[test]
    fn text_is_broken_into_lines_and_spelled_with_the_letters_of_the_font() {
        assert_eq!(lines("one two three", 7), ["one two", "three"]);
        assert_eq!(lines("incomprehensible", 9), ["incomp..."]);
        assert_eq!(plain("an \u{e9}tude \u{d7} 2 \u{2013} 3 \u{4e00}"), "an etude x 2 - 3 ?");
        assert!([true, false].into_iter().flat_map(keys).all(|(key, meaning)| key.is_ascii() && meaning.is_ascii()));
    }
}
