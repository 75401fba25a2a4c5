//! What each measure means, in a line.

/// What the measures of one figure are about.
#[derive(Clone, Copy, PartialEq)]
pub enum Theme {
    /// Scores in the test.
    Score,
    /// Steps to the criterion in the test.
    Steps,
    /// What was learned twice.
    Memory,
}

/// The figures: theme, name of the file and heading.
pub const THEMES: [(Theme, &str, &str); 3] = [
    (Theme::Score, "measures-score", "In score"),
    (Theme::Steps, "measures-steps", "In steps of practice"),
    (Theme::Memory, "measures-memory", "In retention and relearning"),
];

/// A measure as a report tells of it.
pub struct Definition {
    /// Its name in `summary.json`, after the group.
    pub measure: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The value that means no effect.
    pub null: f64,
    /// The figure in which it is drawn; none if it is told in the table alone.
    pub figure: Option<Theme>,
    /// What it means.
    pub meaning: &'static str,
}

const fn drawn(
    theme: Theme,
    measure: &'static str,
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
) -> Definition {
    Definition { measure, name, unit, null: 0.0, figure: Some(theme), meaning }
}

const fn told(measure: &'static str, name: &'static str, unit: &'static str, meaning: &'static str) -> Definition {
    Definition { measure, name, unit, null: 0.0, figure: None, meaning }
}

const fn against(definition: Definition, null: f64) -> Definition {
    Definition { null, ..definition }
}

/// All measures, in the order in which they are told.
pub const ALL: &[Definition] = &[
    drawn(
        Theme::Score,
        "area_difference",
        "Area difference",
        "score",
        "Mean score over the whole test, minus that of the other group: the overall advantage (Taylor & Stone 2009).",
    ),
    drawn(
        Theme::Score,
        "jumpstart",
        "Jumpstart",
        "score",
        "Score at the first evaluation, before any step of the test, minus that of the other group (Taylor & Stone 2009).",
    ),
    drawn(
        Theme::Score,
        "asymptotic_gain",
        "Asymptotic gain",
        "score",
        "Score in the last tenth of the test, minus that of the other group: whether the advantage lasts \
         (Taylor & Stone 2009).",
    ),
    told(
        "interaction",
        "Interaction",
        "score",
        "Area difference of both factors together beyond the sum of those of each alone: (both − one) − (other − neither). \
         Above 0, each makes the other more effective.",
    ),
    drawn(
        Theme::Steps,
        "steps_saved",
        "Steps saved",
        "env steps",
        "Additional test steps that the other group needed to reach the criterion; a subject that never reached it counts with \
         the whole test.",
    ),
    drawn(
        Theme::Steps,
        "percent_transfer",
        "Percent transfer",
        "%",
        "Steps saved, as a percentage of what the reference group needed. Practice is not counted \
         (Gagné, Foster & Crowley 1948).",
    ),
    drawn(
        Theme::Steps,
        "transfer_effectiveness",
        "Transfer effectiveness",
        "steps saved per step of practice",
        "Test steps saved for each step of practice. Above 1, the practice paid for itself (Roscoe 1971).",
    ),
    told(
        "bounded_transfer",
        "Bounded percent transfer",
        "%",
        "Steps saved, divided by the sum of the steps that both groups needed: from −100 to 100 (Murdock 1957).",
    ),
    told(
        "transfer_ratio",
        "Transfer ratio",
        "share",
        "Area difference divided by the area of the reference group (Taylor & Stone 2009).",
    ),
    told(
        "forward_transfer",
        "Forward transfer",
        "share",
        "Area difference divided by what was left to gain, 1 minus the area of the reference group (Wołczyk et al. 2021).",
    ),
    against(
        drawn(
            Theme::Score,
            "probability_of_improvement",
            "Probability of improvement",
            "probability",
            "Probability that a subject of the group has a larger area than one of the other; 0.5 means no difference \
             (Agarwal et al. 2021).",
        ),
        0.5,
    ),
    against(
        told(
            "probability_of_improvement_paired",
            "Probability of improvement among twins",
            "probability",
            "How often a subject has a larger area than its own twin, which has the same seed; 0.5 means no difference.",
        ),
        0.5,
    ),
    told(
        "forgetting",
        "Forgetting",
        "score",
        "Score at the end of the first learning, minus that at the start of the test (Wołczyk et al. 2021).",
    ),
    told(
        "backward_transfer",
        "Backward transfer",
        "score",
        "Forgetting with its sign reversed (Lopez-Paz & Ranzato 2017).",
    ),
    against(
        told(
            "retention",
            "Retention",
            "share",
            "Share of the score at the end of the first learning that is retained; 1 means all of it.",
        ),
        1.0,
    ),
    drawn(
        Theme::Memory,
        "savings_in_steps",
        "Savings in steps",
        "share",
        "Share of the steps to criterion that relearning saves (Ebbinghaus 1885).",
    ),
    drawn(
        Theme::Memory,
        "early_savings",
        "Early savings",
        "score",
        "Early score in relearning, minus that in the first learning (Krakauer, Ghez & Ghilardi 2005).",
    ),
    told(
        "savings_in_rate",
        "Savings in rate",
        "share",
        "How much faster the learning curve rises in relearning; 0 means equally fast.",
    ),
    drawn(
        Theme::Memory,
        "retrograde_interference",
        "Retrograde interference",
        "share",
        "Share of the savings lost to what was learned in between (Krakauer, Ghez & Ghilardi 2005).",
    ),
    drawn(
        Theme::Memory,
        "anterograde_interference",
        "Anterograde interference",
        "share",
        "Share of early performance on the last practice task lost to earlier practice; below 0, earlier practice helped.",
    ),
];
