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
const NO_DECODER: &str = "no task with a decoder of neural activity";

/// V10.
pub const TURNED_DECODER: Bands = Bands {
    mechanism: Mechanism::Cortex,
    reason: NO_DECODER,
    bands: &[
        ("error made up for, 25% of units turned", Band::Within(0.3, 0.75)),
        ("error made up for, 50% of units turned", Band::Within(0.1, 0.5)),
        ("error made up for, 25% - 50%", Band::Above(0.0)),
        ("global shift", Band::Stated("above 0 and above the local extra")),
        ("local extra shift", Band::Stated("above 0 with p < 0.01, at most 1.0 of the global shift")),
        ("drop of gain, turned - other units", Band::Above(0.0)),
        ("differences after washout", Band::Stated("within 2 SE of 0")),
    ],
};

/// V11.
pub const MANIFOLD: Bands = Bands {
    mechanism: Mechanism::Cortex,
    reason: NO_DECODER,
    bands: &[
        ("amount of learning within the manifold", Band::AtLeast(0.4)),
        ("amount of learning outside the manifold", Band::AtMost(0.2)),
        ("amount of learning, within / outside", Band::AtLeast(2.5)),
        ("after-effect", Band::Stated("larger within than outside, p < 0.01")),
        ("variance of activity left in the manifold", Band::AtLeast(0.9)),
    ],
};

/// V12.
pub const NEW_PATTERNS: Bands = Bands {
    mechanism: Mechanism::Structure,
    reason: NO_DECODER,
    bands: &[
        ("learning outside the manifold after 5 to 15 days", Band::AtLeast(0.5)),
        ("the same without the slow process", Band::AtMost(0.25)),
        ("rise of the share of new patterns", Band::AtLeast(0.05)),
    ],
};

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

/// V17.
pub const CEREBELLAR_SHARE: Bands = Bands {
    mechanism: Mechanism::ModelReference,
    reason: NO_EXPERIMENT,
    bands: &[("cerebellar share in the first fifth of practice, transfer - scratch", Band::Above(0.0))],
};
