//! Figures of effects: a forest of measures with their intervals, and subjects beside their twins.

use crate::figure::svg::{Anchor, Plot, Svg, WIDTH, ceiling, tick_label, ticks};
use crate::figure::text::{Quantity, shortened, steps, with_interval};
use crate::report::definitions::{self, Theme};
use crate::transfer::measures::Measure;
use crate::transfer::summary::Summary;

const ROW: f64 = 19.0;

/// How wide a forest is.
#[derive(Clone, Copy, PartialEq)]
pub enum Breadth {
    /// As wide as a phone.
    Narrow,
    /// As wide as the text of a page, with the numbers beside the intervals.
    Page,
}

impl Breadth {
    fn width(self) -> f64 {
        match self {
            Self::Narrow => WIDTH,
            Self::Page => 640.0,
        }
    }

    /// Where intervals begin and end.
    fn plot(self) -> (f64, f64) {
        match self {
            Self::Narrow => (152.0, WIDTH - 12.0),
            Self::Page => (190.0, 455.0),
        }
    }

    /// Letters of a name that fit beside them.
    fn name(self) -> usize {
        match self {
            Self::Narrow => 23,
            Self::Page => 28,
        }
    }
}

/// One panel per measure on its own scale, one row per comparison: value and 95 % interval about the value that means no
/// effect. `colour` gives the colour of a group.
pub fn forest(title: &str, theme: Theme, summary: &Summary, breadth: Breadth, colour: impl Fn(&str) -> usize) -> Svg {
    let mut svg =
        Svg::new(title, "Measures of transfer with their 95 % intervals, by group. The numbers are in the table.");
    let mut y = 4.0;
    for definition in definitions::ALL.iter().filter(|definition| definition.figure == Some(theme)) {
        let rows: Vec<_> = summary.of(definition.measure).filter(|(_, measure)| measure.value.is_some()).collect();
        if !rows.is_empty() {
            y = panel(&mut svg, y, breadth, definition, &rows, &colour) + 14.0;
        }
    }
    svg.reach(breadth.width(), y);
    svg
}

fn panel(
    svg: &mut Svg,
    top: f64,
    breadth: Breadth,
    definition: &definitions::Definition,
    rows: &[(String, &Measure)],
    colour: impl Fn(&str) -> usize,
) -> f64 {
    let ends = rows.iter().flat_map(|(_, measure)| [measure.value, measure.low, measure.high]).flatten();
    let (low, high) = ends.fold((definition.null, definition.null), |(low, high), end| (low.min(end), high.max(end)));
    let room = if high > low { 0.06 * (high - low) } else { 1.0 };
    let y = top + 14.0;
    let (left, right) = breadth.plot();
    let edge = breadth.width() - 12.0;
    let quantity = Quantity::of_unit(definition.unit);
    svg.text((0.0, y), Anchor::Start, "strong", definition.name);
    svg.text((edge, y), Anchor::End, "small faint", definition.unit);
    let bottom = y + 8.0 + ROW * rows.len() as f64;
    let plot = Plot { x: (low - room, high + room), y: (0.0, 1.0), edges: (left, right, y + 6.0, bottom) };
    svg.line(&[plot.at(definition.null, 0.0), plot.at(definition.null, 1.0)], "null");
    for (index, (group, measure)) in rows.iter().enumerate() {
        let row = y + 20.0 + ROW * index as f64;
        let at = |value: f64| (plot.at(value, 0.0).0, row - 4.0);
        svg.text((0.0, row), Anchor::Start, "small", &shortened(&group.replace(" against ", " v "), breadth.name()));
        let Some(value) = measure.value else { continue };
        let interval = measure.low.zip(measure.high);
        svg.coloured(colour(group), |svg| {
            if let Some((low, high)) = interval {
                svg.line(&[at(low), at(high)], "line");
            }
            // Filled: it is clear.
            let class = if measure.significant { "dot" } else { "hollow" };
            if !measure.significant {
                svg.dot(at(value), 4.5, "backed");
            }
            svg.dot(at(value), 4.5, class);
        });
        if breadth == Breadth::Page {
            let numbers = with_interval(value, interval, quantity);
            let class = if measure.significant { "small strong" } else { "small" };
            svg.text((edge, row), Anchor::End, class, &numbers);
        }
    }
    for tick in ticks(plot.x, 4) {
        let (x, _) = plot.at(tick, 0.0);
        svg.line(&[(x, bottom), (x, bottom + 4.0)], "axis");
        let label = match quantity {
            Quantity::Steps => steps(tick),
            Quantity::Number => tick_label(tick, plot.x),
        };
        svg.text((x, bottom + 16.0), Anchor::Middle, "small", &label);
    }
    svg.line(&[(left, bottom), (right, bottom)], "axis");
    bottom + 20.0
}

