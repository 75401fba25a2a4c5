//! Whether the brain learns as has been published: each validation repeats an experiment and holds what comes out against
//! bands that were fixed beforehand.
//!
//! | file | validations |
//! |---|---|
//! | `force_field.rs` | V1 adaptation, V2 two-state course, V3 spontaneous recovery, V4 savings |
//! | `conditioning.rs` | V7 reward prediction error, V8 and V9 its adaptive gain |
//! | `climbing_fibre.rs` | V14 graded error |
//! | `reinforcement.rs` | V16 sensory against reward error, and the lesions that tell them apart |
//! | `session.rs` | an agent going through trials of reaching |
//!
//! A band is never moved; a measure outside it is reported as a miss.

mod climbing_fibre;
mod conditioning;
mod force_field;
mod reinforcement;
mod session;

use crate::catalog::{AgentBlueprint, Catalog};
use crate::figure;
use anyhow::Result;
use etude_envs::Seed;
use serde::Serialize;
use std::fmt::Write;

/// Under what conditions validations are run.
pub struct Setting<'a> {
    /// What there is.
    pub catalog: &'a Catalog,
    /// The agent whose learning is looked at.
    pub agent: AgentBlueprint,
    /// Subjects in each group.
    pub subjects: u64,
    /// The seed that all randomness comes from.
    pub seed: Seed,
    /// Threads to use; results do not depend on it.
    pub threads: usize,
}

/// A finding to be reproduced.
pub struct Validation {
    /// Its number, such as `V1`.
    pub id: &'static str,
    /// What is claimed.
    pub claim: &'static str,
    /// Where it was published.
    pub source: &'static str,
    run: fn(&Setting<'_>) -> Result<Outcome>,
}

impl Validation {
    /// Repeats the experiment.
    ///
    /// # Errors
    /// An agent that cannot do it, or acts in numbers that are not finite.
    pub fn run(&self, setting: &Setting<'_>) -> Result<Outcome> {
        (self.run)(setting)
    }
}

/// All validations, by number.
pub const VALIDATIONS: [Validation; 9] = [
    Validation {
        id: "V1",
        claim: "A force field is adapted to, and its loss shows an after-effect",
        source: "Shadmehr & Mussa-Ivaldi 1994",
        run: force_field::adaptation,
    },
    Validation {
        id: "V2",
        claim: "Adaptation follows a fast and a slow process",
        source: "Smith, Ghazizadeh & Shadmehr 2006",
        run: force_field::two_state,
    },
    Validation {
        id: "V3",
        claim: "What was unlearned recovers spontaneously",
        source: "Smith, Ghazizadeh & Shadmehr 2006",
        run: force_field::recovery,
    },
    Validation {
        id: "V4",
        claim: "Relearning is faster even after a complete washout",
        source: "Zarahn et al. 2008",
        run: force_field::savings,
    },
    Validation {
        id: "V7",
        claim: "Dopamine is the error of the prediction of reward",
        source: "Schultz, Dayan & Montague 1997",
        run: conditioning::prediction_error,
    },
    Validation {
        id: "V8",
        claim: "Dopamine adapts its gain to the range of rewards",
        source: "Tobler, Fiorillo & Schultz 2005",
        run: conditioning::adaptive_coding,
    },
    Validation {
        id: "V9",
        claim: "The slope of its response falls as the spread of rewards grows, and takes trials to do so",
        source: "Diederen et al. 2016",
        run: conditioning::slope,
    },
    Validation {
        id: "V14",
        claim: "Graded climbing fibres grade what is learned from an error",
        source: "Yang & Lisberger 2014; Zang & De Schutter 2019",
        run: climbing_fibre::graded,
    },
    Validation {
        id: "V16",
        claim: "Learning from error and from reward are apart: each is lost with a part of its own",
        source: "Izawa & Shadmehr 2011; Therrien, Wolpert & Bastian 2016",
        run: reinforcement::dissociation,
    },
];

/// The values that a measure may take.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// From one to the other.
    Within(f64, f64),
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// More than this.
    Above(f64),
    /// None: given as a control or for comparison.
    Free,
}

