//! What a person is told on stderr while the program works. A reader that has gone away, or a full disk under a log, ends no
//! run: what cannot be told is left untold.

use etude_envs::document::one_line;
use std::io::Write;

/// Writes a line to stderr, as far as that is possible.
pub fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", one_line(line));
}

/// The same text with its control characters escaped, so that nothing from a file or an argument can steer a terminal; line breaks
/// and tabs stay.
pub fn plain_lines(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && !matches!(character, '\n' | '\t') {
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
        assert_eq!(plain_lines("a\n\tb\r\x1b[31mµ → ü"), "a\n\tb\\r\\u{1b}[31mµ → ü");
    }
}
