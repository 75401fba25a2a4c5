//! Percepts: senses that are not always there, and what could stand in for them.
//!
//! Touch tells where a finger is only while it touches, a cursor only while it is shown. A task that lists such senses beside
//! its fields tells what an agent could learn to predict: from which proprioceptors, and what it would be good for. It tells
//! nothing that is not observed.

use crate::space::Space;

/// A sense that is not always there. All names are those of observed fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Percept {
    /// Unique name, in snake case.
    pub name: String,
    /// What is sensed, while it is there.
    pub values: Vec<String>,
    /// Above 0 while it is.
    pub present: String,
    /// Proprioceptors of the limb that it depends on.
    pub limb: Vec<String>,
    /// What is to be sensed.
    pub goals: Vec<Goal>,
}

/// What is to be sensed of a percept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Goal {
    /// What is wanted of each value of the percept, in its units.
    pub values: Vec<String>,
    /// What has to be added to them, in the same units.
    pub offsets: Vec<f32>,
    /// Tells from 0 to 1 whether it is this percept that is wanted there; always where there is none.
    pub due: Option<String>,
}

impl Percept {
    /// What in it is no field of the observation, or does not fit together, as readable lines.
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
