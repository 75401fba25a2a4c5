//! Road profiles in the ERD text format of the Engineering Research Division of UMTRI, used by profilometers and the
//! LTPP data base (Sayers & Karamihas, ERD file format for storage and analysis of road profiles, UMTRI; RoadRuf
//! reference manual 1997, appendix A).
//!
//! The first line names the format. The second gives seven numbers: channels, samples, records, bytes, the key of the
//! number format (5 is text), the distance between samples, and the key of a further option. Then follow lines that
//! begin with a keyword of eight characters; needed here are `UNITSNAM` (the channels' units, eight characters each)
//! and `XUNITS`. The samples stand after a line `END`, all channels of one sample after the other.

use super::read::{Fault, Read};
use crate::document::shown;

/// Length of a keyword, and of a channel's unit, in characters.
const WIDTH: usize = 8;
/// The key of numbers written as text.
const TEXT: f64 = 5.0;
/// Units of length, in m.
const UNITS: [(&str, f64); 7] =
    [("m", 1.0), ("mm", 1e-3), ("cm", 1e-2), ("km", 1e3), ("in", 0.0254), ("ft", 0.3048), ("mi", 1609.344)];

/// Reads the channel of that number, from 1.
pub(super) fn read(text: &str, channel: usize) -> Result<Read, Fault> {
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    match lines.next() {
        Some((_, line)) if line.trim_start().to_uppercase().starts_with("ERDFILEV") => {}
        line => {
            let found = line.map(|(_, line)| shown(line)).unwrap_or_default();
            return Err(Fault::at(1, format!("expected `ERDFILEV2.00`, found `{found}`")));
        }
    }
    let layout = Layout::of(lines.next().map_or("", |(_, line)| line))?;
    if !(1..=layout.channels).contains(&channel) {
        return Err(Fault::channel(channel, layout.channels, "channel"));
    }
    let (mut height_unit, mut distance_unit, mut ended) = (None, None, false);
    for (number, line) in lines.by_ref() {
        let keyword: String = line.chars().take(WIDTH).collect::<String>().trim().to_uppercase();
        let rest = || line.chars().skip(WIDTH);
        match keyword.as_str() {
            "END" => {
                ended = true;
                break;
            }
            "UNITSNAM" => {
                let name: String = rest().skip((channel - 1) * WIDTH).take(WIDTH).collect();
                height_unit = Some(unit(&name, "height", number)?);
            }
            "XUNITS" => distance_unit = Some(unit(&rest().collect::<String>(), "distance", number)?),
            "GAIN" | "OFFSET" => {
                let expected = "expected samples that are in their units already";
                return Err(Fault::at(number, format!("has a line `{keyword}`; {expected}")));
            }
            _ => {}
        }
    }
    if !ended {
        return Err(Fault::of("has no line `END`; expected one between the heads and the samples".into()));
    }
    let (Some(height_unit), Some(distance_unit)) = (height_unit, distance_unit) else {
        let missing = if height_unit.is_none() { "UNITSNAM" } else { "XUNITS" };
        return Err(Fault::of(format!("has no line `{missing}`; expected the units of its samples")));
    };
    let mut read = Read { points: Vec::new(), lines: Vec::new(), channels: layout.channels };
    let mut count = 0;
    for (line, words) in lines {
        for word in words.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
            let value: Option<f64> = word.parse().ok().filter(|value: &f64| value.is_finite());
            let Some(value) = value else {
                return Err(Fault::at(line, format!("expected a number, found `{}`", shown(word))));
            };
            if count % layout.channels == channel - 1 {
                let distance = read.points.len() as f64 * layout.step * distance_unit;
                read.points.push([distance, value * height_unit]);
                read.lines.push(line);
            }
            count += 1;
        }
    }
    let samples = count / layout.channels;
    if count % layout.channels != 0 || layout.samples.is_some_and(|said| said != samples) {
        let said = layout.samples.map_or("whole ones".into(), |said| said.to_string());
        let found = count as f64 / layout.channels as f64;
        return Err(Fault::of(format!("has {found} samples of {} channels; expected {said}", layout.channels)));
    }
    Ok(read)
}

/// The contents of the second line.
struct Layout {
    channels: usize,
    /// Unknown where the file says -1.
    samples: Option<usize>,
    /// Distance between samples, in the unit of distances.
    step: f64,
}

