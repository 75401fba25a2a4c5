//! Figures as SVG.

use crate::run::subject::Plan;
use crate::stats::{Estimate, interquartile_estimate, mean_estimate};
use anyhow::{Result, anyhow};
use plotters::prelude::*;

const SIZE: (u32, u32) = (720, 420);
const INK: RGBColor = RGBColor(38, 70, 130);
const FAINT: RGBColor = RGBColor(150, 165, 190);
/// Colours of groups that the colour-blind can tell apart (Okabe & Ito 2008), dark ones first.
const PALETTE: [RGBColor; 8] = [
    RGBColor(0, 0, 0),
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(120, 120, 120),
];

/// Score over practice: each subject as a thin line, their interquartile mean as a thick one with its 95% interval.
///
/// # Errors
/// Never for finite scores; the error of the drawing library is passed on.
pub fn learning(plan: &Plan, curves: &[Vec<(u64, f64)>]) -> Result<String> {
    let mut svg = String::new();
    draw_learning(plan, curves, &mut svg).map_err(|error| anyhow!("the figure cannot be drawn: {error}"))?;
    Ok(svg)
}

fn draw_learning(plan: &Plan, curves: &[Vec<(u64, f64)>], svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let subjects = curves.len();
    let title = format!("{} practises {} ({subjects} subjects)", plan.agent.name(), plan.task.spec().id);
    let last = curves.iter().flatten().map(|point| point.0).max().unwrap_or(1).max(1);
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 18))
        .margin(14)
        .x_label_area_size(44)
        .y_label_area_size(52)
        .build_cartesian_2d(0.0..last as f64, 0.0..1.02)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc("practice (env steps)")
        .y_desc("score in evaluation")
        .x_label_formatter(&|steps| format!("{:.0} k", steps / 1000.0))
        .axis_desc_style(("sans-serif", 14))
        .label_style(("sans-serif", 12))
        .draw()?;
    for curve in curves {
        chart.draw_series(LineSeries::new(
            curve.iter().map(|&(steps, score)| (steps as f64, score)),
            FAINT.stroke_width(1),
        ))?;
    }
    let at = |index: usize| curves.iter().filter_map(|curve| curve.get(index)).copied().collect::<Vec<_>>();
    let points = curves.iter().map(Vec::len).max().unwrap_or(0);
    let (mut middle, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..points {
        let column = at(index);
        let scores: Vec<f64> = column.iter().map(|point| point.1).collect();
        let steps = column.first().map_or(0.0, |point| point.0 as f64);
        let Some(score) = interquartile_estimate(&scores).map(|score| score.within(0.0, 1.0)) else { continue };
        let ends = band_ends(&score);
        middle.push((steps, score.value));
        low.push((steps, ends.0));
        high.push((steps, ends.1));
    }
    let band: Vec<(f64, f64)> = high.into_iter().chain(low.into_iter().rev()).collect();
    chart.draw_series(std::iter::once(Polygon::new(band, INK.mix(0.18))))?;
    chart.draw_series(LineSeries::new(middle, INK.stroke_width(3)))?;
    area.present()?;
    Ok(())
}

/// The ends of a band; a single subject has none.
fn band_ends(estimate: &Estimate) -> (f64, f64) {
    estimate.interval().unwrap_or((estimate.value, estimate.value))
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

/// A measure over what it depends on: for each group the mean over its subjects with its 95% interval.
///
/// # Errors
/// Never for finite values; the error of the drawing library is passed on.
pub fn courses(title: &str, axes: [&str; 2], groups: &[Course]) -> Result<String> {
    let mut svg = String::new();
    draw_courses(title, axes, groups, &mut svg).map_err(|error| anyhow!("the figure cannot be drawn: {error}"))?;
    Ok(svg)
}

fn draw_courses(
    title: &str,
    [x, y]: [&str; 2],
    groups: &[Course],
    svg: &mut String,
) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut lines = Vec::new();
    for group in groups {
        let (mut middle, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
        for (index, &at) in group.at.iter().enumerate() {
            let values: Vec<f64> = group.subjects.iter().filter_map(|subject| subject.get(index)).copied().collect();
            let Some(found) = mean_estimate(&values) else { continue };
            let ends = band_ends(&found);
            middle.push((at, found.value));
            low.push((at, ends.0));
            high.push((at, ends.1));
        }
        lines.push((middle, low, high));
    }
    let all = || lines.iter().flat_map(|(middle, low, high)| middle.iter().chain(low).chain(high));
    let limits = |axis: fn(&(f64, f64)) -> f64| {
        let (low, high) = all().map(axis).fold((f64::MAX, f64::MIN), |(low, high), at| (low.min(at), high.max(at)));
        if low < high { (low, high) } else { (0.0, 1.0) }
    };
    let (across, up) = (limits(|point| point.0), limits(|point| point.1));
    let margin = 0.05 * (up.1 - up.0);
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 18))
        .margin(14)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(across.0..across.1, up.0 - margin..up.1 + margin)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc(x)
        .y_desc(y)
        .axis_desc_style(("sans-serif", 14))
        .label_style(("sans-serif", 12))
        .draw()?;
    for (index, (group, (middle, low, high))) in groups.iter().zip(lines).enumerate() {
        let colour = PALETTE[index % PALETTE.len()];
        let band: Vec<(f64, f64)> = high.into_iter().chain(low.into_iter().rev()).collect();
        chart.draw_series(std::iter::once(Polygon::new(band, colour.mix(0.15))))?;
        chart
            .draw_series(LineSeries::new(middle, colour.stroke_width(2)))?
            .label(group.name.as_str())
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .label_font(("sans-serif", 13))
        .draw()?;
    area.present()?;
    Ok(())
}
