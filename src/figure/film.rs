//! Pictures of an episode packed as a film, which a page plays.

use crate::figure::simplified::simplified;
use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use etude_draw::colour::Colour;
use etude_draw::{Shape, Vec2};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::fmt::Write as _;
use std::io::Write as _;

/// Units of a film in a pixel: coordinates are whole numbers of them.
const UNITS: f32 = 4.0;
/// Largest coordinate in a film, in units: far outside of any picture.
const FARTHEST: f32 = 20_000.0;
/// Units that a point may lie beside a straight line and be left out of it.
const STRAIGHT: f32 = 1.0;
/// Shapes of the picture before among which one is looked for that has only moved.
const NEAR: usize = 24;
/// Units in which the angles of a film are, in a radian.
const ANGLES: f32 = 1000.0;

/// Pictures of one size, packed for a page: zlib's JSON as base64. So many pictures are left out, evenly, that it has at most `most`
/// characters, as far as the first picture allows.
///
/// ```text
/// size       width and height of a picture in pixels
/// units      units in a pixel; all lengths below are in units
/// interval   time between two pictures in s
/// colours    "#rrggbb", or "#rrggbbaa" if it is seen through
/// pictures   each a list of shapes; the first number says which, colours are positions among the colours, and points come after
///            the first as ways from the one before
///            [0, top, bottom, points]                       polygon
///            [1, colour, x, y, radius]                      disc
///            [2, colour, width, points]                     line
///            [3, colour, width, x, y, radius, from, to]     arc, its angles in thousandths of a radian
///            [4, colour, align, "words", size, x, y]        words; 0 left, 1 middle, 2 right
///            [5, skip, changes]                             the shape of the picture before that comes so many after the one
///                                                           last referred to; changes are added to the numbers after its
///                                                           colours and words, and are 0 where there are no more
/// ```
///
/// # Errors
/// Never.
pub fn packed(pictures: &[Vec<Shape>], size: [f32; 2], interval: f64, most: usize) -> Result<String> {
    let mut colours = Colours::default();
    let pictures: Vec<Vec<Item>> =
        pictures.iter().map(|picture| picture.iter().map(|shape| Item::new(shape, &mut colours)).collect()).collect();
    let mut every = 1;
    loop {
        let chosen: Vec<&[Item]> = pictures.iter().step_by(every).map(Vec::as_slice).collect();
        let film = compressed(&listed(&chosen, &colours, size, interval * every as f64))?;
        if film.len() <= most || chosen.len() < 2 {
            return Ok(film);
        }
        // As many as fit by what has been found, and at least one less often.
        every = (every * film.len()).div_ceil(most.max(1)).max(every + 1);
    }
}

fn compressed(text: &str) -> Result<String> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    Ok(STANDARD.encode(encoder.finish()?))
}

fn listed(pictures: &[&[Item]], colours: &Colours, [width, height]: [f32; 2], interval: f64) -> String {
    let mut text = String::new();
    let mut before: &[Item] = &[];
    for (index, picture) in pictures.iter().enumerate() {
        text.push_str(if index > 0 { ",\n[" } else { "[" });
        let mut next = 0;
        for (index, item) in picture.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            let alike = before.iter().skip(next).take(NEAR).position(|known| known.is_like(item));
            match alike {
                Some(skip) => {
                    item.list_changes(&mut text, skip, &before[next + skip]);
                    next += skip + 1;
                }
                None => item.list(&mut text),
            }
        }
        text.push(']');
        before = picture;
    }
    let colours = colours.0.join("\",\"");
    format!(
        "{{\"size\":[{width},{height}],\"units\":{UNITS},\"interval\":{interval},\"colours\":[\"{colours}\"],\"pictures\":[{text}]}}"
    )
}

/// Colours in the order in which they are met.
#[derive(Default)]
struct Colours(Vec<String>);

impl Colours {
    fn place(&mut self, Colour(hex, opacity): Colour) -> usize {
        let opacity = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
        let name = if opacity == u8::MAX { format!("#{hex:06x}") } else { format!("#{hex:06x}{opacity:02x}") };
        self.0.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.0.push(name);
            self.0.len() - 1
        })
    }
}

/// A shape of a film.
struct Item {
    /// What it is, its colours, and its words: what it has in common with what it was a moment ago.
    head: String,
    /// Where it is.
    numbers: Vec<i32>,
}

