//! Measures, their bands, and outcomes.

use crate::figure;
use crate::record::{Column, header};
use serde::{Serialize, Serializer};
use std::fmt::Write;

/// Columns of the numbers behind a figure.
pub static FIGURE_COLUMNS: [Column; 4] = [
    Column::new("group", "1", "label of the line in the figure"),
    Column::new("subject", "1", "index of the subject in the group, from 0"),
    Column::new("at", "its own", "position on the figure's horizontal axis, in the unit given on the axis"),
    Column::new("value", "its own", "value of the subject there, in the unit given on the vertical axis"),
];

/// The range of values that a measure should have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// From the first to the second value.
    Within(f64, f64),
    /// At least this value.
    AtLeast(f64),
    /// At most this value.
    AtMost(f64),
    /// Above this value.
    Above(f64),
    /// Below this value.
    Below(f64),
    /// No band: given for comparison.
    Free,
}

impl Band {
    /// Whether a value lies in the band.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Band::Within(low, high) => (low..=high).contains(&value),
            Band::AtLeast(low) => value >= low,
            Band::AtMost(high) => value <= high,
            Band::Above(low) => value > low,
            Band::Below(high) => value < high,
            Band::Free => true,
        }
    }

    /// The band in words.
    pub fn words(self) -> String {
        match self {
            Band::Within(low, high) => format!("{low} to {high}"),
            Band::AtLeast(low) => format!("at least {low}"),
            Band::AtMost(high) => format!("at most {high}"),
            Band::Above(low) => format!("above {low}"),
            Band::Below(high) => format!("below {high}"),
            Band::Free => "-".into(),
        }
    }
}

/// The mechanism of the agent that a measure tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mechanism {
    /// The body and its own controller, without learning.
    #[default]
    Body,
    /// The cerebellum's learning from the feedback command.
    FeedbackError,
    /// Its fast and its slow site.
    Sites,
    /// Its sensitivity to errors, as past errors have set it.
    ErrorMemory,
    /// The grading of its error signal.
    ClimbingFibre,
    /// The temporal-difference error.
    Dopamine,
    /// The range that it adapts to.
    Gain,
    /// The actor's learning from it.
    Reward,
    /// The cerebellum's correction of a changed body.
    ModelReference,
    /// The cerebellum's prediction of what would be sensed.
    ForwardModel,
    /// Pruning and regrowth in the cortex.
    Structure,
    /// The features of the cortex.
    Cortex,
    /// The motor cortex's map from intent to units.
    MotorCortex,
}

impl Mechanism {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Mechanism::Body => "body",
            Mechanism::FeedbackError => "feedback-error learning",
            Mechanism::Sites => "fast and slow site",
            Mechanism::ErrorMemory => "memory of errors",
            Mechanism::ClimbingFibre => "graded climbing fibre",
            Mechanism::Dopamine => "dopamine",
            Mechanism::Gain => "dopamine's gain",
            Mechanism::Reward => "learning from reward",
            Mechanism::ModelReference => "model reference",
            Mechanism::ForwardModel => "sensory prediction",
            Mechanism::Structure => "structural plasticity",
            Mechanism::Cortex => "cortex",
            Mechanism::MotorCortex => "motor cortex",
        }
    }
}

impl Serialize for Mechanism {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The result of one measure.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The measure, with its unit.
    pub measure: String,
    /// Its value; `None` if it could not be determined.
    pub value: Option<f64>,
    /// Its band.
    pub band: Band,
    /// `pass`, `miss`, `not run`, or `-` for a measure without a band.
    pub verdict: &'static str,
    /// The mechanism it tests.
    pub mechanism: Mechanism,
    /// Why it was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

impl Line {
    fn new(measure: &str, value: impl Into<Option<f64>>, band: Band, mechanism: Mechanism) -> Line {
        let value = value.into().filter(|value| value.is_finite());
        let verdict = match (band, value) {
            (Band::Free, _) => "-",
            (_, Some(value)) if band.holds(value) => "pass",
            _ => "miss",
        };
        Line { measure: measure.into(), value, band, verdict, mechanism, reason: None }
    }

    /// Whether it was compared with a band.
    pub fn judged(&self) -> bool {
        self.met() || self.missed()
    }

    /// Whether it lies in its band.
    pub fn met(&self) -> bool {
        self.verdict == "pass"
    }

