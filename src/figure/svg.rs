//! Figures written down as SVG: they follow the reader's light or dark theme by `currentColor` and classes, have a title
//! and a description for those who cannot see them, and are narrow enough for a phone.

use crate::figure::text::Escaped;
use std::fmt::{Display, Write};

/// Width of a figure in its own units, in which letters are 13 high.
pub const WIDTH: f64 = 440.0;
/// The style of figures, in a page or in a file of their own.
pub const STYLE: &str = include_str!("figure.css");
/// Colours of groups that the colour-blind can tell apart (Okabe & Ito 2008), as classes of the style.
const COLOURS: usize = 8;
/// Lines of groups are told apart by their dashes as well.
const DASHES: [&str; COLOURS] = ["none", "8 3", "2 3", "9 3 2 3", "14 4", "5 2", "1 3", "9 2 2 2 2 2"];
/// Mean width of a letter.
const LETTER: f64 = 6.9;

/// A figure in the making.
pub struct Svg {
    title: String,
    description: String,
    width: f64,
    height: f64,
    body: String,
}

/// A line of a key.
#[derive(Clone, Copy)]
pub struct Key<'a> {
    /// What it stands for.
    pub name: &'a str,
    /// Its class.
    pub class: &'a str,
    /// The group whose colour it has; the first has that of the text.
    pub colour: usize,
    /// The group whose dashes it has; the first has none.
    pub dashes: usize,
}

impl<'a> Key<'a> {
    /// A thin line in the colour of the text, such as that of a criterion.
    pub fn plain(name: &'a str) -> Self {
        Self { name, class: "null", colour: 0, dashes: 0 }
    }
}

/// Where a text is anchored.
#[derive(Clone, Copy)]
pub enum Anchor {
    /// At its start.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// About how many ticks the axes of a plot by itself have.
pub const AXIS_TICKS: usize = 5;

/// A point in the figure's units, from the upper left corner.
pub type Point = (f64, f64);

impl Svg {
    /// An empty figure; the height may grow.
    pub fn new(title: &str, description: &str) -> Self {
        Self { title: title.into(), description: description.into(), width: WIDTH, height: 0.0, body: String::new() }
    }

    /// Makes it at least this large.
    pub fn reach(&mut self, width: f64, height: f64) {
        (self.width, self.height) = (self.width.max(width), self.height.max(height));
    }

    /// An element as it is.
    pub(super) fn push(&mut self, element: impl Display) {
        let _ = writeln!(self.body, "{element}");
    }

