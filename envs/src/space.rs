//! Fields and spaces: what an observation or action is made of.
//!
//! One list of [`Field`]s drives the buffers, the bounds, the generated docs (`etude describe`) and the tests, so that
//! they cannot drift apart.

/// What an observed number tells of, so that an agent can use it for what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The world around the body, or the task.
    World,
    /// The body itself: joint angles, speeds, forces.
    Body,
    /// Where the body should be by now, where a task has a desired trajectory.
    Desired,
    /// The command, in units of that action, with which the body's own feedback controller answers the present error:
    /// the error signal of feedback-error learning (Kawato & Gomi 1992).
    Feedback {
        /// Index of the action.
        action: usize,
    },
    /// Whether the error that the feedback commands answer is that of the task, as it is shown (1), or one that is felt
    /// only and need not be (0).
    ErrorShown,
    /// Velocity along an axis of the task with which what is steered should move now.
    Aim {
        /// The axis.
        axis: usize,
    },
    /// The same less the velocity with which it was seen to move: an error in the task's own axes, which says nothing of
    /// the actions that would mend it.
    Error {
        /// The axis.
        axis: usize,
    },
}

impl Role {
    /// In a word: `world`, `body`, `desired`, `feedback`, `error-shown`, `aim` or `error`.
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
    /// What it means, in one line.
    pub meaning: String,
    /// Unit, or `1` where there is none.
    pub unit: String,
    /// Lowest value that is ever seen (observations) or obeyed (actions).
    pub low: f32,
    /// Highest value that is ever seen or obeyed.
    pub high: f32,
    /// A typical magnitude in the field's own unit, above 0: what an agent may scale by before it has seen any.
    pub typical: f32,
    /// What it tells of.
    pub role: Role,
}

impl Field {
    /// A field that senses the body.
    pub fn body(name: &str, unit: &str, low: f32, high: f32, typical: f32, meaning: &str) -> Self {
        Self { name: name.into(), meaning: meaning.into(), unit: unit.into(), low, high, typical, role: Role::Body }
    }

    /// A number that only recordings tell, whatever its range.
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
    /// The bounds again, side by side, for the step loop.
    lows: Vec<f32>,
    highs: Vec<f32>,
}

impl Space {
    /// A space of these fields, in this order.
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

    /// How many numbers it holds.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether it holds none.
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

    /// The fields in which two spaces differ in name or unit, as readable lines; empty if a brain can move between them.
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