impl Item {
    fn new(shape: &Shape, colours: &mut Colours) -> Self {
        let at = |place: &Vec2| [units(place.x), units(place.y)];
        match shape {
            Shape::Polygon { corners, top, bottom } => {
                Self { head: format!("0,{},{}", colours.place(*top), colours.place(*bottom)), numbers: ways(corners) }
            }
            Shape::Disc { centre, radius, colour } => {
                let numbers = [&at(centre)[..], &[units(*radius)]].concat();
                Self { head: format!("1,{}", colours.place(*colour)), numbers }
            }
            Shape::Line { points, width, colour } => {
                let numbers = [vec![units(*width).max(1)], ways(points)].concat();
                Self { head: format!("2,{}", colours.place(*colour)), numbers }
            }
            Shape::Arc { centre, radius, width, angles, colour } => {
                let angles = angles.map(|angle| (angle * ANGLES).round() as i32);
                let numbers = [&[units(*width).max(1)][..], &at(centre), &[units(*radius)], &angles].concat();
                Self { head: format!("3,{}", colours.place(*colour)), numbers }
            }
            Shape::Words(words) => {
                let (colour, align) = (colours.place(words.colour), words.align as u8);
                let numbers = [&[units(words.size)][..], &at(&words.place)].concat();
                Self { head: format!("4,{colour},{align},{}", serde_json::Value::from(words.text.as_str())), numbers }
            }
        }
    }

    /// Whether the other one may be told by its changes from this one.
    fn is_like(&self, other: &Self) -> bool {
        self.head == other.head && self.numbers.len() == other.numbers.len()
    }

    fn list(&self, text: &mut String) {
        let _ = write!(text, "[{}{}]", self.head, commas(&self.numbers));
    }

    fn list_changes(&self, text: &mut String, skip: usize, before: &Self) {
        let changes: Vec<i32> = self.numbers.iter().zip(&before.numbers).map(|(now, before)| now - before).collect();
        let some = changes.iter().rposition(|&change| change != 0).map_or(0, |last| last + 1);
        let _ = write!(text, "[5,{skip}{}]", commas(&changes[..some]));
    }
}

/// Numbers, each after a comma.
fn commas(numbers: &[i32]) -> String {
    numbers.iter().map(|number| format!(",{number}")).collect()
}

/// A length in whole units.
fn units(pixels: f32) -> i32 {
    (pixels * UNITS).clamp(-FARTHEST, FARTHEST).round() as i32
}