/// A measure of subjects in two groups: its name, then pairs of (reference, group).
pub type Paired<'a> = (&'a str, Vec<(f64, f64)>);

/// One row of panels per group: lines from each subject in the reference group to its twin in the group, solid where
/// the twin is not worse, dashed where it is.
pub fn paired(title: &str, reference: &str, groups: &[(String, usize, [Paired; 2])]) -> Svg {
    const TALL: f64 = 150.0;
    let mut svg = Svg::new(
        title,
        &format!("Scores of each subject in group {reference} and of its twin in each other group, joined by a line."),
    );
    let scores = groups.iter().flat_map(|(_, _, panels)| panels).flat_map(|(_, pairs)| pairs);
    let most = ceiling(scores.flat_map(|&(before, after)| [before, after]));
    let mut y = 4.0;
    for (group, colour, panels) in groups {
        let top = y + 34.0;
        for (index, (what, pairs)) in panels.iter().enumerate() {
            let left = 36.0 + 222.0 * index as f64;
            let plot = Plot { x: (0.0, 1.0), y: (0.0, most), edges: (left, left + 164.0, top, top + TALL) };
            let better = pairs.iter().filter(|(before, after)| after > before).count();
            svg.text((left, y + 12.0), Anchor::Start, "strong", what);
            svg.text((left, y + 27.0), Anchor::Start, "small faint", &format!("{better} of {} higher", pairs.len()));
            for tick in ticks(plot.y, 3) {
                let (_, height) = plot.at(0.0, tick);
                svg.line(&[(left, height), (left + 164.0, height)], "grid");
                svg.text((left - 5.0, height + 4.0), Anchor::End, "small", &tick_label(tick, plot.y));
            }
            let (from, to) = (0.12, 0.88);
            svg.coloured(*colour, |svg| {
                for &(before, after) in pairs {
                    let ends = [plot.at(from, before), plot.at(to, after)];
                    if after >= before {
                        svg.line(&ends, "thin")
                    } else {
                        svg.dashed(&ends, "thin", 2)
                    }
                    svg.dot(ends[1], 3.0, "dot");
                }
            });
            for &(before, _) in pairs {
                svg.dot(plot.at(from, before), 3.0, "dot");
            }
            let foot = top + TALL + 17.0;
            svg.text((left, foot), Anchor::Start, "small", &shortened(reference, 11));
            svg.text((left + 164.0, foot), Anchor::End, "small", &shortened(group, 14));
        }
        y = top + TALL + 30.0;
    }
    svg.reach(0.0, y);
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::kept::hold;

    fn measures() -> Vec<(String, Measure)> {
        let measure = |value: f64, significant: bool| Measure {
            value: Some(value),
            low: Some(value - 0.1),
            high: Some(value + 0.15),
            p: Some(0.01),
            p_adjusted: Some(0.03),
            significant,
        };
        vec![("transfer".into(), measure(0.3, true)), ("incompatible against transfer".into(), measure(-0.05, false))]
    }

    #[test]
    fn forests_look_as_they_were_kept() {
        let measures = measures();
        let rows: Vec<(String, &Measure)> = measures.iter().map(|(name, measure)| (name.clone(), measure)).collect();
        let definition = definitions::ALL.iter().find(|definition| definition.measure == "area_difference").unwrap();
        for (name, breadth) in [("forest-narrow", Breadth::Narrow), ("forest-page", Breadth::Page)] {
            let mut svg = Svg::new("In score", "");
            let bottom = panel(&mut svg, 4.0, breadth, definition, &rows, |group| group.len() % 2);
            svg.reach(breadth.width(), bottom);
            hold(name, &svg);
        }
    }

    #[test]
    fn twins_look_as_they_were_kept() {
        let pairs = |gain: f64| (0..5).map(|subject| (0.4, 0.4 + gain * (f64::from(subject) - 1.0))).collect();
        let groups = [("transfer".to_string(), 1, [("mean score", pairs(0.1)), ("last score", pairs(0.05))])];
        hold("twins", &paired("Twins", "scratch", &groups));
    }
}
