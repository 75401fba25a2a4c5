//! What a person is told on stderr while the program works. A reader that has gone away, or a full disk under a log, ends no
//! run: what cannot be told is left untold.

use std::io::Write;

/// Writes a line to stderr, as far as that is possible.
pub fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", plain(line));
}

/// The same text with every control character escaped, so that nothing from a file, a path or an argument can forge a line or
/// steer a terminal.
pub fn plain(text: &str) -> String {
    escaped(text, |_| false)
}

/// The same, but line breaks and tabs stay.
pub fn plain_lines(text: &str) -> String {
    escaped(text, |character| matches!(character, '\n' | '\t'))
}

fn escaped(text: &str, kept: impl Fn(char) -> bool) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && !kept(character) {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_all_else_is_kept() {
        assert_eq!(plain("a\nb\x1b[31m\tµ → ü"), "a\\nb\\u{1b}[31m\\tµ → ü");
        assert_eq!(plain_lines("a\n\tb\r"), "a\n\tb\\r");
    }
}
