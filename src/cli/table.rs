//! Plain-text tables.

/// Lays out rows under a header in aligned columns; numbers are aligned to the right.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let columns = header.len();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let numeric: Vec<bool> = (0..columns)
        .map(|column| {
            let number = |cell: &String| {
                let absent = ["", "-", "undefined", "not reached"].contains(&cell.as_str());
                absent || cell.parse::<f64>().is_ok() || cell.ends_with('%')
            };
            rows.iter().filter_map(|row| row.get(column)).all(number)
        })
        .collect();
    let mut text = String::new();
    let mut line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let space = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
                if numeric[column] { format!("{space}{cell}") } else { format!("{cell}{space}") }
            })
            .collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    };
    line(header.to_vec());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_aligned_to_the_right_and_words_to_the_left() {
        let rows = [vec!["a".to_string(), "1".to_string()], vec!["bcd".to_string(), "10.5".to_string()]];
        assert_eq!(table(&["x", "score"], &rows), "x    score\na        1\nbcd   10.5\n");
    }
}
