//! Learning curves of groups: one or two in one plot, more of them in a plot each, in which all others are faint.

use crate::figure::curves::{Frame, Line, Series, reach, sentences};
use crate::figure::svg::{Anchor, Key, Plot, Point, Svg, WIDTH, ceiling};
use crate::figure::text::{shortened, steps};

/// Groups whose bands can still be told apart in one plot.
const TOGETHER: usize = 2;
/// Plots beside one another, and where the first begins and the last ends.
const COLUMNS: usize = 2;
const EDGES: (f64, f64) = (46.0, WIDTH - 20.0);
/// Room between plots, across and down, and the height of one.
const GAP: (f64, f64) = (24.0, 46.0);
const HEIGHT: f64 = 118.0;
/// Letters of a name that fit above a plot.
const NAME: usize = 24;
const AXES: [&str; 2] = ["env steps", "score"];

/// Score over env steps: the interquartile mean over a group's subjects with its 95% interval. A thin line marks the
/// criterion, if there is one. Of more than two groups each has a plot of its own, and the one that they are compared with, if
/// it is named, is in all of them.
pub fn learning(title: &str, series: &[Series], reference: Option<&str>, criterion: Option<f64>) -> Svg {
    let lines: Vec<Line> = series.iter().map(Series::line).collect();
    let description = format!(
        "Score over env steps, one line per group, with 95% bands. {}",
        sentences(&lines, |(_, [_, middle, _])| format!("{middle:.2}"))
    );
    let mut svg = Svg::new(title, &description);
    let tops = lines.iter().flat_map(|line| &line.points).map(|(_, values)| values[2]);
    let most = ceiling(tops.chain(criterion.map(|criterion| criterion + 0.02)));
    let named = criterion.map(|criterion| format!("criterion {criterion}"));
    let mark: Vec<Key<'_>> = named.iter().map(|name| Key::plain(name)).collect();
    if lines.len() <= TOGETHER {
        let plot = Frame { top: 4.0, y: (0.0, most), names: AXES, marks: &mark, stretch: None }.draw(&mut svg, &lines);
        level(&mut svg, &plot, criterion);
    } else {
        let reference = lines.iter().position(|line| reference == Some(line.name.as_str()));
        let plots = Plots { lines: &lines, reference, criterion, x: reach(&lines), y: (0.0, most) };
        plots.draw(&mut svg, &mark);
    }
    svg
}

/// Marks the criterion.
fn level(svg: &mut Svg, plot: &Plot, criterion: Option<f64>) {
    if let Some(criterion) = criterion {
        svg.line(&[plot.at(plot.x.0, criterion), plot.at(plot.x.1, criterion)], "null");
    }
}

/// Plots of groups on the same scales.
struct Plots<'a> {
    lines: &'a [Line],
    /// Which line is in all of them.
    reference: Option<usize>,
    criterion: Option<f64>,
    x: (f64, f64),
    y: (f64, f64),
}