    /// Whether it lies outside its band.
    pub fn missed(&self) -> bool {
        self.verdict == "miss"
    }
}

/// The result of a validation.
#[derive(Default)]
pub struct Outcome {
    /// One line per measure.
    pub lines: Vec<Line>,
    mechanism: Mechanism,
    figure: Option<Figure>,
}

struct Figure {
    title: String,
    axes: [&'static str; 2],
    groups: Vec<figure::Course>,
    stretch: Option<figure::Stretch<'static>>,
}

impl Outcome {
    /// Whether no measure is outside its band; false if nothing was run.
    pub fn passed(&self) -> bool {
        self.lines.iter().any(Line::met) && !self.lines.iter().any(Line::missed)
    }

    /// The figure as SVG; `None` if nothing was run.
    pub fn figure(&self) -> Option<String> {
        self.figure.as_ref().map(|own| figure::courses(&own.title, own.axes, &own.groups, own.stretch).file())
    }

    /// The numbers behind the figure, one row per value.
    pub fn csv(&self) -> String {
        let mut text = format!("{}\n", header(&FIGURE_COLUMNS));
        for group in self.figure.iter().flat_map(|figure| &figure.groups) {
            for (subject, values) in group.subjects.iter().enumerate() {
                for (at, value) in group.at.iter().zip(values) {
                    let _ = writeln!(text, "{},{subject},{at},{value}", group.name.replace(',', ";"));
                }
            }
        }
        text
    }

    /// An outcome with a figure; the lines that follow test this mechanism.
    pub(super) fn titled(title: &str, axes: [&'static str; 2], mechanism: Mechanism) -> Outcome {
        let figure = Some(Figure { title: title.into(), axes, groups: Vec::new(), stretch: None });
        Outcome { lines: Vec::new(), mechanism, figure }
    }

    /// Sets the mechanism that the following lines test.
    pub(super) fn tests(&mut self, mechanism: Mechanism) {
        self.mechanism = mechanism;
    }

    pub(super) fn line(&mut self, measure: &str, value: impl Into<Option<f64>>, band: Band) {
        self.lines.push(Line::new(measure, value, band, self.mechanism));
    }

    /// A band that was not tested, and why.
    pub(super) fn not_run(&mut self, measure: &str, band: Band, reason: &'static str) {
        self.lines.push(Line {
            measure: measure.into(),
            value: None,
            band,
            verdict: "not run",
            mechanism: self.mechanism,
            reason: Some(reason),
        });
    }

    /// Marks trials in the figure in which something is different: the first and the last of them, counted from 1.
    pub(super) fn mark(&mut self, name: &'static str, [first, last]: [usize; 2]) {
        if let Some(figure) = &mut self.figure {
            figure.stretch = Some(figure::Stretch { name, ends: [first as f64 - 0.5, last as f64 + 0.5] });
        }
    }

    /// Adds courses to the figure, taken at these places.
    pub(super) fn course(&mut self, name: &str, at: Vec<f64>, subjects: Vec<Vec<f64>>) {
        if let Some(figure) = &mut self.figure {
            figure.groups.push(figure::Course { name: name.into(), at, subjects });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_the_edge_of_a_band_lies_in_it_and_what_is_not_known_is_a_miss() {
        let verdict = |value: f64, band| Line::new("x", value, band, Mechanism::Body).verdict;
        assert_eq!(verdict(0.4, Band::Within(0.4, 1.2)), "pass");
        assert_eq!(verdict(1.21, Band::Within(0.4, 1.2)), "miss");
        assert_eq!(verdict(0.95, Band::AtLeast(0.95)), "pass");
        assert_eq!(verdict(0.3, Band::AtMost(0.29)), "miss");
        assert_eq!(verdict(0.0, Band::Above(0.0)), "miss");
        assert_eq!(verdict(0.0, Band::Below(0.0)), "miss");
        assert_eq!(verdict(f64::NAN, Band::AtMost(1.0)), "miss");
        assert_eq!(Line::new("x", None, Band::Above(0.0), Mechanism::Body).verdict, "miss");
        assert_eq!(verdict(f64::NAN, Band::Free), "-");
    }

    #[test]
    fn what_is_not_run_is_neither_met_nor_missed_and_does_not_pass() {
        let mut outcome = Outcome::default();
        outcome.not_run("x", Band::AtLeast(0.3), "no model");
        assert!(!outcome.passed() && !outcome.lines[0].judged());
        outcome.line("y", 1.0, Band::AtLeast(0.3));
        assert!(outcome.passed());
        outcome.line("z", 0.0, Band::AtLeast(0.3));
        assert!(!outcome.passed());
    }
}
