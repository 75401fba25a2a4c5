//! Text for pages and figures: escaped, and numbers as people write them.

use std::fmt;

/// Text in which nothing is taken for markup, in elements and in attributes.
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // Not allowed in XML, not even as references.
                c if c.is_control() && !matches!(c, '\n' | '\t') => f.write_str("\u{fffd}")?,
                '\u{fffe}' | '\u{ffff}' => f.write_str("\u{fffd}")?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// A number with as many digits as are of use, and a true minus sign.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    let zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    text.trim_start_matches(if zero { "-" } else { "" }).replace('-', "−")
}

/// A p-value.
pub fn p_value(p: f64) -> String {
    if p < 0.0005 { "< 0.001".into() } else { format!("{p:.3}") }
}

/// Env steps: thousands as `k`, millions as `M`.
pub fn steps(count: f64) -> String {
    steps_beside(count, count)
}

/// Env steps in the unit that suits `largest`, the largest number that stands beside them.
fn steps_beside(count: f64, largest: f64) -> String {
    let (scaled, unit) = match largest.abs() {
        size if size >= 1e6 => (count / 1e6, " M"),
        size if size >= 1e3 => (count / 1e3, " k"),
        _ => (count, ""),
    };
    // What would round to nothing keeps a digit.
    let digits =
        if count != 0.0 && scaled.abs() < 0.05 { (-scaled.abs().log10()).ceil().clamp(1.0, 9.0) as usize } else { 1 };
    let text = format!("{scaled:.digits$}");
    format!("{}{unit}", text.strip_suffix(".0").unwrap_or(&text).replace('-', "−"))
}

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Anything but env steps.
    Number,
    /// Env steps.
    Steps,
}

impl Quantity {
    /// What a value with this unit counts.
    pub fn of_unit(unit: &str) -> Self {
        if unit == "env steps" { Self::Steps } else { Self::Number }
    }

    /// A value by itself.
    pub fn write(self, value: f64) -> String {
        self.beside(value, value)
    }

    fn beside(self, value: f64, largest: f64) -> String {
        match self {
            Self::Number => number(value),
            Self::Steps => steps_beside(value, largest),
        }
    }
}

/// A value with its 95 % interval, in the notation of all tables.
pub fn with_interval(value: f64, interval: Option<(f64, f64)>, quantity: Quantity) -> String {
    let largest = interval.map_or(value, |(low, high)| largest([value, low, high]));
    let ends = ends(interval, quantity, largest);
    format!("{} ({ends})", quantity.beside(value, largest))
}

/// Both ends of an interval.
pub fn interval_in_words(interval: Option<(f64, f64)>, quantity: Quantity) -> String {
    ends(interval, quantity, interval.map_or(0.0, |(low, high)| largest([low, high])))
}

fn ends(interval: Option<(f64, f64)>, quantity: Quantity, largest: f64) -> String {
    let write = |end| quantity.beside(end, largest);
    interval.map_or("no interval".into(), |(low, high)| format!("{} to {}", write(low), write(high)))
}

fn largest<const COUNT: usize>(values: [f64; COUNT]) -> f64 {
    values.into_iter().fold(0.0, |largest, value| value.abs().max(largest))
}

/// At most `most` characters of a name; what is left out shows as an ellipsis.
pub fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.into();
    }
    name.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A task's name without its family and version, for narrow places.
pub fn short_task(task: &str) -> &str {
    let name = task.rsplit('/').next().unwrap_or(task);
    match name.rsplit_once("-v") {
        Some((name, version)) if version.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_for_markup() {
        assert_eq!(
            Escaped("<a href='x' b=\"y\">&\u{1}").to_string(),
            "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;\u{fffd}"
        );
    }

    #[test]
    fn numbers_are_short_and_zero_has_no_sign() {
        assert_eq!(
            [0.2346, -0.2346, -0.0001, 1.234, 12.34, -1234.5].map(number),
            ["0.235", "−0.235", "0.000", "1.23", "12.3", "−1234"]
        );
        assert_eq!([0.0, 0.000_4, 0.000_6, 0.049, 1.0].map(p_value), ["< 0.001", "< 0.001", "0.001", "0.049", "1.000"]);
        assert_eq!(
            [0.0, 999.0, 1000.0, 60_000.0, 52_345.0, -1.5e6].map(steps),
            ["0", "999", "1 k", "60 k", "52.3 k", "−1.5 M"]
        );
    }

    #[test]
    fn numbers_beside_each_other_share_a_unit() {
        assert_eq!(with_interval(1300.0, Some((200.4, 3000.0)), Quantity::Steps), "1.3 k (0.2 k to 3 k)");
        assert_eq!(with_interval(1.5e6, Some((2e4, 3e6)), Quantity::Steps), "1.5 M (0.02 M to 3 M)");
        assert_eq!(with_interval(2800.0, Some((-30.0, 0.0)), Quantity::Steps), "2.8 k (−0.03 k to 0 k)");
        assert_eq!(with_interval(800.0, None, Quantity::Steps), "800 (no interval)");
        assert_eq!(interval_in_words(Some((-2e6, 5e5)), Quantity::of_unit("env steps")), "−2 M to 0.5 M");
        assert_eq!(with_interval(0.5, Some((-0.25, 12.0)), Quantity::of_unit("1")), "0.500 (−0.250 to 12.0)");
    }

    #[test]
    fn names_are_cut_where_there_is_no_room() {
        assert_eq!(shortened("reversed", 8), "reversed");
        assert_eq!(shortened("reversed-v0", 8), "reverse…");
        assert_eq!(["cycling/flat-v0", "mine/my-vest", "a.yaml"].map(short_task), ["flat", "my-vest", "a.yaml"]);
    }
}
