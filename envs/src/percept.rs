//! Percepts: senses that are not always present, and the senses that can predict them.
//!
//! Touch gives the position of a finger only during contact, and vision gives the position of a cursor only while it is
//! shown. A task lists such senses so that an agent can learn to predict them: from which proprioceptors, and for which
//! goals. Percepts contain nothing that is not observed.

use crate::space::Space;

/// A sense that is not always present. All names are names of observed fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Percept {
    /// Unique name, in snake case.
    pub name: String,
    /// Fields that hold the sensed values while the sense is present.
    pub values: Vec<String>,
    /// Field that is above 0 while the sense is present.
    pub present: String,
    /// Proprioceptive fields of the limb on which the sense depends.
    pub limb: Vec<String>,
    /// Goals for the sensed values.
    pub goals: Vec<Goal>,
}

/// A goal for a percept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Goal {
    /// Fields with the desired value of each of the percept's values, in the same units.
    pub values: Vec<String>,
    /// Offsets to add to the desired values, in the same units.
    pub offsets: Vec<f32>,
    /// Field from 0 to 1 that says whether this percept has to reach the goal; `None` for always.
    pub due: Option<String>,
}

impl Percept {
    /// Messages about names that are not observed fields, and about parts that do not fit together.
    pub fn faults(&self, observation: &Space) -> Vec<String> {
        let mut faults = Vec::new();
        let mut known = |part: &str, name: &str| {
            let field = observation.index(name);
            if field.is_none() {
                faults.push(format!("{part}: expected an observed field, found `{name}`; name one or add it"));
            }
            field.map(|index| &observation.fields()[index])
        };
        for name in &self.values {
            known("values", name);
        }
        known("present", &self.present);
        let limb: Vec<_> = self.limb.iter().map(|name| known("limb", name)).collect();
        for goal in &self.goals {
            for name in goal.values.iter().chain(&goal.due) {
                known("goals", name);
            }
        }
        for field in limb.into_iter().flatten().filter(|field| !field.proprioceptive()) {
            faults.push(format!("limb: expected proprioceptors, found `{}`, which is none; leave it out", field.name));
        }
        if self.values.is_empty() || self.limb.is_empty() {
            faults.push("expected at least one value and one proprioceptor, found none; list them".into());
        }
        for goal in &self.goals {
            let (values, wanted, offsets) = (self.values.len(), goal.values.len(), goal.offsets.len());
            if (wanted, offsets) != (values, values) {
                faults.push(format!(
                    "goals: expected a field and an offset for each of {values} values, found {wanted} and {offsets}"
                ));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Field;

    #[test]
    fn what_does_not_fit_is_named() {
        let body = Field::body("palm", "m", -1.0, 1.0, 0.1, "");
        let touch = ["touch", "force"].map(|name| Field::outside(name, "1", -1.0, 1.0, 1.0, ""));
        let space = Space::new(touch.into_iter().chain([body]).collect());
        let sound = Percept {
            name: "touch".into(),
            values: vec!["touch".into()],
            present: "force".into(),
            limb: vec!["palm".into()],
            goals: vec![Goal { values: vec!["touch".into()], offsets: vec![0.0], due: None }],
        };
        assert_eq!(sound.faults(&space), Vec::<String>::new());
        let broken = Percept {
            present: "forse".into(),
            limb: vec!["touch".into()],
            goals: vec![Goal { offsets: Vec::new(), ..sound.goals[0].clone() }],
            ..sound
        };
        let faults = broken.faults(&space);
        assert_eq!(faults.len(), 3, "{faults:?}");
        for part in ["`forse`", "proprioceptors, found `touch`", "found 1 and 0"] {
            assert!(faults.iter().any(|fault| fault.contains(part)), "{part}: {faults:?}");
        }
    }
}
