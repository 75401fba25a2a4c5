//! Lines with bands: what they are made of, how they are drawn in one plot, and the figure of practice.

use crate::figure::svg::{AXIS_TICKS, Key, Plot, Point, Svg, WIDTH, room, tick_label};
use crate::figure::text;
use crate::stats::{Curve, interquartile_estimate, mean_estimate};

/// Lines of more points than this are thin.
pub(super) const MANY: usize = 60;
pub(super) const LEFT: f64 = 52.0;
/// Leaves room for half of the last number below the axis.
pub(super) const RIGHT: f64 = WIDTH - 24.0;
pub(super) const HEIGHT: f64 = 230.0;

/// Learning curves of a group of subjects.
pub struct Series {
    /// The group's name.
    pub name: String,
    /// Which colour and dashes it has.
    pub colour: usize,
    /// One curve per subject, evaluated at the same steps.
    pub curves: Vec<Curve>,
}

impl Series {
    /// The interquartile mean over the subjects, with its 95 % interval; a single subject has no band.
    pub(super) fn line(&self) -> Line {
        let shared = self.curves.iter().map(|curve| curve.points().len()).min().unwrap_or(0);
        let point = |index: usize| {
            let scores: Vec<f64> = self.curves.iter().map(|curve| curve.points()[index].1).collect();
            let score = interquartile_estimate(&scores)?.within(0.0, 1.0);
            let (low, high) = score.interval().unwrap_or((score.value, score.value));
            Some((self.curves[0].points()[index].0 as f64, [low, score.value, high]))
        };
        Line { name: self.name.clone(), colour: self.colour, points: (0..shared).filter_map(point).collect() }
    }
}

/// A line with a band: x, and its lower end, middle and upper end there.
pub struct Line {
    /// Its name.
    pub name: String,
    /// Which colour and dashes it has.
    pub colour: usize,
    /// From left to right.
    pub points: Vec<(f64, [f64; 3])>,
}

/// Score over the practice of one group: a thin line for each subject, and their interquartile mean with its 95 % interval.
/// Stretches are shaded.
pub fn practice(title: &str, curves: &[Curve], stretches: &[Stretch<'_>]) -> Svg {
    let series =
        Series { name: format!("interquartile mean of {} subjects", curves.len()), colour: 1, curves: curves.to_vec() };
    let line = series.line();
    let description = format!(
        "Score over env steps of practice. {}",
        sentences(std::slice::from_ref(&line), |(_, [_, middle, _])| format!("{middle:.2}"))
    );
    let mut svg = Svg::new(title, &description);
    let top = svg.heading(LEFT, title);
    let names = ["practice (env steps)", "score, learning disabled"];
    let frame = Frame { top, y: (0.0, 1.0), names, marks: &[], stretches };
    let plot = frame.draw(&mut svg, std::slice::from_ref(&line));
    svg.coloured(line.colour, |svg| {
        for curve in curves {
            let points: Vec<Point> =
                curve.points().iter().map(|&(steps, score)| plot.at(steps as f64, score)).collect();
            svg.line(&points, "subject");
        }
    });
    svg
}

/// Courses of a measure in a group of subjects.
pub struct Course {
    /// The group's name.
    pub name: String,
    /// Where the values were taken.
    pub at: Vec<f64>,
    /// The values of each subject there.
    pub subjects: Vec<Vec<f64>>,
}

impl Course {
    /// The mean over the subjects, with its 95 % interval; a single subject has no band.
    pub(super) fn line(&self, colour: usize) -> Line {
        let point = |(index, &at): (usize, &f64)| {
            let values: Vec<f64> = self.subjects.iter().filter_map(|subject| subject.get(index)).copied().collect();
            let found = mean_estimate(&values)?;
            let (low, high) = found.interval().unwrap_or((found.value, found.value));
            Some((at, [low, found.value, high]))
        };
        Line { name: self.name.clone(), colour, points: self.at.iter().enumerate().filter_map(point).collect() }
    }
}

/// A stretch of the horizontal axis in which something is different, such as trials in a force field.
#[derive(Clone, Copy)]
pub struct Stretch<'a> {
    /// What is different.
    pub name: &'a str,
    /// Where it begins and ends.
    pub ends: [f64; 2],
}

