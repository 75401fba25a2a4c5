//! The report of a sweep: its figure and its tables.

use super::spec::Measure;
use super::summary::{Entry, Summary, Told};
use super::tables::plain;
use crate::figure::{Escaped, Quantity, RankedRow, ranked, steps, with_interval};
use crate::report::page::Page;
use crate::stats::Estimate;

/// Number of settings in the figure; the table has all.
const DRAWN: usize = 40;

/// Short form of a setting's values: the last name of each path, and its value.
pub fn short_values(entry: &Entry) -> String {
    let short = |(path, value): &(String, serde_yaml::Value)| {
        format!("{} {}", path.rsplit('.').next().unwrap_or(path), plain(value))
    };
    entry.values.0.iter().map(short).collect::<Vec<_>>().join(", ")
}

/// A measure with its interval, as text.
pub fn told_in_words(measure: Measure, told: &Told) -> String {
    match told.reached {
        Some(0) => "not reached".into(),
        _ => in_words(measure, &told.measure),
    }
}

/// An estimate in the unit of a measure, as text.
pub fn in_words(measure: Measure, estimate: &Estimate) -> String {
    let quantity = if measure == Measure::StepsToCriterion { Quantity::Steps } else { Quantity::Number };
    with_interval(estimate.value, estimate.interval(), quantity)
}

/// The page, with its figure.
pub fn page(summary: &Summary) -> Page {
    let mut page = Page::new(&summary.title());
    page.paragraph("kind", "A sweep over settings");
    page.markup(format_args!("<h1>{}</h1>", Escaped(&summary.sweep)));
    if !summary.question.is_empty() {
        page.paragraph("question", &summary.question);
    }
    page.markup(format_args!("<div class=\"finding\"><p>{}</p></div>", Escaped(&summary.finding())));
    page.paragraph("quiet", &summary.design());
    page.section("Settings");
    let row = |entry: &Entry| RankedRow {
        name: short_values(entry),
        values: [Some(entry.selection.measure), entry.confirmation.as_ref().map(|told| told.measure)],
    };
    let rows: Vec<RankedRow> = summary.settings.iter().take(DRAWN).map(row).collect();
    let left_out = summary.settings.len().saturating_sub(DRAWN);
    let rest = if left_out > 0 { format!(" The other {left_out} are in the table.") } else { String::new() };
    let caption = format!(
        "{}, with 95 % intervals over subjects, in the order of the selection.{rest}",
        summary.measure.in_words()
    );
    let in_steps = summary.measure == Measure::StepsToCriterion;
    page.figure(
        "settings",
        &ranked(&summary.sweep, summary.measure.in_words(), in_steps, ["selection", "confirmation"], &rows),
        &caption,
    );
    let rows = summary.settings.iter().map(|entry| {
        let mut row = vec![
            entry.rank.to_string(),
            entry
                .values
                .0
                .iter()
                .map(|(path, value)| format!("{path} = {}", plain(value)))
                .collect::<Vec<_>>()
                .join(", "),
        ];
        row.push(told_in_words(summary.measure, &entry.selection));
        row.push(entry.confirmation.as_ref().map_or(String::new(), |told| told_in_words(summary.measure, told)));
        row.push(entry.optimism.as_ref().map_or(String::new(), |optimism| in_words(summary.measure, optimism)));
        row
    });
    page.table(&["rank", "setting", "selection", "confirmation", "optimism"], 2, rows);
    page
}

impl Summary {
    /// The title: its name, and its question if it has one.
    pub fn title(&self) -> String {
        if self.question.is_empty() { self.sweep.clone() } else { format!("{}: {}", self.sweep, self.question) }
    }

    /// The result, in a sentence or two.
    pub fn finding(&self) -> String {
        let Some(first) = self.settings.first() else { return "No setting was tried.".into() };
        let set = |(path, value): &(String, serde_yaml::Value)| format!("{path}={}", plain(value));
        let values = first.values.0.iter().map(set).collect::<Vec<_>>().join(", ");
        let selected = told_in_words(self.measure, &first.selection);
        match (&self.part, &first.confirmation) {
            (Some(part), _) => format!(
                "Part {part} of the selection: its best setting is {values}, with {selected}. `etude merge` joins the parts."
            ),
            (None, None) => format!(
                "Best in the selection is {values}, with {selected}. It is not confirmed yet; resume the sweep with `etude sweep … --resume`."
            ),
            (None, Some(confirmed)) => {
                let optimism =
                    first.optimism.as_ref().map_or("unknown".into(), |optimism| in_words(self.measure, optimism));
                format!(
                    "Best in the selection is {values}: {selected} on the subjects that chose it, {} on others; optimism {optimism}. \
                     The second number is the one to report.",
                    told_in_words(self.measure, confirmed)
                )
            }
        }
    }

    /// The design, in a few sentences.
    pub fn design(&self) -> String {
        let subjects = |told: Option<&Told>| told.map_or(0, |told| told.n);
        let selected = subjects(self.settings.first().map(|entry| &entry.selection));
        let confirmed = subjects(self.settings.iter().find_map(|entry| entry.confirmation.as_ref()));
        let criterion = self
            .criterion
            .map(|criterion| format!(" (a score of {criterion} in two evaluations in a row)"))
            .unwrap_or_default();
        let better = if self.higher_is_better { "more is better" } else { "less is better" };
        let confirmation = match self.confirmed {
            true => {
                format!("the best {} confirmed on {confirmed} subjects of seed {}", self.best, self.confirmation_seed)
            }
            false => format!("the best {} to be confirmed on seed {}", self.best, self.confirmation_seed),
        };
        let over = if self.tasks.len() > 1 { ", averaged over tasks" } else { "" };
        format!(
            "{} practising {} for {} steps. Measure: {}{criterion}{over}; {better}. {} settings compared on {selected} subjects \
             of seed {}; {confirmation}. Optimism is by how much the selection was better than the confirmation. Choosing among \
             the confirmed settings by their confirmation would need subjects of yet another seed. Evaluations: {}.",
            self.agent,
            self.tasks.join(", "),
            steps(self.steps as f64),
            self.measure.in_words(),
            self.settings.len(),
            self.selection_seed,
            self.evaluation,
        )
    }
}
