//! What groups did, side by side: learning curves, performance profiles, signals, courses. A few groups are in one plot; of more each
//! has a plot of its own, in which the group that they are compared with is drawn as well, and all others are faint.

use crate::figure::curves::{Course, Frame, LEFT, Line, MANY, Series, Stretch, numbered, reach, sentences};
use crate::figure::svg::{Anchor, Key, Plot, Point, Svg, WIDTH, ceiling, room};
use crate::figure::text::{number, shortened};
use crate::stats::comparison::Share;

/// Groups whose bands can still be told apart in one plot: of learning curves, which lie close to one another, and of courses.
const TOGETHER: usize = 2;
const COURSES_TOGETHER: usize = 3;
/// Plots beside one another, and where the first begins and the last ends.
const COLUMNS: usize = 2;
const EDGES: (f64, f64) = (46.0, WIDTH - 20.0);
/// About how many ticks their upright axes have.
const UP: usize = 4;
/// Room between plots, across and down, and how tall one is.
const GAP: (f64, f64) = (34.0, 46.0);
const TALL: f64 = 118.0;
/// Letters of a name that fit above a plot.
const NAME: usize = 24;
/// Steps of the score along a performance profile.
const PROFILE_STEPS: usize = 50;

/// Score over env steps: the interquartile mean over a group's subjects with its 95 % interval. A thin line marks the
/// criterion, if there is one.
pub fn learning(title: &str, series: &[Series], reference: Option<&str>, criterion: Option<f64>) -> Svg {
    let lines: Vec<Line> = series.iter().map(Series::line).collect();
    let description = format!(
        "Score over env steps, one line per group, with 95 % bands. {}",
        sentences(&lines, |(_, [_, middle, _])| format!("{middle:.2}"))
    );
    let tops = lines.iter().flat_map(|line| &line.points).map(|(_, values)| values[2]);
    let most = ceiling(tops.chain(criterion.map(|criterion| criterion + 0.02)));
    let groups = Groups {
        rule: criterion.map(Rule::Level),
        ruled: criterion.map(|criterion| format!("criterion {criterion}")),
        ..Groups::new(&lines, reference, (0.0, most), ["env steps", "score"])
    };
    groups.draw(Svg::new(title, &description))
}

/// Share of a group's subjects whose score is at least τ, over τ, with its pointwise 95 % interval (performance profiles:
/// Agarwal et al. 2021).
pub fn profile(title: &str, groups: &[(String, usize, Vec<f64>)], reference: Option<&str>) -> Svg {
    let line = |(name, colour, scores): &(String, usize, Vec<f64>)| {
        let point = |index: usize| {
            let least = index as f64 / PROFILE_STEPS as f64;
            let passed: Vec<f64> = scores.iter().map(|&score| f64::from(score >= least)).collect();
            let share = Share::of(&passed)?.estimate();
            let (low, high) = share.interval().unwrap_or((share.value, share.value));
            Some((least, [low, share.value, high]))
        };
        Line { name: name.clone(), colour: *colour, points: (0..=PROFILE_STEPS).filter_map(point).collect() }
    };
    let lines: Vec<Line> = groups.iter().map(line).collect();
    let names = ["score τ", "share of subjects"];
    let svg = Svg::new(title, "Share of subjects with at least that score, over the score, one line per group.");
    Groups::new(&lines, reference, (0.0, 1.0), names).draw(svg)
}

/// A signal over env steps, 0 being the start of the test.
pub fn signal(title: &str, lines: &[Line], name: &str, reference: Option<&str>) -> Svg {
    let all = || lines.iter().flat_map(|line| &line.points).flat_map(|(_, values)| values);
    let (low, high) = all().fold((0f64, 0f64), |(low, high), &value| (low.min(value), high.max(value)));
    let high = if high > low { high + 0.05 * (high - low) } else { low + 1.0 };
    let description = format!("{name} over env steps, one line per group; 0 is the start of the test.");
    let names = ["env steps from the start of the test", name];
    let begins = reach(lines).0 < 0.0;
    let groups = Groups {
        rule: begins.then_some(Rule::Place(0.0)),
        ruled: begins.then(|| "start of the test".into()),
        ..Groups::new(lines, reference, (low, high), names)
    };
    groups.draw(Svg::new(title, &description))
}

