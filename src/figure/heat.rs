//! A heat map: effects of rows on columns, in two colours that meet at 0.

use crate::figure::svg::{Anchor, Svg};
use crate::figure::text::shortened;

const CELL: (f64, f64) = (58.0, 30.0);
/// Letters of a name that fit beside a row or above a column.
const NAME: usize = 16;
/// Width of a small letter, and the room that names take.
const LETTER: f64 = 6.6;
/// How much of the colour the largest effect has: text over it stays readable on light and on dark paper.
const STRONGEST: f64 = 0.45;
/// Groups whose colours stand for what is above and below 0.
const ABOVE: usize = 1;
const BELOW: usize = 2;
/// Boxes of the key on either side of 0.
const KEY: i32 = 4;

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HeatCell {
    /// An effect, coloured by its size and sign.
    Effect {
        /// Its size.
        value: f64,
        /// Whether it is clearly not 0.
        significant: bool,
    },
    /// A number that is no effect, without a colour.
    Beside(f64),
}

/// A square of cells, by row and then by column; `axes` name what rows and columns are.
pub fn heat_map(title: &str, [rows, columns]: [&str; 2], names: &[String], cells: &[Vec<HeatCell>]) -> Svg {
    let most = cells.iter().flatten().fold(0f64, |most, cell| match cell {
        HeatCell::Effect { value, .. } => most.max(value.abs()),
        HeatCell::Beside(_) => most,
    });
    let names: Vec<String> = names.iter().map(|name| shortened(name, NAME)).collect();
    let room = LETTER * names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64;
    let (left, top) = (room + 30.0, room + 40.0);
    let size = (CELL.0 * names.len() as f64, CELL.1 * names.len() as f64);
    let mut svg = Svg::new(title, &format!("{title}: rows {rows}, columns {columns}. {}", in_words(&names, cells)));
    svg.text((left + size.0 / 2.0, 14.0), Anchor::Middle, "faint", columns);
    svg.upright((12.0, top + size.1 / 2.0), Anchor::Middle, "faint", rows);
    for (index, name) in names.iter().enumerate() {
        svg.upright((left + CELL.0 * (index as f64 + 0.5) + 4.0, top - 7.0), Anchor::Start, "small", name);
        svg.text((left - 7.0, top + CELL.1 * (index as f64 + 0.5) + 4.0), Anchor::End, "small", name);
    }
    for (row, cells) in cells.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let corner = (left + CELL.0 * column as f64, top + CELL.1 * row as f64);
            let middle = (corner.0 + CELL.0 / 2.0, corner.1 + CELL.1 / 2.0 + 4.5);
            match *cell {
                HeatCell::Effect { value, significant } => {
                    coloured(&mut svg, corner, CELL, value, most);
                    let class = if significant { "strong" } else { "" };
                    svg.text(middle, Anchor::Middle, class, &effect(value, significant));
                }
                HeatCell::Beside(value) => svg.text(middle, Anchor::Middle, "small faint", &format!("{value:.2}")),
            }
        }
    }
    let foot = top + size.1 + 16.0;
    key(&mut svg, (left, foot), most);
    svg.reach(left + size.0 + 8.0, foot + 40.0);
    svg
}

/// A filled box: the larger the value, the more colour; none at 0.
fn coloured(svg: &mut Svg, (x, y): (f64, f64), (width, height): (f64, f64), value: f64, most: f64) {
    let share = if most > 0.0 { (value.abs() / most).min(1.0) } else { 0.0 };
    let inner = ((x + 1.0, y + 1.0), (width - 2.0, height - 2.0));
    svg.coloured(if value < 0.0 { BELOW } else { ABOVE }, |svg| svg.tile(inner.0, inner.1, STRONGEST * share));
}

/// What the colours stand for, from most below 0 to most above.
fn key(svg: &mut Svg, (left, top): (f64, f64), most: f64) {
    const BOX: (f64, f64) = (18.0, 14.0);
    for step in -KEY..=KEY {
        let x = left + BOX.0 * f64::from(step + KEY);
        coloured(svg, (x, top), BOX, f64::from(step) * most / f64::from(KEY), most);
    }
    for (step, value) in [(-KEY, -most), (0, 0.0), (KEY, most)] {
        let x = left + BOX.0 * (f64::from(step + KEY) + 0.5);
        svg.text((x, top + BOX.1 + 14.0), Anchor::Middle, "small", &effect(value, false));
    }
}

fn effect(value: f64, significant: bool) -> String {
    let star = if significant { "*" } else { "" };
    let text = format!("{value:+.2}").replace('-', "−");
    if ["+0.00", "−0.00"].contains(&text.as_str()) { format!("0.00{star}") } else { text + star }
}

/// The map for those who cannot see it.
fn in_words(names: &[String], cells: &[Vec<HeatCell>]) -> String {
    let mut words = Vec::new();
    for (row, cells) in names.iter().zip(cells) {
        for (column, cell) in names.iter().zip(cells) {
            if let HeatCell::Effect { value, significant } = *cell {
                words.push(format!("{row}, {column}: {}.", effect(value, significant)));
            }
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(values: [f64; 2]) -> String {
        let names = ["one".to_string(), "other <b>".to_string()];
        let cell = |value| HeatCell::Effect { value, significant: value > 0.3 };
        let cells = [vec![HeatCell::Beside(0.5), cell(values[0])], vec![cell(values[1]), HeatCell::Beside(0.25)]];
        heat_map("Effects", ["from", "to"], &names, &cells).file()
    }

    #[test]
    fn a_cell_has_its_number_its_star_and_its_sign_in_colour() {
        let text = map([0.4, -0.1]);
        for part in [">+0.40*<", ">−0.10<", ">0.50<", "other &lt;b&gt;", "one, other &lt;b&gt;: +0.40*."] {
            assert!(text.contains(part), "`{part}` is missing from\n{text}");
        }
        // The largest effect has the most colour, and a quarter of it a quarter, in the other colour.
        let group = |number: &str| {
            let upto = &text[..text.find(number).unwrap()];
            upto[upto.rfind("<g class=").unwrap()..].to_string()
        };
        assert!(group(">+0.40*<").contains("c1") && group(">+0.40*<").contains("fill-opacity=\"0.450\""), "{text}");
        assert!(group(">−0.10<").contains("c2") && group(">−0.10<").contains("fill-opacity=\"0.113\""), "{text}");
    }

    #[test]
    fn no_effects_and_no_cells_do_not_panic() {
        assert!(map([0.0, -0.0]).contains(">0.00<"));
        heat_map("", ["", ""], &[], &[]).file();
    }
}