impl Plots<'_> {
    fn draw(&self, svg: &mut Svg, marks: &[Key<'_>]) {
        let common = self.reference.map(|index| &self.lines[index]);
        let common = common.map(|line| Key { name: &line.name, class: "line", colour: line.colour, dashes: 0 });
        let others = Key { class: "subject", ..Key::plain("other groups") };
        let entries: Vec<Key<'_>> = common.into_iter().chain([others]).chain(marks.iter().copied()).collect();
        let top = svg.key(4.0, EDGES.0, &entries) + 16.0;
        let wide = (EDGES.1 - EDGES.0 - GAP.0 * (COLUMNS - 1) as f64) / COLUMNS as f64;
        let own: Vec<usize> = (0..self.lines.len()).filter(|&index| Some(index) != self.reference).collect();
        let mut bottom = top;
        for (place, &index) in own.iter().enumerate() {
            let left = EDGES.0 + (wide + GAP.0) * (place % COLUMNS) as f64;
            let upper = top + (HEIGHT + GAP.1) * (place / COLUMNS) as f64;
            bottom = upper + HEIGHT;
            let plot = Plot { x: self.x, y: self.y, edges: (left, left + wide, upper, bottom) };
            plot.scales(svg, [3, 4], place % COLUMNS == 0, steps);
            self.one(svg, &plot, index);
            let Line { name, colour, .. } = &self.lines[index];
            svg.coloured(*colour, |svg| svg.text((left, upper - 7.0), Anchor::Start, "strong", &shortened(name, NAME)));
        }
        let [x_name, y_name] = AXES;
        svg.text(((EDGES.0 + EDGES.1) / 2.0, bottom + 35.0), Anchor::Middle, "faint", x_name);
        svg.upright((12.0, (top + bottom) / 2.0), Anchor::Middle, "faint", y_name);
        svg.reach(0.0, bottom + 42.0);
    }

    /// The plot of one group: the others faint, the one in all plots, and its own.
    fn one(&self, svg: &mut Svg, plot: &Plot, own: usize) {
        let trace = |line: &Line, which: usize| -> Vec<Point> {
            line.points.iter().map(|(x, values)| plot.at(*x, values[which])).collect()
        };
        let faint = (0..self.lines.len()).filter(|&index| index != own && Some(index) != self.reference);
        for line in faint.map(|index| &self.lines[index]) {
            svg.line(&trace(line, 1), "subject");
        }
        let shown = self.reference.into_iter().chain([own]).map(|index| &self.lines[index]);
        for line in shown.clone() {
            let back = trace(line, 0).into_iter().rev();
            let band: Vec<Point> = trace(line, 2).into_iter().chain(back).collect();
            svg.coloured(line.colour, |svg| svg.shape(&band, "band"));
        }
        level(svg, plot, self.criterion);
        for line in shown {
            svg.coloured(line.colour, |svg| match &trace(line, 1)[..] {
                [only] => svg.dot(*only, 3.5, "dot"),
                points => svg.line(points, "line"),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Curve;

    fn group(name: &str, colour: usize, scores: &[f64]) -> Series {
        let points = scores.iter().enumerate().map(|(index, &score)| (index as u64 * 100, score)).collect();
        let curve = Curve::new(points);
        Series { name: name.into(), colour, curves: vec![curve.clone(), curve] }
    }

    #[test]
    fn a_learning_curve_tells_its_ends_to_those_who_cannot_see_it() {
        let text = learning("A & B", &[group("one", 1, &[0.1, 0.5, 0.9])], None, Some(0.5)).inline();
        assert!(text.contains("<title>A &amp; B</title>") && text.contains("one: from 0.10 to 0.90."), "{text}");
    }

    #[test]
    fn of_many_groups_each_has_a_plot_with_two_bands_at_most_and_the_criterion() {
        let groups: Vec<Series> = (0..5).map(|index| group(&format!("group {index}"), index, &[0.1, 0.5])).collect();
        let count = |text: &str, class: &str| text.matches(&format!("class=\"{class}\"")).count();
        for (reference, plots, bands) in [(Some("group 2"), 4, 2), (None, 5, 1), (Some("nobody"), 5, 1)] {
            let text = learning("", &groups, reference, Some(0.4)).inline();
            assert_eq!(count(&text, "band"), plots * bands, "{reference:?}");
            // One more in the key.
            assert_eq!(count(&text, "null"), plots + 1, "{reference:?}");
            assert_eq!(count(&text, "strong"), plots, "{reference:?}");
            assert_eq!(count(&text, "subject"), plots * (groups.len() - bands) + 1, "{reference:?}");
        }
        // Two can be told apart in one plot.
        let text = learning("", &groups[..2], None, Some(0.4)).inline();
        assert!(count(&text, "band") == 2 && count(&text, "null") == 2 && text.contains(">criterion 0.4<"), "{text}");
    }

    #[test]
    fn learning_curves_of_nothing_do_not_panic() {
        learning("", &[], None, None).file();
        for count in 1..5 {
            let none = |colour| Series { name: "none".into(), colour, curves: Vec::new() };
            learning("", &(0..count).map(none).collect::<Vec<_>>(), Some("none"), Some(0.5)).file();
        }
    }
}
