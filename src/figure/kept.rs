//! Figures are held against those that were looked at and kept in `tests/pictures/figures`: the same elements and words, and
//! every number of a place or size within half a pixel. `ETUDE_NEW_PICTURES=1` keeps them anew.

use crate::figure::svg::Svg;
use std::fs;
use std::path::Path;

/// How far in px an element may be from where it was kept: platforms round in their own ways.
const OFF: f64 = 0.5;

/// Holds a figure against the one that is kept under this name.
pub fn hold(name: &str, figure: &Svg) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pictures/figures/{name}.svg"));
    let found = figure.file();
    if std::env::var_os("ETUDE_NEW_PICTURES").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &found).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if let Some((line, found, kept)) = difference(&found, &kept) {
        panic!("{}:{line}: the figure is now\n{found}\nand was\n{kept}", path.display());
    }
}

/// The first line in which two figures differ, from 1.
fn difference<'a>(found: &'a str, kept: &'a str) -> Option<(usize, &'a str, &'a str)> {
    let (mut found, mut kept) = (found.lines(), kept.lines());
    (1..)
        .map_while(|line| match (found.next(), kept.next()) {
            (None, None) => None,
            (found, kept) => Some((line, found.unwrap_or("nothing"), kept.unwrap_or("nothing"))),
        })
        .find(|(_, found, kept)| !alike(found, kept))
}

/// Whether two lines say the same: words to the letter, numbers of attributes nearly.
fn alike(one: &str, other: &str) -> bool {
    let [(words, numbers), (other_words, other_numbers)] = [one, other].map(parts);
    words == other_words
        && numbers.len() == other_numbers.len()
        && numbers.iter().zip(&other_numbers).all(|(one, other)| (one - other).abs() <= OFF)
}

/// A line without the numbers in its attributes, and these.
fn parts(line: &str) -> (String, Vec<f64>) {
    let (mut words, mut numbers) = (String::new(), Vec::new());
    for (index, piece) in line.split('"').enumerate() {
        // Every other piece is between quotation marks.
        if index % 2 == 0 {
            words.push_str(piece);
            continue;
        }
        words.push('"');
        for part in piece.split_inclusive([' ', ',', '(']) {
            let bare = part.trim_end_matches([' ', ',', '(']);
            match bare.trim_end_matches(')').parse() {
                Ok(number) => numbers.push(number),
                Err(_) => words.push_str(part),
            }
        }
        words.push('"');
    }
    (words, numbers)
}

#[test]
fn what_has_moved_or_says_something_else_is_noticed() {
    let line = r#"<text x="12.0" y="30.5" transform="rotate(-90 12.0 30.5)" class="small">0.5</text>"#;
    for near in [line.to_string(), line.replace("12.0", "12.4"), line.replace("30.5", "30.1")] {
        assert!(alike(line, &near), "{near}");
    }
    let far =
        [("12.0", "13.0"), ("30.5", "29"), (">0.5<", ">0.6<"), ("small", "strong"), ("-90", "-80"), ("text", "tspan")];
    for (from, to) in far {
        assert!(!alike(line, &line.replace(from, to)), "{from} {to}");
    }
    assert!(difference("a\nb", "a\nb").is_none());
    assert_eq!(difference("a\nb", "a"), Some((2, "b", "nothing")));
}
