//! The report of a transfer matrix with its heat maps.

use super::summary::{Cell, Sequence, StationSummary, Summary};
use crate::figure::{
    Escaped, HeatCell, Quantity, heat_map, interval_in_words, number, short_task, steps, with_interval,
};
use crate::report::page::Page;
use crate::stats::Estimate;
use crate::transfer::measures::{FEWEST_SUBJECTS, Measure};

/// Short names of tasks: without family and version if they remain distinct.
pub fn short_names(tasks: &[String]) -> Vec<String> {
    let distinct = |names: &[&str]| names.iter().enumerate().all(|(index, name)| !names[..index].contains(name));
    let short: Vec<&str> = tasks.iter().map(|task| short_task(task)).collect();
    let versioned: Vec<&str> = tasks.iter().map(|task| task.rsplit('/').next().unwrap_or(task)).collect();
    let whole: Vec<&str> = tasks.iter().map(String::as_str).collect();
    let names = [short, versioned].into_iter().find(|names| distinct(names)).unwrap_or(whole);
    names.into_iter().map(String::from).collect()
}

/// The page, with its figures.
pub fn page(summary: &Summary) -> Page {
    let mut page = Page::new(&format!("Transfer matrix of {}", summary.agent));
    page.paragraph("kind", "A transfer matrix");
    page.markup(format_args!("<h1>What {} carries over</h1>", Escaped(&summary.agent)));
    page.paragraph(
        "quiet",
        &format!(
            "{} subjects, paired: subject i has the same seed, and so the same naive agent and the same evaluation episodes, in all \
             cells. Evaluations: {}. Asterisk: the 95 % interval excludes 0, the p-value, adjusted for all {} tests (Holm \
             1979), is below 0.05, and there are at least {FEWEST_SUBJECTS} subjects.",
            summary.subjects, summary.evaluation, summary.tests
        ),
    );
    if !summary.cells.is_empty() {
        cells(&mut page, summary);
    }
    if let Some(sequence) = &summary.sequence {
        of_sequence(&mut page, sequence, summary.steps);
    }
    page
}

fn cells(page: &mut Page, summary: &Summary) {
    let tasks: Vec<String> = summary.scratch.iter().map(|scratch| scratch.task.clone()).collect();
    let names = short_names(&tasks);
    let grid = |of: &dyn Fn(&Cell) -> Measure, diagonal: &dyn Fn(usize) -> f64| -> Vec<Vec<HeatCell>> {
        let cell = |practised: &String, (index, tested): (usize, &String)| {
            let found = summary.cells.iter().find(|cell| cell.practised == *practised && cell.tested == *tested);
            let measure = found.map(of).and_then(|measure| Some((measure.value?, measure.significant)));
            match measure {
                Some((value, significant)) => HeatCell::Effect { value, significant },
                None => HeatCell::Beside(diagonal(index)),
            }
        };
        tasks.iter().map(|practised| tasks.iter().enumerate().map(|tested| cell(practised, tested)).collect()).collect()
    };
    let (practice, test) = (steps(summary.practice_steps as f64), steps(summary.steps as f64));
    page.section("With learning");
    let areas = grid(&|cell| cell.area_difference, &|index| summary.scratch[index].area.value);
    let title = "Mean score in the test, minus that from scratch";
    page.figure(
        "with-learning",
        &heat_map(title, ["practised", "tested"], &names, &areas),
        &format!(
            "Mean score over {test} steps on the tested task after {practice} steps of the practised one, minus that of novices. \
             Grey: the mean score of novices."
        ),
    );
    page.section("Zero-shot");
    let firsts = grid(&|cell| cell.zero_shot_gain, &|index| summary.scratch[index].score_final.value);
    page.figure(
        "zero-shot",
        &heat_map("Score before any step of the test, minus a novice's", ["practised", "tested"], &names, &firsts),
        &format!(
            "Score on the tested task after {practice} steps of the practised one, before any step of the test, minus that of a \
             novice. Grey: the last score of novices after {test} steps of the task itself."
        ),
    );
    page.section("All pairs");
    let told = |measure: &Measure| {
        let star = if measure.significant { " *" } else { "" };
        let ends = interval_in_words(measure.low.zip(measure.high), Quantity::Number);
        measure.value.map_or("undefined".into(), |value| format!("{} ({ends}){star}", number(value)))
    };
    let rows = summary.cells.iter().map(|cell| {
        vec![
            cell.practised.clone(),
            cell.tested.clone(),
            estimate(&cell.zero_shot),
            told(&cell.zero_shot_gain),
            estimate(&cell.area),
            told(&cell.area_difference),
        ]
    });
    let header = ["practised", "tested", "zero-shot score", "minus novices'", "mean score", "minus that from scratch"];
    page.table(&header, 2, rows);
}

/// Columns for the tasks of a sequence.
pub const STATION: [&str; 7] = ["task", "novices", "mean score", "forward transfer", "learned", "left", "forgetting"];

/// The cells of such a row.
pub fn station(station: &StationSummary) -> Vec<String> {
    vec![
        station.task.clone(),
        number(station.reference_area),
        number(station.area),
        station.forward_transfer.as_ref().map_or("undefined".into(), estimate),
        number(station.learned),
        number(station.end),
        estimate(&station.forgetting),
    ]
}

fn of_sequence(page: &mut Page, sequence: &Sequence, length: u64) {
    page.section("The sequence");
    let forward = sequence.forward_transfer.as_ref().map_or("undefined".into(), estimate);
    page.facts(&[
        ("average performance", estimate(&sequence.average_performance)),
        ("forward transfer", forward),
        ("forgetting", estimate(&sequence.forgetting)),
    ]);
    page.table(&STATION, 1, sequence.tasks.iter().map(station));
    page.paragraph(
        "quiet",
        &format!(
            "{} steps of each task, one after another. Average performance: mean score on all tasks after the last. Forward \
             transfer: mean score over a task's practice, minus that of novices, divided by what novices leave to gain. Forgetting: score at \
             the end of a task's practice, minus that at the end of the sequence (Wołczyk et al. 2021, \"Continual World\").",
            steps(length as f64)
        ),
    );
}

/// An estimate as text.
pub fn estimate(estimate: &Estimate) -> String {
    with_interval(estimate.value, estimate.interval(), Quantity::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_short_as_they_can_be_told_apart() {
        let short = |tasks: &[&str]| short_names(&tasks.iter().map(|task| task.to_string()).collect::<Vec<_>>());
        assert_eq!(short(&["cycling/flat-v0", "cycling/rough-v0"]), ["flat", "rough"]);
        assert_eq!(short(&["reaching/curl-v0", "reaching/curl-v1"]), ["curl-v0", "curl-v1"]);
        assert_eq!(short(&["a/x-v0", "b/x-v0"]), ["a/x-v0", "b/x-v0"]);
    }
}
