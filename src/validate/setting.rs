//! The conditions of validations.

use crate::catalog::{AgentBlueprint, Catalog};
use anyhow::{Context, Result};
use etude_envs::Seed;
use etude_envs::document::{Document, to_yaml};
use serde_json::json;

/// The conditions of validations.
#[derive(Clone)]
pub struct Setting<'a> {
    /// Tasks and agents.
    pub catalog: &'a Catalog,
    /// The agent under test.
    pub agent: AgentBlueprint,
    /// Number of subjects in each group.
    pub subjects: u64,
    /// The seed of all randomness.
    pub seed: Seed,
    /// Number of targets of the reaching tasks; `None` for the tasks' own.
    pub targets: Option<u64>,
    /// Number of threads; results do not depend on it.
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
    /// The agent with other settings of a part, given in YAML's flow style; `null` removes the part. An agent without
    /// the part is unchanged.
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

#[cfg(test)]
mod tests {
    use super::*;

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