/// A measure over what it depends on: for each group the mean over its subjects with its 95 % interval. A stretch is shaded.
pub fn courses(title: &str, names: [&str; 2], groups: &[Course], stretch: Option<Stretch<'_>>) -> Svg {
    let lines: Vec<Line> = groups.iter().enumerate().map(|(index, group)| group.line(index)).collect();
    let all = lines.iter().flat_map(|line| &line.points).flat_map(|(_, values)| values);
    let (low, high) = all.fold((f64::MAX, f64::MIN), |(low, high), &value| (low.min(value), high.max(value)));
    let (low, high) = if low < high { (low, high) } else { (0.0, 1.0) };
    let margin = 0.05 * (high - low);
    let [x, y] = names;
    let description = format!(
        "{y} over {x}, one line per group, with 95 % bands. {}",
        sentences(&lines, |(_, [_, middle, _])| number(*middle))
    );
    let mut svg = Svg::new(title, &description);
    let groups = Groups {
        top: svg.heading(LEFT, title),
        rule: (low < 0.0 && high > 0.0).then_some(Rule::Level(0.0)),
        stretch,
        together: COURSES_TOGETHER,
        ..Groups::new(&lines, None, (low - margin, high + margin), names)
    };
    groups.draw(svg)
}

/// A thin line through a plot.
#[derive(Clone, Copy)]
enum Rule {
    /// At a height.
    Level(f64),
    /// At a place of the horizontal axis.
    Place(f64),
}

impl Rule {
    fn draw(self, svg: &mut Svg, plot: &Plot) {
        let ends = match self {
            Self::Level(y) => [(plot.x.0, y), (plot.x.1, y)],
            Self::Place(x) => [(x, plot.y.0), (x, plot.y.1)],
        };
        svg.line(&ends.map(|(x, y)| plot.at(x, y)), "null");
    }
}

/// Groups on the same scales.
struct Groups<'a> {
    lines: &'a [Line],
    /// The group that they are compared with.
    reference: Option<&'a str>,
    y: (f64, f64),
    /// Names of the two axes.
    names: [&'a str; 2],
    /// Where the key begins.
    top: f64,
    /// A thin line, and what it stands for where the key says so.
    rule: Option<Rule>,
    ruled: Option<String>,
    stretch: Option<Stretch<'a>>,
    /// Groups whose bands can still be told apart in one plot.
    together: usize,
}