impl<'a> Stretch<'a> {
    pub(super) fn draw(&self, svg: &mut Svg, plot: &Plot) {
        let [(left, upper), (right, lower)] = [(self.ends[0], plot.y.1), (self.ends[1], plot.y.0)]
            .map(|(end, height)| plot.at(end.clamp(plot.x.0, plot.x.1), height));
        svg.shape(&[(left, upper), (right, upper), (right, lower), (left, lower)], "shaded");
    }

    pub(super) fn key(&self) -> Key<'a> {
        Key { class: "shade", ..Key::plain(self.name) }
    }
}

/// What lines reach over, from 0 if they begin later.
pub(super) fn reach(lines: &[Line]) -> (f64, f64) {
    let ends = lines.iter().flat_map(|line| &line.points).map(|(x, _)| *x);
    let (first, last) = ends.fold((0f64, f64::MIN), |(first, last), x| (first.min(x), last.max(x)));
    (first, if last > first { last } else { first + 1.0 })
}

/// How numbers on such a horizontal axis are written: as env steps, unless it is a short one.
pub(super) fn numbered(x: (f64, f64)) -> impl Fn(f64) -> String {
    move |tick| if x.1 - x.0 <= 10.0 { tick_label(tick, x) } else { text::steps(tick) }
}

/// Where lines are drawn.
pub(super) struct Frame<'a> {
    /// Where the key to the lines begins.
    pub top: f64,
    /// What the lower and the upper edge stand for.
    pub y: (f64, f64),
    /// Names of the two axes.
    pub names: [&'a str; 2],
    /// Entries of the key after the lines.
    pub marks: &'a [Key<'a>],
    /// What is shaded; all of one name.
    pub stretches: &'a [Stretch<'a>],
}

impl Frame<'_> {
    pub(super) fn draw(&self, svg: &mut Svg, lines: &[Line]) -> Plot {
        let Self { y, names: [x_name, y_name], .. } = *self;
        // One line needs no dashes.
        let dashes = |line: &Line| if lines.len() > 1 { line.colour } else { 0 };
        let own =
            lines.iter().map(|line| Key { name: &line.name, class: "line", colour: line.colour, dashes: dashes(line) });
        let shaded = self.stretches.first().map(Stretch::key);
        let entries: Vec<Key<'_>> = own.chain(self.marks.iter().copied()).chain(shaded).collect();
        let top = svg.key(self.top, LEFT, &entries) + 6.0;
        let x = reach(lines);
        let plot = Plot { x, y, edges: (LEFT + room(y, AXIS_TICKS), RIGHT, top, top + HEIGHT) };
        plot.axes(svg, x_name, y_name, numbered(x));
        self.stretches.iter().for_each(|stretch| stretch.draw(svg, &plot));
        let trace = |line: &Line, which: usize| -> Vec<Point> {
            line.points.iter().map(|(x, values)| plot.at(*x, values[which])).collect()
        };
        for line in lines {
            svg.coloured(line.colour, |svg| {
                let back = trace(line, 0).into_iter().rev();
                svg.shape(&trace(line, 2).into_iter().chain(back).collect::<Vec<_>>(), "band");
            });
        }
        for line in lines {
            svg.coloured(line.colour, |svg| match &trace(line, 1)[..] {
                [only] => svg.dot(*only, 4.0, "dot"),
                // A thick one hides what changes from trial to trial.
                points => svg.dashed(points, if points.len() > MANY { "thin" } else { "line" }, dashes(line)),
            });
        }
        plot
    }
}

/// Where each line begins and ends, in words.
pub(super) fn sentences(lines: &[Line], say: impl Fn(&(f64, [f64; 3])) -> String) -> String {
    let one = |line: &Line| {
        let (first, last) = (line.points.first()?, line.points.last()?);
        Some(format!("{}: from {} to {}.", line.name, say(first), say(last)))
    };
    lines.iter().filter_map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_nothing_do_not_panic() {
        practice("", &[], &[]).file();
    }

    #[test]
    fn stretches_are_shaded_where_they_are_and_named_once() {
        let curve = Curve::new(vec![(0, 0.1), (100, 0.5)]);
        let stretches = [[10.0, 20.0], [40.0, 100.0]].map(|ends| Stretch { name: "in the field", ends });
        let text = practice("", &[curve], &stretches).inline();
        let count = |part: &str| text.matches(part).count();
        assert_eq!((count("class=\"shaded\""), count(">in the field<")), (2, 1), "{text}");
    }
}
