//! Findings that have bands but no experiment yet. Their bands are as they were frozen.

use super::{Band, Mechanism, Outcome};

/// The bands of a finding, and why nothing is held against them.
pub struct Bands {
    mechanism: Mechanism,
    reason: &'static str,
    bands: &'static [(&'static str, Band)],
}

impl Bands {
    /// One line for each band.
    pub fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::default();
        outcome.tests(self.mechanism);
        for (measure, band) in self.bands {
            outcome.not_run(measure, *band, self.reason);
        }
        outcome
    }
}

const NO_EXPERIMENT: &str = "no experiment yet";

/// V13b.
pub const PREFERRED_DIRECTIONS: Bands = Bands {
    mechanism: Mechanism::Cortex,
    reason: NO_EXPERIMENT,
    bands: &[
        ("mean shift of units in the field (deg, the field's sign positive)", Band::Within(5.0, 30.0)),
        ("size of the mean shift after washout (deg)", Band::AtMost(5.0)),
        ("units that keep a shift of their own", Band::AtLeast(0.1)),
    ],
};

/// V15.
pub const CAPACITY: Bands = Bands {
    mechanism: Mechanism::Structure,
    reason: NO_EXPERIMENT,
    bands: &[
        ("rank correlation of practice and capacity, practised zones", Band::AtLeast(0.6)),
        ("capacity", Band::Stated("professional above amateur above none")),
        ("size of the rank correlation, other zones", Band::AtMost(0.3)),
    ],
};