/// The first point, and the way from each to the next.
fn ways(points: &[Vec2]) -> Vec<i32> {
    let mut last = [0, 0];
    let way = |point: &Vec2| {
        let now = [units(point.x), units(point.y)];
        let way = [now[0] - last[0], now[1] - last[1]];
        last = now;
        way
    };
    simplified(points, STRAIGHT / UNITS).iter().flat_map(way).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_draw::shapes::{Align, Words};
    use flate2::read::ZlibDecoder;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::io::Read;

    fn unpacked(film: &str) -> Value {
        let mut text = String::new();
        ZlibDecoder::new(&STANDARD.decode(film).unwrap()[..]).read_to_string(&mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn shapes() -> Vec<Shape> {
        let corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0)].map(Vec2::from);
        vec![
            Shape::Polygon { corners: corners.to_vec(), top: Colour::of(0xffffff), bottom: Colour::of(0) },
            Shape::Polygon { corners: corners[..3].to_vec(), top: Colour::of(0xff), bottom: Colour::of(0xff) },
            Shape::Disc { centre: corners[2], radius: 1.5, colour: Colour(0xff, 0.5) },
            Shape::Line { points: vec![corners[0], corners[2]], width: 2.0, colour: Colour::of(0xff) },
            Shape::Arc { centre: corners[0], radius: 4.0, width: 1.0, angles: [0.0, 1.5], colour: Colour::of(0) },
            Shape::Words(Words {
                text: "a \"<b>\"".into(),
                place: corners[2],
                size: 12.0,
                colour: Colour::of(0),
                align: Align::Middle,
            }),
        ]
    }

    #[test]
    fn a_film_says_what_was_drawn() {
        let mut moved = shapes();
        moved.remove(0);
        moved[1] = Shape::Disc { centre: Vec2::new(10.0, 5.5), radius: 1.5, colour: Colour(0xff, 0.5) };
        let film = unpacked(&packed(&[shapes(), moved], [320.0, 224.0], 0.04, usize::MAX).unwrap());
        let expected = json!({
            "size": [320, 224], "units": 4, "interval": 0.04, "colours": ["#ffffff", "#000000", "#0000ff", "#0000ff80"],
            "pictures": [[
                [0, 0, 1, 0, 0, 40, 0, 0, 20, -40, 0],
                [0, 2, 2, 0, 0, 40, 0, 0, 20],
                [1, 3, 40, 20, 6],
                [2, 2, 8, 0, 0, 40, 20],
                [3, 1, 4, 0, 0, 16, 0, 1500],
                [4, 1, 1, "a \"<b>\"", 48, 40, 20],
            ], [
                [5, 1],
                [5, 0, 0, 2],
                [5, 0],
                [5, 0],
                [5, 0],
            ]],
        });
        assert_eq!(film, expected);
    }

    #[test]
    fn a_film_that_is_too_long_loses_pictures_and_keeps_its_pace() {
        let circle = |index: i32| {
            let centre = Vec2::from_angle(index as f32) * 100.0;
            vec![Shape::Disc { centre, radius: (index * index % 97) as f32, colour: Colour::of(0) }]
        };
        let pictures: Vec<Vec<Shape>> = (0..400).map(circle).collect();
        let whole = packed(&pictures, [320.0, 220.0], 0.04, usize::MAX).unwrap();
        for most in [whole.len() / 2, whole.len() / 9, 0] {
            let film = packed(&pictures, [320.0, 220.0], 0.04, most).unwrap();
            let short = unpacked(&film);
            let count = short["pictures"].as_array().unwrap().len();
            assert!((film.len() <= most || count == 1) && count < 400, "{most}: {count}");
            let length = count as f64 * short["interval"].as_f64().unwrap();
            assert!(count == 1 || (length - 16.0).abs() < short["interval"].as_f64().unwrap(), "{most}: {length}");
        }
    }

    /// The pictures of a film with all shapes in full and their colours by name, as a page has them.
    fn unrolled(film: &Value) -> Vec<Vec<Vec<Value>>> {
        let mut pictures: Vec<Vec<Vec<Value>>> = Vec::new();
        for picture in film["pictures"].as_array().unwrap() {
            let (mut next, mut shapes) = (0, Vec::new());
            for shape in picture.as_array().unwrap() {
                let mut shape = shape.as_array().unwrap().clone();
                if shape[0] == 5 {
                    next += shape[1].as_u64().unwrap() as usize;
                    let changes = shape.split_off(2);
                    shape = pictures[pictures.len() - 1][next].clone();
                    let head = [3, 2, 2, 2, 4][shape[0].as_u64().unwrap() as usize];
                    for (number, change) in shape[head..].iter_mut().zip(changes) {
                        *number = json!(number.as_i64().unwrap() + change.as_i64().unwrap());
                    }
                    next += 1;
                } else {
                    for place in if shape[0] == 0 { 1..3 } else { 1..2 } {
                        shape[place] = film["colours"][shape[place].as_u64().unwrap() as usize].clone();
                    }
                }
                shapes.push(shape);
            }
            pictures.push(shapes);
        }
        pictures
    }

    fn any_shape() -> impl Strategy<Value = Shape> {
        let point = || (-9i8..9, -9i8..9).prop_map(|(x, y)| Vec2::new(f32::from(x), f32::from(y)));
        let colour = || (0u32..3).prop_map(Colour::of);
        prop_oneof![
            (prop::collection::vec(point(), 3..5), colour(), colour())
                .prop_map(|(corners, top, bottom)| Shape::Polygon { corners, top, bottom }),
            (point(), colour()).prop_map(|(centre, colour)| Shape::Disc { centre, radius: 1.0, colour }),
            (prop::collection::vec(point(), 2..4), colour()).prop_map(|(points, colour)| Shape::Line {
                points,
                width: 2.0,
                colour
            }),
            (point(), colour(), 0.0f32..3.0).prop_map(|(centre, colour, to)| {
                Shape::Arc { centre, radius: 3.0, width: 1.0, angles: [0.0, to], colour }
            }),
            (point(), colour(), "[a-b]").prop_map(|(place, colour, text)| {
                Shape::Words(Words { text, place, size: 9.0, colour, align: Align::Left })
            }),
        ]
    }

    proptest! {
        #[test]
        fn pictures_told_by_their_changes_are_those_that_were_drawn(
            pictures in prop::collection::vec(prop::collection::vec(any_shape(), 0..40), 1..6)
        ) {
            let of = |pictures: &[Vec<Shape>]| unrolled(&unpacked(&packed(pictures, [9.0, 9.0], 0.1, usize::MAX).unwrap()));
            let alone: Vec<_> = pictures.iter().flat_map(|picture| of(std::slice::from_ref(picture))).collect();
            prop_assert_eq!(of(&pictures), alone);
        }
    }
}
