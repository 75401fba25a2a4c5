//! All findings, by number.

use super::line::Outcome;
use super::setting::Setting;
use super::{
    adaptation, cells, climbing_fibre, dopamine, feedback, generalisation, history, manifold, plan, practice, recovery,
    reinforcement, savings, share, turned,
};
use anyhow::Result;

/// A finding to reproduce.
pub struct Validation {
    /// Its id, for example `V1`.
    pub id: &'static str,
    /// The claim.
    pub claim: &'static str,
    /// The publication.
    pub source: &'static str,
    experiment: fn(&Setting<'_>) -> Result<Outcome>,
}

impl Validation {
    /// Repeats the experiment.
    ///
    /// # Errors
    /// An agent that cannot perform it, or one with non-finite actions.
    pub fn run(&self, setting: &Setting<'_>) -> Result<Outcome> {
        (self.experiment)(setting)
    }
}

/// All validations, in order.
pub const VALIDATIONS: [Validation; 27] = [
    Validation {
        id: "V1",
        claim: "A force field is adapted to, and its loss shows an after-effect",
        source: "Shadmehr & Mussa-Ivaldi 1994",
        experiment: adaptation::adaptation,
    },
    Validation {
        id: "V2",
        claim: "Adaptation follows a fast and a slow process",
        source: "Smith, Ghazizadeh & Shadmehr 2006",
        experiment: adaptation::two_state,
    },
    Validation {
        id: "V3",
        claim: "What was unlearned recovers spontaneously",
        source: "Smith, Ghazizadeh & Shadmehr 2006",
        experiment: recovery::recovery,
    },
    Validation {
        id: "V4",
        claim: "Relearning is faster even after a complete washout",
        source: "Zarahn et al. 2008",
        experiment: savings::savings,
    },
    Validation {
        id: "V5",
        claim: "What was learned at one target generalises to targets near it",
        source: "Krakauer et al. 2000; Donchin et al. 2003; Tanaka et al. 2009",
        experiment: generalisation::generalisation,
    },
    Validation {
        id: "V6",
        claim: "Practice of random rotations teaches their structure",
        source: "Braun et al. 2009",
        experiment: history::structure,
    },
    Validation {
        id: "V7",
        claim: "Dopamine is the error of the prediction of reward",
        source: "Schultz, Dayan & Montague 1997",
        experiment: dopamine::prediction_error,
    },
    Validation {
        id: "V8",
        claim: "Dopamine adapts its gain to the range of rewards",
        source: "Tobler, Fiorillo & Schultz 2005",
        experiment: dopamine::adaptive_coding,
    },
    Validation {
        id: "V9",
        claim: "The slope of its response falls as the spread of rewards grows, and takes trials to do so",
        source: "Diederen et al. 2016",
        experiment: dopamine::slope,
    },
    Validation {
        id: "V10",
        claim: "A decoder that is turned is answered by re-aiming, re-weighting and re-mapping",
        source: "Jarosiewicz et al. 2008",
        experiment: turned::turned_decoder,
    },
    Validation {
        id: "V11",
        claim: "New decoders are learned within the intrinsic manifold, and not outside it",
        source: "Sadtler et al. 2014; Golub et al. 2018",
        experiment: manifold::manifold,
    },
    Validation {
        id: "V12",
        claim: "Over days new patterns of activity appear",
        source: "Oby et al. 2019",
        experiment: manifold::days,
    },
    Validation {
        id: "V13b",
        claim: "Preferred directions shift with the field, and some keep their shift",
        source: "Li, Padoa-Schioppa & Bizzi 2001",
        experiment: cells::cells,
    },
    Validation {
        id: "V14",
        claim: "Graded climbing fibres grade what is learned from an error",
        source: "Yang & Lisberger 2014; Zang & De Schutter 2019",
        experiment: climbing_fibre::graded,
    },
    Validation {
        id: "V15",
        claim: "Capacity grows with practice, where it is practised",
        source: "Gaser & Schlaug 2003",
        experiment: practice::capacity,
    },
    Validation {
        id: "V16a",
        claim: "Learning from error shifts where the hand is predicted to be, learning from reward does not",
        source: "Izawa & Shadmehr 2011",
        experiment: reinforcement::prediction,
    },
    Validation {
        id: "V16b",
        claim: "Learning from error and from reward are apart: each is lost with a part of its own",
        source: "Therrien, Wolpert & Bastian 2016",
        experiment: reinforcement::dissociation,
    },
    Validation {
        id: "V17",
        claim: "In transfer the cerebellum has a larger share than in learning from scratch",
        source: "Seidler 2010",
        experiment: share::early_share,
    },
    Validation {
        id: "V18",
        claim: "A rotation leaves an after-effect with the cursor off",
        source: "Krakauer et al. 2000; Taylor & Ivry 2014",
        experiment: plan::after_effect,
    },
    Validation {
        id: "V19",
        claim: "Practised reaches scatter by a few degrees, cursor on or off",
        source: "van Beers, Haggard & Wolpert 2004",
        experiment: plan::scattered,
    },
    Validation {
        id: "V20",
        claim: "One target is learned in tens of trials, a small share of the error at a time",
        source: "Krakauer et al. 2000; Smith, Ghazizadeh & Shadmehr 2006",
        experiment: plan::rate,
    },
    Validation {
        id: "V21",
        claim: "A clamped cursor draws the hand away, to a bound that hardly depends on the clamp",
        source: "Morehead et al. 2017; Kim et al. 2018",
        experiment: plan::error_clamp,
    },
    Validation {
        id: "V22",
        claim: "Two trials of a field bring back what was learned in it",
        source: "Heald, Lengyel & Wolpert 2021",
        experiment: history::evoked_recovery,
    },
    Validation {
        id: "V23",
        claim: "Savings are for the same field more than for its opposite",
        source: "Herzfeld et al. 2014; Huang et al. 2011",
        experiment: savings::sign_of_savings,
    },
    Validation {
        id: "V24",
        claim: "Errors that last raise the sensitivity to error, errors that alternate lower it",
        source: "Herzfeld et al. 2014",
        experiment: history::sensitivity,
    },
    Validation {
        id: "V25",
        claim: "Reward beside error makes learning faster and what was learned last",
        source: "Nikooyan & Ahmed 2015; Shmuelof et al. 2012; Galea et al. 2015",
        experiment: feedback::reward_and_error,
    },
    Validation {
        id: "V26",
        claim: "Uncertain feedback is learned from less",
        source: "Wei & Körding 2010",
        experiment: feedback::uncertainty,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_is_listed_once_and_in_order() {
        let ids: Vec<&str> = VALIDATIONS.iter().map(|validation| validation.id).collect();
        let expected = [
            "V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10", "V11", "V12", "V13b", "V14", "V15", "V16a",
            "V16b", "V17", "V18", "V19", "V20", "V21", "V22", "V23", "V24", "V25", "V26",
        ];
        assert_eq!(ids, expected);
    }
}