impl<'a> Groups<'a> {
    fn new(lines: &'a [Line], reference: Option<&'a str>, y: (f64, f64), names: [&'a str; 2]) -> Self {
        Self { lines, reference, y, names, top: 4.0, rule: None, ruled: None, stretch: None, together: TOGETHER }
    }

    fn draw(&self, mut svg: Svg) -> Svg {
        let marks: Vec<Key<'_>> = self.ruled.iter().map(|name| Key::plain(name)).collect();
        if self.lines.len() > self.together {
            self.apart(&mut svg, &marks);
        } else {
            let stretches = self.stretch.as_slice();
            let frame = Frame { top: self.top, y: self.y, names: self.names, marks: &marks, stretches };
            let plot = frame.draw(&mut svg, self.lines);
            self.mark(&mut svg, &plot);
        }
        svg
    }

    fn mark(&self, svg: &mut Svg, plot: &Plot) {
        if let Some(rule) = self.rule {
            rule.draw(svg, plot);
        }
    }

    /// Each in a plot of its own.
    fn apart(&self, svg: &mut Svg, marks: &[Key<'_>]) {
        let reference = self.lines.iter().position(|line| self.reference == Some(line.name.as_str()));
        let common = reference.map(|index| &self.lines[index]);
        let common = common.map(|line| Key { name: &line.name, class: "line", colour: line.colour, dashes: 0 });
        let others = Key { class: "subject", ..Key::plain("other groups") };
        let shaded = self.stretch.map(|stretch| stretch.key());
        let marks = marks.iter().copied().chain(shaded);
        let entries: Vec<Key<'_>> = common.into_iter().chain([others]).chain(marks).collect();
        let top = svg.key(self.top, EDGES.0, &entries) + 16.0;
        let first = EDGES.0 + room(self.y, UP);
        let wide = (EDGES.1 - first - GAP.0 * (COLUMNS - 1) as f64) / COLUMNS as f64;
        let x = reach(self.lines);
        let own = (0..self.lines.len()).filter(|&index| Some(index) != reference);
        let mut bottom = top;
        for (place, index) in own.enumerate() {
            let left = first + (wide + GAP.0) * (place % COLUMNS) as f64;
            let upper = top + (TALL + GAP.1) * (place / COLUMNS) as f64;
            bottom = upper + TALL;
            let plot = Plot { x, y: self.y, edges: (left, left + wide, upper, bottom) };
            plot.scales(svg, [3, UP], place % COLUMNS == 0, numbered(x));
            if let Some(stretch) = self.stretch {
                stretch.draw(svg, &plot);
            }
            self.one(svg, &plot, index, reference);
            let Line { name, colour, .. } = &self.lines[index];
            let name = shortened(name, NAME);
            svg.coloured(*colour, |svg| svg.text((left, upper - 7.0), Anchor::Start, "strong", &name));
        }
        let [x_name, y_name] = self.names;
        svg.text(((first + EDGES.1) / 2.0, bottom + 35.0), Anchor::Middle, "faint", x_name);
        svg.upright((12.0, (top + bottom) / 2.0), Anchor::Middle, "faint", y_name);
        svg.reach(0.0, bottom + 42.0);
    }

    /// The plot of one group: all others faint, and the one that they are compared with.
    fn one(&self, svg: &mut Svg, plot: &Plot, own: usize, reference: Option<usize>) {
        let trace = |line: &Line, which: usize| -> Vec<Point> {
            line.points.iter().map(|(x, values)| plot.at(*x, values[which])).collect()
        };
        let faint = (0..self.lines.len()).filter(|&index| index != own && Some(index) != reference);
        for line in faint.map(|index| &self.lines[index]) {
            svg.line(&trace(line, 1), "subject");
        }
        let shown = reference.into_iter().chain([own]).map(|index| &self.lines[index]);
        for line in shown.clone() {
            let back = trace(line, 0).into_iter().rev();
            let band: Vec<Point> = trace(line, 2).into_iter().chain(back).collect();
            svg.coloured(line.colour, |svg| svg.shape(&band, "band"));
        }
        self.mark(svg, plot);
        for line in shown {
            svg.coloured(line.colour, |svg| match &trace(line, 1)[..] {
                [only] => svg.dot(*only, 3.5, "dot"),
                points => svg.line(points, if points.len() > MANY { "thin" } else { "line" }),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::curves::{HEIGHT, RIGHT};
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
    fn groups_of_nothing_do_not_panic() {
        learning("", &[], None, None).file();
        for count in 1..5 {
            let none = |colour| Series { name: "none".into(), colour, curves: Vec::new() };
            learning("", &(0..count).map(none).collect::<Vec<_>>(), Some("none"), Some(0.5)).file();
            let line = |colour| Line { name: "none".into(), colour, points: Vec::new() };
            signal("", &(0..count).map(line).collect::<Vec<_>>(), "dopamine", Some("none")).file();
            let nobody = |colour| ("none".into(), colour, Vec::new());
            profile("", &(0..count).map(nobody).collect::<Vec<_>>(), None).file();
        }
        signal("", &[], "dopamine", None).file();
        profile("", &[], None).file();
        courses("", ["", ""], &[], Some(Stretch { name: "", ends: [3.0, f64::INFINITY] })).file();
    }

    #[test]
    fn all_subjects_score_at_least_nothing_and_few_score_everything() {
        let text = profile("", &[("one".into(), 0, vec![0.2, 0.6, 1.0, 0.8])], None).inline();
        let line = text.lines().rfind(|line| line.contains("class=\"line\"")).unwrap();
        let heights: Vec<f64> = line
            .split('"')
            .nth(1)
            .unwrap()
            .split(' ')
            .map(|point| point.split_once(',').unwrap().1.parse().unwrap())
            .collect();
        assert!(heights.is_sorted(), "a profile never rises: {heights:?}");
        let (top, bottom) = (heights[0], heights[0] + HEIGHT);
        // At τ = 0.5 three of four pass, at 1 one of four.
        assert!(
            (heights[25] - (bottom - 0.75 * HEIGHT)).abs() < 0.1
                && (heights[50] - (bottom - 0.25 * HEIGHT)).abs() < 0.1
        );
        assert!(top < bottom);
    }

    #[test]
    fn a_stretch_is_shaded_where_it_is_and_named_in_the_key() {
        let at: Vec<f64> = (1..=100).map(f64::from).collect();
        let group = Course { name: "one".into(), subjects: vec![at.clone(), at.clone()], at };
        let stretch = Stretch { name: "in the field", ends: [25.0, 500.0] };
        let text = courses("", ["trial", "error"], &[group], Some(stretch)).inline();
        let shaded = text.lines().find(|line| line.contains("class=\"shaded\"")).unwrap();
        let corner: f64 = shaded.split(['"', ',']).nth(1).unwrap().parse().unwrap();
        // A quarter of the axis, which begins at 0; what is beyond it is cut off.
        assert!((corner - (LEFT + 0.25 * (RIGHT - LEFT))).abs() < 0.1, "{shaded}");
        assert!(shaded.contains(&format!(" {RIGHT:.1},")) && text.contains(">in the field<"), "{text}");
        // Where each group has a plot of its own, it is shaded in all of them.
        let groups = [0, 1, 2, 3].map(|_| Course { name: "one".into(), at: vec![1.0, 100.0], subjects: Vec::new() });
        let text = courses("", ["trial", "error"], &groups, Some(stretch)).inline();
        assert_eq!((text.matches("class=\"shaded\"").count(), text.matches(">in the field<").count()), (4, 1));
    }
}
