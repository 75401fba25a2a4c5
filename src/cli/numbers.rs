//! Numbers as they are written on the command line.

use crate::run::limits::LARGEST_SEED;

/// Parses a seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    whole_number::<0, LARGEST_SEED>(text)
}

/// Parses `300000`, `300_000` and `3e5` alike.
pub(super) fn whole_number<const LOW: u64, const HIGH: u64>(text: &str) -> Result<u64, String> {
    let plain = text.replace('_', "");
    let expected = || {
        let written = if (LOW..=HIGH).contains(&300_000) { ", such as 300000, 300_000 or 3e5" } else { "" };
        format!("expected a whole number from {LOW} to {HIGH}{written}")
    };
    let number = match plain.parse::<u64>() {
        Ok(number) => number,
        Err(_) => {
            // Some write a thousand as 1.000.
            let float = plain.parse::<f64>().ok().filter(|_| !plain.contains('.')).ok_or_else(expected)?;
            if float.fract() != 0.0 || !(0.0..=9e15).contains(&float) {
                return Err(expected());
            }
            float as u64
        }
    };
    if (LOW..=HIGH).contains(&number) { Ok(number) } else { Err(expected()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_may_be_written_in_three_ways() {
        let parse = whole_number::<1, 1_000_000>;
        assert_eq!(parse("300000"), Ok(300_000));
        assert_eq!(parse("300_000"), Ok(300_000));
        assert_eq!(parse("3e5"), Ok(300_000));
        for wrong in ["", "0", "-1", "1.5", "3.000", "nan", "inf", "1e9", "many", "1e400"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
