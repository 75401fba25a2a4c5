//! Lesions: parts of an agent that are switched off.

use anyhow::Result;
use etude_agents::Agent;
use std::collections::BTreeMap;

/// Parts of an agent that are switched off, with the share that is lost (or the size of a disturbance).
pub type Lesions = BTreeMap<String, f32>;

/// Switches off parts of an agent.
///
/// # Errors
/// A part that the agent does not have, or a share out of its range.
pub fn lesion(agent: &mut dyn Agent, lesions: &Lesions) -> Result<()> {
    lesions.iter().try_for_each(|(part, &share)| Ok(agent.lesion(part, share)?))
}
