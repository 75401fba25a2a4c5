//! The reward of an env step as a formula, with what each of its letters stands for.

/// A formula, in one line or in one for each case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formula {
    /// Its lines, such as `r = 2 · a`, each followed by when it holds where there are several.
    pub lines: Vec<String>,
    /// What stands in them.
    pub terms: Vec<Term>,
}

/// What a symbol of a formula stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As it stands in the formula.
    pub symbol: &'static str,
    /// Unit, SI; `1` for a plain number.
    pub unit: &'static str,
    /// What it means, in a few words.
    pub meaning: String,
}

impl Formula {
    /// A formula of one line, whose `r` is the reward.
    pub fn of(line: String) -> Self {
        Self { lines: vec![line], terms: Vec::new() }.with("r", "1", "reward of the env step")
    }

    /// The same, with what a symbol stands for.
    pub fn with(mut self, symbol: &'static str, unit: &'static str, meaning: impl Into<String>) -> Self {
        self.terms.push(Term { symbol, unit, meaning: meaning.into() });
        self
    }

    /// The same, with what `near` stands for: see [`tolerance`](fn@crate::tolerance).
    pub fn with_near(self) -> Self {
        let meaning = "closeness of x to 0: 1 up to |x| = b, and exp(−ln 10 · ((|x| − b) / m)²) beyond, which is 0.1 at |x| = b + m";
        self.with("near(x, b, m)", "1", meaning)
    }
}
