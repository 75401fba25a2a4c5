//! Tables of distance and height in m, as written by spreadsheets and instruments.

use super::read::{Fault, Read};
use crate::document::shown;
use csv::{ReaderBuilder, StringRecord, Trim};

/// Units other than metres that column heads may name.
const OTHER_UNITS: [&str; 12] = ["km", "cm", "mm", "dm", "ft", "feet", "foot", "mi", "miles", "in", "inch", "inches"];

/// Reads distances from the first column and heights from the column `channel` places after it. There may be a header
/// line and lines that begin with `#`. Columns are separated by commas, semicolons or tabs; unless they are separated
/// by commas, numbers may have decimal commas.
pub(super) fn read(text: &str, channel: usize) -> Result<Read, Fault> {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let Some(first) = first else { return Err(Fault::of("is empty; expected lines of distance and height".into())) };
    let Some(separator) = [';', '\t', ','].into_iter().find(|&separator| first.contains(separator)) else {
        let expected = "expected two columns, distance and height in m, with a comma, semicolon or tab between them";
        return Err(Fault::of(format!("has one column, `{}`; {expected}", shown(first))));
    };
    let mut records = ReaderBuilder::new()
        .delimiter(separator as u8)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut read = Read { points: Vec::new(), lines: Vec::new(), channels: 0 };
    let mut record = StringRecord::new();
    loop {
        match records.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(read),
            Err(error) => return Err(Fault::of(format!("is not a table: {}", shown(&error.to_string())))),
        }
        let line = record.position().map_or(0, |position| position.line() as usize);
        if read.channels == 0 {
            read.channels = record.len().saturating_sub(1);
            if !(1..=read.channels).contains(&channel) {
                return Err(Fault::channel(channel, read.channels, "column of heights"));
            }
            if record.iter().all(|cell| number(cell, separator).is_none()) {
                check_heads(&record, channel, line)?;
                continue;
            }
        }
        let value = |column: usize, what: &str| {
            let cell = record.get(column).unwrap_or("");
            number(cell, separator).ok_or_else(|| {
                Fault::at(line, format!("expected a {what} in m in column {}, found `{}`", column + 1, shown(cell)))
            })
        };
        read.points.push([value(0, "distance")?, value(channel, "height")?]);
        read.lines.push(line);
    }
}

fn number(cell: &str, separator: char) -> Option<f64> {
    let number = if separator == ',' { cell.parse() } else { cell.replace(',', ".").parse() };
    number.ok().filter(|number: &f64| number.is_finite())
}

/// Refuses headers that give a unit other than metres.
fn check_heads(heads: &StringRecord, channel: usize, line: usize) -> Result<(), Fault> {
    for head in [heads.get(0), heads.get(channel)].into_iter().flatten() {
        let mut words = head.split(|c: char| !c.is_alphanumeric());
        if let Some(unit) = words.find(|word| OTHER_UNITS.contains(&word.to_lowercase().as_str())) {
            return Err(Fault::at(line, format!("column `{}` is in {unit}; expected metres", shown(head))));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Survey;

    fn points(text: &str) -> Result<Vec<[f64; 2]>, String> {
        Survey::parse("a/table.csv", text, 1).map(|survey| survey.points()).map_err(|error| error.to_string())
    }

    #[test]
    fn tables_are_read_with_any_separator_and_with_or_without_heads() {
        let expected = vec![[0.0, 10.5], [2.5, 11.0], [4.0, 10.25]];
        for text in [
            "0,10.5\n2.5,11\n4,10.25\n",
            "distance,height\n0,10.5\n2.5,11\n4,10.25",
            "distance (m);height (m)\r\n0;10,5\r\n2,5;11,0\r\n4;10,25\r\n",
            "\u{feff}0\t10,5\n2,5\t11\n4\t10,25\n",
            "# measured by hand\nx_m, z_m, note\n0, 10.5, gate\n\n2.5, 11,\n4, 10.25, \"bend, left\"\n",
        ] {
            assert_eq!(points(text).as_ref(), Ok(&expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_table_is_told_with_its_line() {
        for (text, part) in [
            ("", "is empty"),
            ("hello\nworld\n", "has one column"),
            ("0,1\n", "has 1 points; expected 2 or more"),
            ("0,1\n1,two\n", "table.csv:2:1: expected a height in m in column 2, found `two`"),
            ("0,1\n1\n", "table.csv:2:1: expected a height"),
            ("0,1\n1,nan\n", "found `nan`"),
            ("0,1\n2,1\n1,1\n", "table.csv:3:1: point 3 is at 1 m after 2 m"),
            ("0,1\n0,1\n", "grow from point to point"),
            ("0,1\n1,1e9\n", "heights from -10000"),
            ("distance_km,height\n0,1\n1,2\n", "is in km; expected metres"),
            ("distance;height [ft]\n0;1\n1;2\n", "is in ft; expected metres"),
        ] {
            let error = points(text).unwrap_err();
            assert!(error.contains(part) && error.starts_with("a/table.csv"), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_further_column_is_another_channel() {
        let text = "x,left,right\n0,1,2\n1,1,3\n";
        assert_eq!(Survey::parse("t.csv", text, 2).unwrap().heights, [2.0, 3.0]);
        let error = Survey::parse("t.csv", text, 3).unwrap_err().to_string();
        assert_eq!(error, "t.csv: has no column of heights 3; expected `channel` from 1 to 2");
    }
}
