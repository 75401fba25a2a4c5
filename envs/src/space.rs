//! Fields and spaces: the contents of observations and actions.
//!
//! One list of [`Field`]s determines the buffers, the bounds, the generated docs (`etude describe`) and the tests, so
//! that they always agree.

/// The role of a number for an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The world around the body, or the task.
    World,
    /// The body itself: joint angles, speeds, forces.
    Body,
    /// The desired state of the body, if a task has a desired trajectory.
    Desired,
    /// The command of the body's own feedback controller for the present error, in units of that action: the error
    /// signal of feedback-error learning (Kawato & Gomi 1992).
    Feedback {
        /// Index of the action.
        action: usize,
    },
    /// Whether the error behind the feedback commands is the task's error, because it is shown (1), or only felt and
    /// possibly different (0).
    ErrorShown,
    /// Desired velocity along an axis of the task.
    Aim {
        /// The axis.
        axis: usize,
    },
    /// Desired minus seen velocity along an axis of the task: an error that does not say which actions would reduce it.
    Error {
        /// The axis.
        axis: usize,
    },
}

impl Role {
    /// In one word: `world`, `body`, `desired`, `feedback`, `error-shown`, `aim` or `error`.
    pub fn name(self) -> &'static str {
        match self {
            Role::World => "world",
            Role::Body => "body",
            Role::Desired => "desired",
            Role::Feedback { .. } => "feedback",
            Role::ErrorShown => "error-shown",
            Role::Aim { .. } => "aim",
            Role::Error { .. } => "error",
        }
    }
}

/// One number of an observation or action.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Unique name within its space, in snake case.
    pub name: String,
    /// Its meaning, in one line.
    pub meaning: String,
    /// Unit, or `1` for a dimensionless number.
    pub unit: String,
    /// Lowest value: observations and actions are clipped to it.
    pub low: f32,
    /// Highest value: observations and actions are clipped to it.
    pub high: f32,
    /// A typical magnitude in the field's own unit, above 0, for scaling before any experience.
    pub typical: f32,
    /// Its role for an agent.
    pub role: Role,
}

impl Field {
    /// A field that senses the body.
    pub fn body(name: &str, unit: &str, low: f32, high: f32, typical: f32, meaning: &str) -> Self {
        Self { name: name.into(), meaning: meaning.into(), unit: unit.into(), low, high, typical, role: Role::Body }
    }

    /// A number in recordings only, with any range.
    pub fn recorded(name: &str, unit: &str, meaning: &str) -> Self {
        Self::outside(name, unit, f32::MIN, f32::MAX, 1.0, meaning)
    }

    /// A field that senses the world around the body.
    pub fn outside(name: &str, unit: &str, low: f32, high: f32, typical: f32, meaning: &str) -> Self {
        Self { role: Role::World, ..Self::body(name, unit, low, high, typical, meaning) }
    }

    /// The same field in another role.
    pub fn with_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Whether it senses the body itself.
    pub fn proprioceptive(&self) -> bool {
        self.role == Role::Body
    }

    /// An action in [-1, 1].
    pub fn action(name: &str, meaning: &str) -> Self {
        Self::body(name, "1", -1.0, 1.0, 1.0, meaning)
    }
}

/// An ordered list of fields: the shape of an observation or action.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Space {
    fields: Vec<Field>,
    /// The bounds as arrays, for the step loop.
    lows: Vec<f32>,
    highs: Vec<f32>,
}

impl Space {
    /// A space with these fields, in this order.
    pub fn new(fields: Vec<Field>) -> Self {
        let lows = fields.iter().map(|field| field.low).collect();
        let highs = fields.iter().map(|field| field.high).collect();
        Self { fields, lows, highs }
    }

    /// The fields in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Index of the field of that name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether it has no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Clips every value to its field's bounds, as a real sensor saturates; NaN stays NaN.
    pub fn clip(&self, values: &mut [f32]) {
        for ((value, &low), &high) in values.iter_mut().zip(&self.lows).zip(&self.highs) {
            *value = if *value < low { low } else { *value };
            *value = if *value > high { high } else { *value };
        }
    }

    /// Differences in name or unit between two spaces, one line each; empty if an agent can move between them.
    pub fn differences(&self, other: &Space) -> Vec<String> {
        let longest = self.len().max(other.len());
        let name = |field: Option<&Field>| match field {
            Some(field) => format!("`{}` [{}]", field.name, field.unit),
            None => "nothing".into(),
        };
        (0..longest)
            .filter_map(|index| {
                let (ours, theirs) = (self.fields.get(index), other.fields.get(index));
                (name(ours) != name(theirs)).then(|| format!("field {index}: {} against {}", name(ours), name(theirs)))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_the_fields() {
        let ours = Space::new(vec![Field::action("steer", ""), Field::action("pedal", "")]);
        let theirs =
            Space::new(vec![Field::action("steer", ""), Field::action("slide", ""), Field::action("press", "")]);
        assert_eq!(ours.differences(&ours), Vec::<String>::new());
        assert_eq!(
            ours.differences(&theirs),
            ["field 1: `pedal` [1] against `slide` [1]", "field 2: nothing against `press` [1]"]
        );
    }

    #[test]
    fn clipping_saturates() {
        let space = Space::new(vec![Field::action("steer", ""), Field::action("pedal", "")]);
        let mut values = [-3.0, 0.25];
        space.clip(&mut values);
        assert_eq!(values, [-1.0, 0.25]);
    }
}
