//! The meaning of plain scalars (values without quotes): the core schema of YAML 1.2, and numbers as on the command
//! line.

/// 2^53. Beyond it, not all whole numbers are distinct as floating-point numbers.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The meaning of a plain scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number from 0.
    Whole(u64),
    /// A whole number with a sign.
    Signed(i64),
    /// Any other number.
    Real(f64),
    /// Text.
    Text,
}

impl Scalar {
    /// The meaning of a plain scalar where no type is expected.
    pub fn of(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "true" | "True" | "TRUE" => Self::Bool(true),
            "false" | "False" | "FALSE" => Self::Bool(false),
            _ => whole(text).or_else(|| real(text).map(Self::Real)).unwrap_or(Self::Text),
        }
    }

    /// The meaning where a number is expected: underscores between digits are allowed.
    pub fn number(text: &str) -> Self {
        match Self::of(text) {
            Self::Text if underscores_between_digits(text) => Self::of(&text.replace('_', "")),
            scalar => scalar,
        }
    }

    /// The meaning where a whole number is expected: 4e1 is also one.
    pub fn whole_number(text: &str) -> Self {
        match Self::number(text) {
            Self::Real(real) if real.fract() == 0.0 && real.abs() < EXACT && real >= 0.0 => Self::Whole(real as u64),
            Self::Real(real) if real.fract() == 0.0 && real.abs() < EXACT => Self::Signed(real as i64),
            scalar => scalar,
        }
    }
}

fn whole(text: &str) -> Option<Scalar> {
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        // Digits after a leading zero are text in YAML 1.2, and were octal in YAML 1.1.
        Some(_) if digits.starts_with('0') => return None,
        _ => (10, digits),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    match negative {
        true => i64::from_str_radix(&format!("-{digits}"), radix).ok().map(Scalar::Signed),
        false => u64::from_str_radix(digits, radix).ok().map(Scalar::Whole),
    }
}

fn real(text: &str) -> Option<f64> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Some(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        _ => {}
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    text.parse::<f64>().ok().filter(|number| number.is_finite() && !leading_zero)
}

fn underscores_between_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    text.contains('_')
        && (0..bytes.len()).all(|at| bytes[at] != b'_' || (digit(at.checked_sub(1)) && digit(Some(at + 1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_what_the_core_schema_says() {
        for (text, meaning) in [
            ("", Scalar::Null),
            ("~", Scalar::Null),
            ("True", Scalar::Bool(true)),
            ("0", Scalar::Whole(0)),
            ("+12", Scalar::Whole(12)),
            ("-12", Scalar::Signed(-12)),
            ("0x1F", Scalar::Whole(31)),
            ("-0b11", Scalar::Signed(-3)),
            ("1.5", Scalar::Real(1.5)),
            ("4e1", Scalar::Real(40.0)),
            ("-.inf", Scalar::Real(f64::NEG_INFINITY)),
            ("99999999999999999999", Scalar::Real(1e20)),
            ("18446744073709551615", Scalar::Whole(u64::MAX)),
        ] {
            assert_eq!(Scalar::of(text), meaning, "{text}");
        }
        assert!(matches!(Scalar::of(".nan"), Scalar::Real(number) if number.is_nan()));
        for text in
            ["4_000", "007", "-007", "0x", "0x-1", "+-5", "inf", "nan", "infinity", "1e400", "-", ".", "yes", "é"]
        {
            assert_eq!(Scalar::of(text), Scalar::Text, "{text}");
        }
    }

    #[test]
    fn numbers_may_have_underscores_and_whole_ones_an_exponent() {
        for (text, number) in [("4_000", 4000), ("4e1", 40), ("1e3", 1000), ("1_0e2", 1000), ("40.0", 40)] {
            assert_eq!(Scalar::whole_number(text), Scalar::Whole(number), "{text}");
        }
        assert_eq!(Scalar::number("4_000.5"), Scalar::Real(4000.5));
        assert_eq!(Scalar::number("-4_000"), Scalar::Signed(-4000));
        assert_eq!(Scalar::whole_number("-1e3"), Scalar::Signed(-1000));
        assert_eq!(Scalar::whole_number("1.5"), Scalar::Real(1.5));
        assert_eq!(Scalar::whole_number("1e20"), Scalar::Real(1e20));
        for text in ["_4", "4_", "4__0", "4_.5", "_", "a_b", "4_e1"] {
            assert_eq!(Scalar::number(text), Scalar::Text, "{text}");
        }
    }
}
