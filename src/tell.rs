//! Messages to a person on stderr while the program works. A closed pipe or a full disk does not end a run: such
//! messages are dropped.

use etude_envs::document::one_line;
use std::io::Write;

/// Writes a line to stderr, if possible.
pub fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", one_line(line));
}

/// The text with its control characters escaped, so that text from a file or an argument cannot control a terminal;
/// line breaks and tabs remain.
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