    /// A text; `class` may be empty.
    pub fn text(&mut self, (x, y): Point, anchor: Anchor, class: &str, text: &str) {
        let (anchor, text) = (anchor.name(), Escaped(text));
        let _ =
            writeln!(self.body, r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" class="{class}">{text}</text>"#);
    }

    /// A text that is read upwards.
    pub fn upright(&mut self, (x, y): Point, anchor: Anchor, class: &str, text: &str) {
        let (anchor, text) = (anchor.name(), Escaped(text));
        let _ = writeln!(
            self.body,
            r#"<text transform="translate({x:.1} {y:.1}) rotate(-90)" text-anchor="{anchor}" class="{class}">{text}</text>"#
        );
    }

    /// A line through points.
    pub fn line(&mut self, points: &[Point], class: &str) {
        let _ = writeln!(self.body, r#"<polyline points="{}" class="{class}"/>"#, joined(points));
    }

    /// A line with the dashes of a group.
    pub fn dashed(&mut self, points: &[Point], class: &str, group: usize) {
        let dashes = DASHES[group % COLOURS];
        let _ = writeln!(
            self.body,
            r#"<polyline points="{}" class="{class}" stroke-dasharray="{dashes}"/>"#,
            joined(points)
        );
    }

    /// A filled shape.
    pub fn shape(&mut self, points: &[Point], class: &str) {
        let _ = writeln!(self.body, r#"<polygon points="{}" class="{class}"/>"#, joined(points));
    }

    /// A box; `title` shows when it is pointed at.
    pub fn rectangle(&mut self, (x, y): Point, (width, height): Point, class: &str, dashed: bool, title: &str) {
        let dashes = if dashed { r#" stroke-dasharray="5 3""# } else { "" };
        let title = Escaped(title);
        let _ = writeln!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"4\" \
             class=\"{class}\"{dashes}><title>{title}</title></rect>"
        );
    }

    /// A box filled with so much of the colour, from 0 to 1.
    pub fn tile(&mut self, (x, y): Point, (width, height): Point, opacity: f64) {
        let _ = writeln!(
            self.body,
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="3" class="dot" fill-opacity="{opacity:.3}"/>"#
        );
    }

    /// A dot.
    pub fn dot(&mut self, (x, y): Point, radius: f64, class: &str) {
        let _ = writeln!(self.body, r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" class="{class}"/>"#);
    }

    /// Draws in the colour of a group; the first has that of the text.
    pub fn coloured(&mut self, group: usize, draw: impl FnOnce(&mut Self)) {
        let _ = writeln!(self.body, r#"<g class="c{}">"#, group % COLOURS);
        draw(self);
        self.body.push_str("</g>\n");
    }

    /// A heading above all else; returns where it ends.
    pub fn heading(&mut self, left: f64, text: &str) -> f64 {
        self.text((left, 16.0), Anchor::Start, "strong", text);
        24.0
    }

    /// A key to lines, from `top` on; returns where it ends.
    pub fn key(&mut self, top: f64, left: f64, entries: &[Key<'_>]) -> f64 {
        let (mut x, mut y) = (left, top + 12.0);
        for entry in entries {
            let width = 36.0 + LETTER * entry.name.chars().count() as f64 + 14.0;
            if x > left && x + width > self.width {
                (x, y) = (left, y + 19.0);
            }
            let line = [(x, y - 4.0), (x + 30.0, y - 4.0)];
            self.coloured(entry.colour, |svg| svg.dashed(&line, entry.class, entry.dashes));
            self.text((x + 36.0, y), Anchor::Start, "", entry.name);
            x += width;
        }
        y + 10.0
    }

    /// The figure as part of a page that has the style.
    pub fn inline(&self) -> String {
        self.element("", "")
    }

    /// The figure as a file.
    pub fn file(&self) -> String {
        let paper = "@media (prefers-color-scheme: dark) { svg { background: #16181b; } }";
        self.element(" xmlns=\"http://www.w3.org/2000/svg\"", &format!("<style>\n{STYLE}{paper}\n</style>\n"))
    }

    fn element(&self, namespace: &str, style: &str) -> String {
        let (title, description) = (Escaped(&self.title), Escaped(&self.description));
        let (width, height) = (self.width, self.height);
        // Where there is more to see than fits on a phone, it is scrolled rather than shrunk.
        let (class, least) = match width > WIDTH {
            true => ("figure large", format!(" style=\"--width:{width:.0}px\"")),
            false => ("figure", String::new()),
        };
        format!(
            "<svg{namespace} class=\"{class}\" role=\"img\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\"{least}>\n<title>{title}</title>\n\
             <desc>{description}</desc>\n{style}{}</svg>\n",
            self.body
        )
    }
}

/// A rectangle of a figure in which numbers have places.
pub struct Plot {
    /// What its left and right edge stand for.
    pub x: (f64, f64),
    /// What its lower and upper edge stand for.
    pub y: (f64, f64),
    /// Its left, right, upper and lower edge in the figure.
    pub edges: (f64, f64, f64, f64),
}

impl Plot {
    /// Where a pair of numbers is in the figure.
    pub fn at(&self, x: f64, y: f64) -> Point {
        let (left, right, top, bottom) = self.edges;
        let share = |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low)).clamp(-1.0, 2.0);
        (left + share(x, self.x) * (right - left), bottom - share(y, self.y) * (bottom - top))
    }

    /// Draws axes with ticks, and names them.
    pub fn axes(&self, svg: &mut Svg, x_name: &str, y_name: &str, x_label: impl Fn(f64) -> String) {
        let (left, right, top, bottom) = self.edges;
        self.scales(svg, [AXIS_TICKS; 2], true, x_label);
        svg.text(((left + right) / 2.0, bottom + 35.0), Anchor::Middle, "faint", x_name);
        svg.upright((12.0, (top + bottom) / 2.0), Anchor::Middle, "faint", y_name);
        svg.reach(0.0, bottom + 42.0);
    }

    /// Draws axes with about so many ticks across and up, those up with their numbers if they are `numbered`.
    pub fn scales(&self, svg: &mut Svg, [across, up]: [usize; 2], numbered: bool, x_label: impl Fn(f64) -> String) {
        let (left, right, top, bottom) = self.edges;
        for tick in ticks(self.y, up) {
            let (_, y) = self.at(0.0, tick);
            svg.line(&[(left, y), (right, y)], "grid");
            if numbered {
                svg.text((left - 6.0, y + 4.0), Anchor::End, "small", &tick_label(tick, self.y));
            }
        }
        for tick in ticks(self.x, across) {
            let (x, _) = self.at(tick, 0.0);
            svg.line(&[(x, bottom), (x, bottom + 4.0)], "axis");
            svg.text((x, bottom + 17.0), Anchor::Middle, "small", &x_label(tick));
        }
        svg.line(&[(left, top), (left, bottom), (right, bottom)], "axis");
        svg.reach(0.0, bottom + 20.0);
    }
}

/// Round numbers within a range: about so many, but at least three.
pub fn ticks((low, high): (f64, f64), about: usize) -> Vec<f64> {
    const ROUND: [f64; 7] = [10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1];
    const FEWEST: usize = 3;
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return vec![low];
    }
    let rough = span / about as f64;
    let power = 10f64.powf(rough.log10().floor());
    let wanted = ROUND.iter().rposition(|round| round * power >= rough * 0.999).unwrap_or(0);
    let within = |round: &f64| -> Vec<f64> {
        let step = round * power;
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        (first..=last).map(|index| index as f64 * step).collect()
    };
    let found = ROUND[wanted..].iter().map(within).find(|ticks| ticks.len() >= FEWEST);
    found.unwrap_or_else(|| within(&ROUND[wanted]))
}

/// Room in px that the numbers of an upright axis with about so many ticks need beyond that for three characters.
pub fn room((low, high): (f64, f64), about: usize) -> f64 {
    let lengths = ticks((low, high), about).into_iter().map(|tick| tick_label(tick, (low, high)).chars().count());
    7.5 * lengths.max().unwrap_or(0).saturating_sub(3) as f64
}

/// Where an axis of scores ends: at the next fifth above all of them, at most at 1.
pub fn ceiling(scores: impl Iterator<Item = f64>) -> f64 {
    ((5.0 * scores.fold(0.0, f64::max)).ceil().max(1.0) / 5.0).min(1.0)
}

/// A tick with the digits that tell it from its neighbours.
pub fn tick_label(tick: f64, (low, high): (f64, f64)) -> String {
    let digits = (1.0 - (high - low).abs().max(1e-9).log10().floor()).clamp(0.0, 6.0) as usize;
    let text = format!("{tick:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".into() } else { text.replace('-', "−") }
}

fn joined(points: &[Point]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(ticks((0.0, 1.0), 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks((-30.0, 150.0), 5), [0.0, 50.0, 100.0, 150.0]);
        assert_eq!(ticks((2.0, 2.0), 5), [2.0]);
        assert_eq!(ticks((0.0, f64::INFINITY), 5), [0.0]);
        assert_eq!([(0.0, 1.0), (0.0, 0.15), (0.0, 0.002)].map(|y| room(y, 4)), [0.0, 7.5, 22.5]);
        let labels: Vec<String> = ticks((-0.2, 0.4), 3).into_iter().map(|tick| tick_label(tick, (-0.2, 0.4))).collect();
        assert_eq!(labels, ["−0.2", "0", "0.2", "0.4"]);
        // A step of 0.5 would leave two.
        assert_eq!(ticks((0.0, 0.8), 2), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8]);
    }

    proptest! {
        #[test]
        fn every_axis_has_three_ticks_or_more_that_are_told_apart(
            low in -1e6f64..1e6, span in -3f64..7.0, about in 2usize..8
        ) {
            let range = (low, low + 10f64.powf(span));
            let found = ticks(range, about);
            prop_assert!(found.len() >= 3 && found.len() <= 12 * about, "{found:?}");
            let room = 1e-6 * (range.1 - range.0);
            prop_assert!(found.iter().all(|tick| (range.0 - room..=range.1 + room).contains(tick)), "{found:?}");
            let labels: Vec<String> = found.iter().map(|&tick| tick_label(tick, range)).collect();
            prop_assert!(labels.windows(2).all(|pair| pair[0] != pair[1]), "{labels:?}");
        }
    }

    #[test]
    fn a_plot_puts_its_corners_on_its_edges() {
        let plot = Plot { x: (-10.0, 10.0), y: (0.0, 1.0), edges: (40.0, 440.0, 10.0, 210.0) };
        assert_eq!(plot.at(-10.0, 0.0), (40.0, 210.0));
        assert_eq!(plot.at(10.0, 1.0), (440.0, 10.0));
        assert_eq!(plot.at(0.0, 0.25), (240.0, 160.0));
    }

    #[test]
    fn names_in_figures_are_escaped() {
        let mut svg = Svg::new("<script>", "\"&");
        svg.text((0.0, 0.0), Anchor::Start, "", "</text><script>");
        let text = svg.file();
        assert!(
            !text.contains("<script>") && text.contains("&lt;script&gt;") && text.contains("&quot;&amp;"),
            "{text}"
        );
    }
}
