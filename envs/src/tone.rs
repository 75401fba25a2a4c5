//! What can be heard of a body: the strings of an instrument, as plain numbers, without any synthesiser.

/// What one string sounds like in an env step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tone {
    /// Pitch at which it vibrates or would vibrate, in Hz; 0 for a string that cannot.
    pub frequency: f32,
    /// What touches it at the end of the step.
    pub touch: Touch,
    /// When it was plucked, as a share of the step in [0, 1] that had passed by then; none if it was not plucked.
    pub plucked: Option<f32>,
    /// Whether a finger has just landed on it so firmly that it sounds without being plucked (a hammer-on).
    pub hammered: bool,
}

/// What touches a string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Touch {
    /// Nothing that keeps it from ringing: it is open, or pressed firmly against a fret.
    #[default]
    Free,
    /// A fret against which it is pressed too lightly: it buzzes.
    Buzzing,
    /// A finger that lies on it: it does not ring.
    Damped,
}
