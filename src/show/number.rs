//! Numbers as they are shown.

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A number in a few letters: `999`, `40k`, `1.5M`.
pub(super) fn brief(number: u64) -> String {
    let (scaled, unit) = match number {
        1_000_000.. => (number as f64 / 1e6, "M"),
        1_000.. => (number as f64 / 1e3, "k"),
        _ => (number as f64, ""),
    };
    let text = format!("{scaled:.1}");
    format!("{}{unit}", text.strip_suffix(".0").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1 000", "1 234 567"]);
        assert_eq!([0, 999, 1_500, 40_000, 2_000_000].map(brief), ["0", "999", "1.5k", "40k", "2M"]);
    }
}
