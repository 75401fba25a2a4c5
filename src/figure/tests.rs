//! How figures of made-up subjects look.

use super::kept::hold;
use super::*;
use crate::stats::{Curve, Estimate};

/// Scores that rise from `low` to `high` over ten evaluations, the sooner the smaller `slow`.
fn curve(low: f64, high: f64, slow: f64) -> Curve {
    let score = |index: u64| low + (high - low) * (index as f64 / (index as f64 + slow)) * (1.0 + slow / 10.0);
    Curve::new((0..=10).map(|index| (10_000 * index, score(index))).collect())
}

fn series(name: &str, colour: usize, low: f64) -> Series {
    let curves = (0..6).map(|subject| curve(low, 0.9 - 0.03 * f64::from(subject), 1.0 + f64::from(subject)));
    Series { name: name.into(), colour, curves: curves.collect() }
}

fn course(name: &str, level: f64) -> Course {
    let at: Vec<f64> = (1..=40).map(f64::from).collect();
    let subject = |own: u32| at.iter().map(|trial| level / (1.0 + trial / 8.0) + 0.1 * f64::from(own)).collect();
    Course { name: name.into(), subjects: (0..5).map(subject).collect(), at }
}

#[test]
fn practice_looks_as_it_was_kept() {
    let curves = series("", 0, 0.1).curves;
    hold("practice", &practice("A brain practises a task", &curves, &[]));
    let stretches = [[20_000.0, 35_000.0], [60_000.0, 100_000.0]];
    let stretches = stretches.map(|ends| Stretch { name: "perturbed trials", ends });
    hold("practice-perturbed", &practice("A brain practises a schedule", &curves, &stretches));
}

#[test]
fn learning_looks_as_it_was_kept() {
    let all = ["scratch", "transfer", "incompatible", "sham"].into_iter().enumerate();
    let all: Vec<Series> = all.map(|(index, name)| series(name, index, 0.1 * index as f64)).collect();
    hold("learning-apart", &learning("Score in the test", &all, Some("scratch"), Some(0.7)));
    hold("learning-together", &learning("Score in the test", &all[..2], Some("scratch"), Some(0.7)));
}

#[test]
fn profiles_look_as_they_were_kept() {
    let scores = |least: f64| (0..8).map(|subject| least + 0.05 * f64::from(subject)).collect();
    let groups = [("scratch".to_string(), 0, scores(0.3)), ("transfer".to_string(), 1, scores(0.5))];
    hold("profile", &profile("Share of subjects", &groups, Some("scratch")));
}

#[test]
fn courses_look_as_they_were_kept() {
    let groups = ["whole", "no cerebellum"].map(|name| course(name, if name == "whole" { 20.0 } else { 30.0 }));
    let stretch = Stretch { name: "in the field", ends: [10.0, 30.0] };
    hold("courses", &courses("Adaptation", ["trial", "deviation (mm)"], &groups, Some(stretch)));
}

#[test]
fn heat_maps_look_as_they_were_kept() {
    let names = ["flat", "rough", "mountain"].map(String::from);
    let cell = |row: usize, column: usize| match row == column {
        true => HeatCell::Beside(0.8),
        false => HeatCell::Effect { value: 0.1 * (row as f64 - column as f64), significant: row > 1 },
    };
    let cells: Vec<Vec<HeatCell>> = (0..3).map(|row| (0..3).map(|column| cell(row, column)).collect()).collect();
    hold("heat-map", &heat_map("Transfer", ["practised", "tested"], &names, &cells));
}

#[test]
fn ranked_settings_look_as_they_were_kept() {
    let estimate = |value: f64| Some(Estimate { value, low: value - 0.08, high: value + 0.05 });
    let row = |index: u32| RankedRow {
        name: format!("rate=0.{index}"),
        values: [estimate(0.9 - 0.1 * f64::from(index)), (index < 2).then(|| estimate(0.8)).flatten()],
    };
    let rows: Vec<RankedRow> = (0..4).map(row).collect();
    hold("ranked", &ranked("Settings", "mean score", false, ["selected", "confirmed"], &rows));
}
