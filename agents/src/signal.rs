//! Signals that an agent reports by name, with units and meanings.

/// A number that an agent reports by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Its name.
    pub name: &'static str,
    /// Unit, or `1` for a dimensionless number.
    pub unit: &'static str,
    /// Meaning, in one line.
    pub meaning: &'static str,
}

impl Signal {
    /// A signal of that name, unit and meaning.
    pub const fn new(name: &'static str, unit: &'static str, meaning: &'static str) -> Self {
        Self { name, unit, meaning }
    }
}

/// Reports a value for each signal of a list, in order.
pub(crate) fn report_all<const N: usize>(
    signals: &[Signal; N],
    values: [f32; N],
    report: &mut dyn FnMut(&'static str, f32),
) {
    signals.iter().zip(values).for_each(|(signal, value)| report(signal.name, value));
}