impl Layout {
    fn of(line: &str) -> Result<Self, Fault> {
        let fault = |message: String| Fault::at(2, message);
        let words = line.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
        let numbers: Option<Vec<f64>> = words.map(|word| word.parse().ok().filter(|n: &f64| n.is_finite())).collect();
        let Some(&[channels, samples, _, _, key, step, ..]) = numbers.as_deref() else {
            let expected =
                "expected numbers of channels, samples, records and bytes, the key of the numbers, and a step";
            return Err(fault(format!("{expected}, found `{}`", shown(line))));
        };
        if key != TEXT {
            return Err(fault(format!("numbers of kind {key}; expected text (kind 5): save the file as text")));
        }
        if !(channels.fract() == 0.0 && (1.0..=1000.0).contains(&channels)) {
            return Err(fault(format!("{channels} channels; expected 1 to 1000")));
        }
        if !(step > 0.0 && step < 1e6) {
            return Err(fault(format!("a step of {step}; expected an even distance between samples, above 0")));
        }
        let samples = (samples >= 0.0).then_some(samples as usize);
        Ok(Self { channels: channels as usize, samples, step })
    }
}

/// A unit in m.
fn unit(name: &str, what: &str, line: usize) -> Result<f64, Fault> {
    let name = name.trim();
    let known = UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, metres)| *metres).ok_or_else(|| {
        let known = UNITS.map(|(known, _)| known).join(", ");
        Fault::at(line, format!("expected a unit of {what}, one of {known}; found `{}`", shown(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Survey;

    const ROAD: &str = "ERDFILEV2.00\n      2,   4,     -1,      1,      5,       0.5000,     -1,\nTITLE   A lane\n\
                        SHORTNAMLElev.  RElev.\nUNITSNAMmm      in\nXUNITS  ft\nDATE    11/Apr/1997\n\nEND\n \
                        1.5 2\n 2.5 3\n-1 4\n 0 5.5\n";

    #[test]
    fn channels_are_read_in_their_units() {
        let left = Survey::parse("road.ERD", ROAD, 1).unwrap();
        assert_eq!((left.heights, left.channels), (vec![0.0015, 0.0025, -0.001, 0.0], 2));
        assert_eq!(left.spacing, Some(0.1524));
        let right = Survey::parse("road.erd", ROAD, 2).unwrap();
        assert_eq!(right.heights, [0.0508, 0.0762, 0.1016, 0.1397]);
        let any_number = Survey::parse("road.erd", &ROAD.replace("   4,", "  -1,"), 1).unwrap();
        assert_eq!(any_number.heights.len(), 4);
    }

    #[test]
    fn what_is_no_road_profile_is_told() {
        for (from, to, part) in [
            ("ERDFILEV2.00", "PK\u{3}\u{4}", "road.erd:1:1: expected `ERDFILEV2.00`, found `PK\\u{3}\\u{4}`"),
            ("     5,", "     1,", "road.erd:2:1: numbers of kind 1; expected text"),
            ("   4,", "   5,", "has 4 samples of 2 channels; expected 5"),
            ("0 5.5", "0", "has 3.5 samples"),
            ("      2,", "  99999,", "99999 channels; expected 1 to 1000"),
            ("0.5000", "0", "a step of 0"),
            ("UNITSNAMmm", "UNITSNAMV ", "road.erd:5:1: expected a unit of height, one of m, mm"),
            ("XUNITS  ft", "XUNITS  s", "expected a unit of distance"),
            ("XUNITS  ft\n", "", "has no line `XUNITS`"),
            ("END\n", "", "has no line `END`"),
            ("-1 4", "-1 x", "road.erd:12:1: expected a number, found `x`"),
            ("TITLE ", "GAIN  ", "has a line `GAIN`"),
        ] {
            let error = Survey::parse("road.erd", &ROAD.replacen(from, to, 1), 1).unwrap_err().to_string();
            assert!(error.contains(part), "{from}: {error}");
        }
        let error = Survey::parse("road.erd", ROAD, 3).unwrap_err().to_string();
        assert_eq!(error, "road.erd: has no channel 3; expected `channel` from 1 to 2");
    }
}
