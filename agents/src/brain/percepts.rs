//! Checks of an agent's percepts.

use super::config::{ConfigError, within};
use crate::agent::AgentShape;

/// Largest number of percepts, and of entries in each list of a percept.
const MOST: usize = 256;

/// Checks that all percepts name observed numbers, and that goals give one for each of their values.
pub(super) fn validate(shape: &AgentShape) -> Result<(), ConfigError> {
    within("shape.percepts", shape.percepts.len(), 0..=MOST)?;
    let last = shape.observations.len().saturating_sub(1);
    for (number, percept) in shape.percepts.iter().enumerate() {
        let field = format!("shape.percepts[{number}]");
        within(&format!("{field}.values"), percept.values.len(), 1..=MOST)?;
        within(&format!("{field}.limb"), percept.limb.len(), 1..=MOST)?;
        within(&format!("{field}.goals"), percept.goals.len(), 0..=MOST)?;
        within(&format!("{field}.present"), percept.present, 0..=last)?;
        for (list, indices) in [("values", &percept.values), ("limb", &percept.limb)] {
            for (place, &index) in indices.iter().enumerate() {
                within(&format!("{field}.{list}[{place}]"), index, 0..=last)?;
            }
        }
        let values = percept.values.len();
        for (place, goal) in percept.goals.iter().enumerate() {
            let field = format!("{field}.goals[{place}]");
            within(&format!("{field}.values"), goal.values.len(), values..=values)?;
            within(&format!("{field}.offsets"), goal.offsets.len(), values..=values)?;
            for &index in goal.values.iter().chain(&goal.due) {
                within(&field, index, 0..=last)?;
            }
            for &offset in &goal.offsets {
                within(&format!("{field}.offsets"), offset, -1e6..=1e6)?;
            }
        }
    }
    Ok(())
}
