//! Figures as SVG.

use crate::run::subject::Plan;
use crate::stats::{bootstrap_interval, interquartile_mean};
use anyhow::{Result, anyhow};
use plotters::prelude::*;

const SIZE: (u32, u32) = (720, 420);
const INK: RGBColor = RGBColor(38, 70, 130);
const FAINT: RGBColor = RGBColor(150, 165, 190);

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
        let interval = bootstrap_interval(&scores, interquartile_mean);
        middle.push((steps, interquartile_mean(&scores)));
        low.push((steps, interval.0));
        high.push((steps, interval.1));
    }
    let band: Vec<(f64, f64)> = high.into_iter().chain(low.into_iter().rev()).collect();
    chart.draw_series(std::iter::once(Polygon::new(band, INK.mix(0.18))))?;
    chart.draw_series(LineSeries::new(middle, INK.stroke_width(3)))?;
    area.present()?;
    Ok(())
}
