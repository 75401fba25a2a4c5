//! Whether the brain learns as has been published: each validation repeats an experiment and holds what comes out against
//! bands that were fixed beforehand.
//!
//! | file | contents |
//! |---|---|
//! | `list.rs` | all findings, with claim and source |
//! | `line.rs` | bands, measures and verdicts |
//! | `adaptation.rs` | V1 adaptation to a force field, V2 its two-state course |
//! | `recovery.rs` | V3 spontaneous recovery |
//! | `savings.rs` | V4 savings, V23 their sign |
//! | `dopamine.rs`, `conditioning.rs` | V7 reward prediction error, V8 and V9 its adaptive gain |
//! | `climbing_fibre.rs` | V14 graded error |
//! | `reinforcement.rs` | V16a and V16b sensory against reward error, and the lesions that tell them apart |
//! | `generalisation.rs` | V5 generalisation to other targets |
//! | `plan.rs` | V18 to V21: turned and clamped cursors |
//! | `history.rs` | V6 structural learning, V22 evoked recovery, V24 sensitivity by the history of errors |
//! | `feedback.rs` | V25 reward beside error, V26 uncertain feedback |
//! | `turned.rs` | V10 turned decoders |
//! | `manifold.rs` | V11 and V12 decoders within and outside the manifold, over a day and over ten |
//! | `cells.rs` | V13b units in a force field |
//! | `practice.rs` | V15 capacity and practice |
//! | `share.rs` | V17 the cerebellum's share in transfer |
//! | `mutants.rs` | brains broken on purpose, and which bands notice |
//! | `session.rs` | an agent going through trials of reaching |
//! | `steering.rs` | an agent steering a cursor, through a decoder that was fitted to it |
//!
//! A band is never moved; a measure outside it is reported as a miss, and one that is not taken as not run.

mod adaptation;
mod cells;
mod climbing_fibre;
mod conditioning;
mod dopamine;
mod feedback;
mod generalisation;
mod history;
mod line;
mod list;
mod manifold;
pub mod mutants;
mod plan;
mod practice;
mod recovery;
mod reinforcement;
mod savings;
mod session;
mod share;
mod steering;
mod turned;

pub use line::{Band, FIGURE_COLUMNS, Line, Mechanism, Outcome};
pub use list::VALIDATIONS;

use crate::catalog::{AgentBlueprint, Catalog};
use anyhow::{Context, Result};
use etude_envs::Seed;
use etude_envs::document::{Document, to_yaml};
use serde_json::json;

/// Under what conditions validations are run.
#[derive(Clone)]
pub struct Setting<'a> {
    /// What there is.
    pub catalog: &'a Catalog,
    /// The agent whose learning is looked at.
    pub agent: AgentBlueprint,
    /// Subjects in each group.
    pub subjects: u64,
    /// The seed that all randomness comes from.
    pub seed: Seed,
    /// Targets of the reaching tasks, where they are not the tasks' own.
    pub targets: Option<u64>,
    /// Threads to use; results do not depend on it.
    pub threads: usize,
}

/// A part of the brain that can be altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Learning from error.
    Cerebellum,
    /// Learning from reward.
    BasalGanglia,
    /// Activity of units.
    MotorCortex,
}

impl Setting<'_> {
    /// The agent with other settings of a part, given in YAML's flow style; `null` leaves the part out. An agent without
    /// the part stays as it is.
    ///
    /// # Errors
    /// Settings that the part does not have.
    pub fn altered(&self, part: Part, settings: &str) -> Result<AgentBlueprint> {
        let Some(brain) = self.agent.brain() else { return Ok(self.agent.clone()) };
        let (key, has_it) = match part {
            Part::Cerebellum => ("cerebellum", brain.cerebellum.is_some()),
            Part::BasalGanglia => ("basal_ganglia", brain.basal_ganglia.is_some()),
            Part::MotorCortex => ("motor_cortex", brain.motor_cortex.is_some()),
        };
        if !has_it {
            return Ok(self.agent.clone());
        }
        let name = self.agent.name();
        let whole = to_yaml(&json!({"agent": name, "kind": "brain", "brain": brain}))
            .with_context(|| format!("agent `{name}` cannot be written down"))?;
        let altered = format!("brain: {{{key}: {settings}}}\n");
        let base = Document::parse(name, &whole)?;
        Ok(self.catalog.agent_from(&Document::parse("altered settings", &altered)?.extending(&base))?)
    }
}

/// A finding to be reproduced.
pub struct Validation {
    /// Its number, such as `V1`.
    pub id: &'static str,
    /// What is claimed.
    pub claim: &'static str,
    /// Where it was published.
    pub source: &'static str,
    experiment: fn(&Setting<'_>) -> Result<Outcome>,
}

impl Validation {
    /// Repeats the experiment.
    ///
    /// # Errors
    /// An agent that cannot do it, or acts in numbers that are not finite.
    pub fn run(&self, setting: &Setting<'_>) -> Result<Outcome> {
        (self.experiment)(setting)
    }
}

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

    #[test]
    fn settings_alter_only_a_part_that_the_agent_has() {
        let catalog = Catalog::default();
        let setting = |agent: &str| Setting {
            agent: catalog.agent(agent).unwrap(),
            catalog: &catalog,
            subjects: 1,
            seed: Seed(0),
            targets: None,
            threads: 1,
        };
        let slow = "{feedback_error: {fast: {rate: 0}}}";
        let altered = setting("brain").altered(Part::Cerebellum, slow).unwrap();
        let (whole, altered) = (setting("brain").agent.brain().unwrap().clone(), altered.brain().unwrap().clone());
        let (whole, altered_fast) = (whole.cerebellum.unwrap(), altered.cerebellum.unwrap());
        assert_eq!(altered_fast.feedback_error.as_ref().unwrap().fast.rate, 0.0);
        assert_eq!(
            altered_fast.feedback_error.as_ref().unwrap().fast.retention,
            whole.feedback_error.as_ref().unwrap().fast.retention
        );
        assert_eq!(altered_fast.feedback_error.as_ref().unwrap().slow, whole.feedback_error.as_ref().unwrap().slow);
        assert!(setting("dopamine").altered(Part::Cerebellum, slow).unwrap().brain().unwrap().cerebellum.is_none());
        assert!(setting("brain").altered(Part::BasalGanglia, "null").unwrap().brain().unwrap().basal_ganglia.is_none());
        assert!(setting("idle").altered(Part::Cerebellum, slow).unwrap().brain().is_none());
        assert!(setting("brain").altered(Part::Cerebellum, "{fast: 0}").is_err());
    }
}
