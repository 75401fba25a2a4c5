//! The sound of a body: the strings of an instrument as plain numbers, independent of any synthesiser.

/// The sound of one string in an env step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tone {
    /// Frequency at which it vibrates, or would vibrate, in Hz; 0 for a string that cannot.
    pub frequency: f32,
    /// What touches it at the end of the step.
    pub touch: Touch,
    /// Time of its pluck as a fraction of the step, in [0, 1]; `None` if it was not plucked.
    pub plucked: Option<f32>,
    /// Whether a finger has just landed on it so firmly that it sounds without a pluck (a hammer-on).
    pub hammered: bool,
}

/// What touches a string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Touch {
    /// Nothing that keeps it from sounding: it is open, or pressed firmly against a fret.
    #[default]
    Free,
    /// A fret against which it is pressed too lightly: it buzzes.
    Buzzing,
    /// A finger that rests on it: it does not sound.
    Damped,
}
