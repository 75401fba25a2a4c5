//! Figures written down as SVG: they follow the reader's light or dark theme by `currentColor` and classes, have a title
//! and a description for those who cannot see them, and are narrow enough for a phone.

use crate::figure::text::Escaped;
use std::fmt::Write;

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

    /// A key to the lines of groups (a single one has no dashes), from `top` on; returns where it ends.
    pub fn key<'a>(&mut self, top: f64, left: f64, groups: impl Iterator<Item = (usize, &'a str)>) -> f64 {
        let (mut x, mut y) = (left, top + 12.0);
        let groups: Vec<(usize, &str)> = groups.collect();
        for &(group, name) in &groups {
            let width = 36.0 + LETTER * name.chars().count() as f64 + 14.0;
            if x > left && x + width > self.width {
                (x, y) = (left, y + 19.0);
            }
            let dashes = if groups.len() > 1 { group } else { 0 };
            self.coloured(group, |svg| svg.dashed(&[(x, y - 4.0), (x + 30.0, y - 4.0)], "line", dashes));
            self.text((x + 36.0, y), Anchor::Start, "", name);
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
        let least = if width > WIDTH { format!(" style=\"min-width:{width:.0}px\"") } else { String::new() };
        format!(
            "<svg{namespace} class=\"figure\" role=\"img\" viewBox=\"0 0 {width:.0} {height:.0}\" \
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
        for tick in ticks(self.y, 5) {
            let (_, y) = self.at(0.0, tick);
            svg.line(&[(left, y), (right, y)], "grid");
            svg.text((left - 6.0, y + 4.0), Anchor::End, "small", &tick_label(tick, self.y));
        }
        for tick in ticks(self.x, 5) {
            let (x, _) = self.at(tick, 0.0);
            svg.line(&[(x, bottom), (x, bottom + 4.0)], "axis");
            svg.text((x, bottom + 17.0), Anchor::Middle, "small", &x_label(tick));
        }
        svg.line(&[(left, top), (left, bottom), (right, bottom)], "axis");
        svg.text(((left + right) / 2.0, bottom + 35.0), Anchor::Middle, "faint", x_name);
        svg.upright((12.0, (top + bottom) / 2.0), Anchor::Middle, "faint", y_name);
        svg.reach(0.0, bottom + 42.0);
    }
}

/// Round numbers within a range, about so many.
pub fn ticks((low, high): (f64, f64), about: usize) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return vec![low];
    }
    let rough = span / about as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|round| round * power).into_iter().find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|index| index as f64 * step).collect()
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

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(ticks((0.0, 1.0), 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks((-30.0, 150.0), 5), [0.0, 50.0, 100.0, 150.0]);
        assert_eq!(ticks((2.0, 2.0), 5), [2.0]);
        assert_eq!(ticks((0.0, f64::INFINITY), 5), [0.0]);
        let labels: Vec<String> = ticks((-0.2, 0.4), 3).into_iter().map(|tick| tick_label(tick, (-0.2, 0.4))).collect();
        assert_eq!(labels, ["−0.2", "0", "0.2", "0.4"]);
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
