//! Markdown: tables, and text from JSON.

use serde_json::Value;

/// A text of a document; empty if it is not there.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A list of a document; empty if it is not there.
pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A table.
pub fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let row = |cells: [String; N]| format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    let rule = std::array::from_fn(|_| "---".to_string());
    [head.map(String::from), rule].into_iter().chain(rows).map(row).collect()
}

/// A name as code; an empty one stays empty.
pub fn code(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("`{name}`") }
}

/// A whole number with commas between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn numbers_are_grouped_and_bars_in_cells_are_escaped() {
    assert_eq!([7, 999, 1_000, 60_000, 1_234_567].map(grouped), ["7", "999", "1,000", "60,000", "1,234,567"]);
    assert_eq!(table(["a", "b"], [["1|2".into(), "c".into()]]), "| a | b |\n| --- | --- |\n| 1\\|2 | c |\n");
}