impl Band {
    /// Whether a value lies in it.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Band::Within(low, high) => (low..=high).contains(&value),
            Band::AtLeast(low) => value >= low,
            Band::AtMost(high) => value <= high,
            Band::Above(low) => value > low,
            Band::Free => true,
        }
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Band::Within(low, high) => format!("{low} to {high}"),
            Band::AtLeast(low) => format!("at least {low}"),
            Band::AtMost(high) => format!("at most {high}"),
            Band::Above(low) => format!("above {low}"),
            Band::Free => "-".into(),
        }
    }
}

/// What one measure came out as.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What was measured, with its unit.
    pub measure: String,
    /// The value; none where it could not be had.
    pub value: Option<f64>,
    /// Where it should lie.
    pub band: Band,
    /// `pass`, `miss`, or `-` for what has no band.
    pub verdict: &'static str,
}

impl Line {
    fn new(measure: &str, value: impl Into<Option<f64>>, band: Band) -> Line {
        let value = value.into().filter(|value| value.is_finite());
        let verdict = match (band, value) {
            (Band::Free, _) => "-",
            (_, Some(value)) if band.holds(value) => "pass",
            _ => "miss",
        };
        Line { measure: measure.into(), value, band, verdict }
    }
}

/// What a validation came out as.
#[derive(Default)]
pub struct Outcome {
    /// One line per measure.
    pub lines: Vec<Line>,
    /// The figure's title, axes and groups.
    figure: (String, [&'static str; 2], Vec<figure::Course>),
}

impl Outcome {
    /// Whether all measures lie in their bands.
    pub fn passed(&self) -> bool {
        self.lines.iter().all(|line| line.verdict != "miss")
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// That of the drawing library.
    pub fn figure(&self) -> Result<String> {
        figure::courses(&self.figure.0, self.figure.1, &self.figure.2)
    }

    /// The numbers behind the figure, one row per value.
    pub fn csv(&self) -> String {
        let mut text = String::from("group,subject,at,value\n");
        for group in &self.figure.2 {
            for (subject, values) in group.subjects.iter().enumerate() {
                for (at, value) in group.at.iter().zip(values) {
                    let _ = writeln!(text, "{},{subject},{at},{value}", group.name.replace(',', ";"));
                }
            }
        }
        text
    }

    fn line(&mut self, measure: &str, value: impl Into<Option<f64>>, band: Band) {
        self.lines.push(Line::new(measure, value, band));
    }

    fn titled(title: &str, axes: [&'static str; 2]) -> Outcome {
        Outcome { lines: Vec::new(), figure: (title.into(), axes, Vec::new()) }
    }

    /// Adds courses to the figure, taken at these places.
    fn course(&mut self, name: &str, at: Vec<f64>, subjects: Vec<Vec<f64>>) {
        self.figure.2.push(figure::Course { name: name.into(), at, subjects });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_the_edge_of_a_band_lies_in_it_and_what_is_not_known_is_a_miss() {
        let verdict = |value: f64, band| Line::new("x", value, band).verdict;
        assert_eq!(verdict(0.4, Band::Within(0.4, 1.2)), "pass");
        assert_eq!(verdict(1.21, Band::Within(0.4, 1.2)), "miss");
        assert_eq!(verdict(0.95, Band::AtLeast(0.95)), "pass");
        assert_eq!(verdict(0.3, Band::AtMost(0.29)), "miss");
        assert_eq!(verdict(0.0, Band::Above(0.0)), "miss");
        assert_eq!(verdict(f64::NAN, Band::AtMost(1.0)), "miss");
        assert_eq!(Line::new("x", None, Band::Above(0.0)).verdict, "miss");
        assert_eq!(verdict(f64::NAN, Band::Free), "-");
    }
}
