//! Settings one below the other, each with what two groups of subjects tell of it.

use crate::figure::svg::{Anchor, Plot, Point, Svg, tick_label, ticks};
use crate::figure::text::{shortened, steps};
use crate::stats::Estimate;

/// Where intervals begin and end: settings have longer names than groups.
const LEFT: f64 = 232.0;
const RIGHT: f64 = 548.0;
const WIDTH: f64 = 560.0;
const ROW: f64 = 24.0;
/// Letters of a name that fit beside a row.
const NAME: usize = 34;
/// Colours of the two groups, and how far from the middle of a row each stands.
const COLOURS: [usize; 2] = [1, 2];
const APART: f64 = 4.5;

/// One setting.
pub struct RankedRow {
    /// What is set.
    pub name: String,
    /// What each of the two groups tells of it, if it does.
    pub values: [Option<Estimate>; 2],
}

/// Rows in their order; `groups` are the names of the two, the first hollow and the second filled.
pub fn ranked(title: &str, axis: &str, in_steps: bool, groups: [&str; 2], rows: &[RankedRow]) -> Svg {
    let mut svg =
        Svg::new(title, &format!("{axis}, {} and {}, by setting. {}", groups[0], groups[1], in_words(groups, rows)));
    svg.reach(WIDTH, 0.0);
    let top = 30.0;
    for (group, name) in groups.into_iter().enumerate() {
        let x = LEFT + 8.0 + 130.0 * group as f64;
        svg.coloured(COLOURS[group], |svg| mark(svg, (x, 12.0), group));
        svg.text((x + 10.0, 16.0), Anchor::Start, "", name);
    }
    let ends = || {
        rows.iter().flat_map(|row| row.values).flatten().flat_map(|estimate| {
            let (low, high) = estimate.interval().unwrap_or((estimate.value, estimate.value));
            [low, estimate.value, high]
        })
    };
    let (low, high) = ends().fold((f64::MAX, f64::MIN), |(low, high), end| (low.min(end), high.max(end)));
    let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
    let room = if high > low { 0.05 * (high - low) } else { 0.5 };
    let bottom = top + ROW * rows.len() as f64;
    let plot = Plot { x: (low - room, high + room), y: (0.0, 1.0), edges: (LEFT, RIGHT, top, bottom) };
    for tick in ticks(plot.x, 5) {
        let (x, _) = plot.at(tick, 0.0);
        svg.line(&[(x, top), (x, bottom)], "grid");
        svg.line(&[(x, bottom), (x, bottom + 4.0)], "axis");
        let label = if in_steps { steps(tick) } else { tick_label(tick, plot.x) };
        svg.text((x, bottom + 17.0), Anchor::Middle, "small", &label);
    }
    for (index, row) in rows.iter().enumerate() {
        let middle = top + ROW * (index as f64 + 0.5);
        svg.text((LEFT - 8.0, middle + 4.0), Anchor::End, "small", &shortened(&row.name, NAME));
        for (group, estimate) in row.values.iter().enumerate() {
            let Some(estimate) = estimate else { continue };
            // The only one of a row stands in its middle.
            let alone = row.values.iter().flatten().count() == 1;
            let away = if alone { 0.0 } else { APART * (2.0 * group as f64 - 1.0) };
            let at = |value: f64| (plot.at(value, 0.0).0, middle + away);
            svg.coloured(COLOURS[group], |svg| {
                if let Some((low, high)) = estimate.interval() {
                    svg.line(&[at(low), at(high)], if group == 0 { "thin" } else { "line" });
                }
                mark(svg, at(estimate.value), group);
            });
        }
    }
    svg.line(&[(LEFT, bottom), (RIGHT, bottom)], "axis");
    svg.text(((LEFT + RIGHT) / 2.0, bottom + 36.0), Anchor::Middle, "faint", axis);
    svg.reach(WIDTH, bottom + 46.0);
    svg
}

/// A value of the first group, hollow, or of the second.
fn mark(svg: &mut Svg, at: Point, group: usize) {
    if group == 0 {
        svg.dot(at, 3.8, "backed");
        svg.dot(at, 3.8, "hollow");
    } else {
        svg.dot(at, 4.2, "dot");
    }
}

/// The figure for those who cannot see it.
fn in_words(groups: [&str; 2], rows: &[RankedRow]) -> String {
    let mut words = Vec::new();
    for row in rows {
        for (group, estimate) in groups.iter().zip(&row.values) {
            if let Some(estimate) = estimate {
                words.push(format!("{}: {group} {:.3}.", row.name, estimate.value));
            }
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_told_and_nothing_panics() {
        let row = |name: &str, values| RankedRow { name: name.into(), values };
        let estimate = |value| Some(Estimate { value, low: value - 0.1, high: value + 0.1 });
        let rows = [row("rate 1 <", [estimate(0.5), estimate(0.4)]), row("rate 2", [Some(Estimate::alone(0.3)), None])];
        let text = ranked("Sweep", "score", false, ["selection", "confirmation"], &rows).file();
        for part in ["rate 1 &lt;: selection 0.500.", "rate 1 &lt;: confirmation 0.400.", "rate 2: selection 0.300."] {
            assert!(text.contains(part), "`{part}` is missing from\n{text}");
        }
        assert_eq!(text.matches("class=\"hollow\"").count(), 3, "two values and the key");
        ranked("", "", true, ["", ""], &[]).file();
        ranked("", "", true, ["", ""], &[row("", [None, None])]).file();
    }
}
