//! A picture of a subject as a figure.

use crate::figure::simplified::simplified;
use crate::figure::svg::{Svg, WIDTH};
use crate::figure::text::Escaped;
use etude_draw::colour::Colour;
use etude_draw::shapes::{Align, Shape};
use etude_draw::{Rect, Vec2};

/// Stripes that a gradient is made of.
const STRIPES: usize = 16;
/// Pixels that a point may lie beside a straight line and be left out of it.
const STRAIGHT: f32 = 0.25;

/// A picture as a figure, as wide as figures are and cut off at its edges.
pub fn still(title: &str, description: &str, [width, height]: [f32; 2], shapes: &[Shape]) -> Svg {
    let mut svg = Svg::new(title, description);
    let tall = WIDTH * f64::from(height) / f64::from(width);
    svg.push(format_args!(r#"<svg width="{WIDTH}" height="{tall:.1}" viewBox="0 0 {width} {height}">"#));
    for shape in shapes {
        svg.push(element(shape));
    }
    svg.push("</svg>");
    svg.reach(WIDTH, tall);
    svg
}

/// A shape as SVG.
fn element(shape: &Shape) -> String {
    match shape {
        Shape::Polygon { corners, top, bottom } if top != bottom => match upright(corners) {
            Some(area) => stripes(area, *top, *bottom),
            None => polygon(corners, top.towards(*bottom, 0.5)),
        },
        Shape::Polygon { corners, top, .. } => polygon(corners, *top),
        Shape::Disc { centre, radius, colour } => {
            format!(r#"<circle cx="{:.1}" cy="{:.1}" r="{radius:.1}" {}/>"#, centre.x, centre.y, paint("fill", *colour))
        }
        Shape::Line { points, width, colour } => {
            format!(r#"<polyline points="{}" {}/>"#, joined(&simplified(points, STRAIGHT)), stroke(*width, *colour))
        }
        Shape::Arc { centre, radius, width, angles: [from, to], colour } => {
            let stroke = stroke(*width, *colour);
            if (to - from).abs() >= std::f32::consts::TAU - 1e-3 {
                return format!(r#"<circle cx="{:.1}" cy="{:.1}" r="{radius:.1}" {stroke}/>"#, centre.x, centre.y);
            }
            let [one, two] = [from, to].map(|angle| *centre + Vec2::from_angle(*angle) * *radius);
            let (large, sweep) = ((to - from).abs() > std::f32::consts::PI, to > from);
            let (large, sweep) = (u8::from(large), u8::from(sweep));
            format!(
                r#"<path d="M{:.1} {:.1}A{radius:.1} {radius:.1} 0 {large} {sweep} {:.1} {:.1}" {stroke}/>"#,
                one.x, one.y, two.x, two.y
            )
        }
        Shape::Words(words) => {
            let anchor = match words.align {
                Align::Left => "start",
                Align::Middle => "middle",
                Align::Right => "end",
            };
            // A rule of the style would outdo an attribute.
            let Colour(hex, opacity) = words.colour;
            let (x, y, size) = (words.place.x, words.place.y + 0.35 * words.size, words.size);
            format!(
                r##"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" font-size="{size:.1}" style="fill:#{hex:06x};fill-opacity:{opacity:.2}">{}</text>"##,
                Escaped(&words.text)
            )
        }
    }
}

fn polygon(corners: &[Vec2], colour: Colour) -> String {
    format!(r#"<polygon points="{}" {}/>"#, joined(&simplified(corners, STRAIGHT)), paint("fill", colour))
}

/// The area of a rectangle that stands upright.
fn upright(corners: &[Vec2]) -> Option<Rect> {
    let &[one, two, three, four] = corners else { return None };
    let stands = one.y == two.y && two.x == three.x && three.y == four.y && four.x == one.x;
    stands.then(|| Rect::from_corners(one, three))
}

/// A gradient, each stripe of which goes on below the next, so that no gap is seen between two.
fn stripes(area: Rect, top: Colour, bottom: Colour) -> String {
    let stripe = |index: usize| {
        let y = area.min.y + area.height() * index as f32 / STRIPES as f32;
        let fill = paint("fill", top.towards(bottom, (index as f32 + 0.5) / STRIPES as f32));
        let (x, width, height) = (area.min.x, area.width(), area.max.y - y);
        format!(r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" {fill}/>"#)
    };
    (0..STRIPES).map(stripe).collect()
}

fn paint(what: &str, Colour(hex, opacity): Colour) -> String {
    let seen_through = if opacity < 1.0 { format!(r#" {what}-opacity="{opacity:.2}""#) } else { String::new() };
    format!(r##"{what}="#{hex:06x}"{seen_through}"##)
}

fn stroke(width: f32, colour: Colour) -> String {
    let paint = paint("stroke", colour);
    format!(r#"fill="none" {paint} stroke-width="{width:.1}" stroke-linecap="round" stroke-linejoin="round""#)
}

fn joined(points: &[Vec2]) -> String {
    points.iter().map(|point| format!("{:.1},{:.1}", point.x, point.y)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_draw::shapes::Words;

    fn shapes() -> Vec<Shape> {
        let corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0)].map(Vec2::from);
        vec![
            Shape::Polygon { corners: corners.to_vec(), top: Colour::of(0xffffff), bottom: Colour::of(0) },
            Shape::Polygon { corners: corners[..3].to_vec(), top: Colour::of(0xff), bottom: Colour::of(0xff) },
            Shape::Disc { centre: corners[2], radius: 1.5, colour: Colour(0xff, 0.5) },
            Shape::Line { points: vec![corners[0], corners[2]], width: 2.0, colour: Colour::of(0xff) },
            Shape::Arc { centre: corners[0], radius: 4.0, width: 1.0, angles: [0.0, 1.5], colour: Colour::of(0) },
            Shape::Words(Words {
                text: "a \"<b>\"".into(),
                place: corners[2],
                size: 12.0,
                colour: Colour::of(0),
                align: Align::Middle,
            }),
        ]
    }

    #[test]
    fn a_picture_in_a_figure_has_all_its_shapes_and_no_markup_of_its_words() {
        let text = still("a subject", "what it does", [320.0, 224.0], &shapes()).file();
        for part in [
            "<polygon",
            "<circle",
            "<polyline",
            "<path d=\"M4.0 0.0A",
            "a &quot;&lt;b&gt;&quot;",
            "fill-opacity=\"0.50\"",
        ] {
            assert!(text.contains(part), "`{part}` is missing from\n{text}");
        }
        assert_eq!(text.matches("<rect").count(), STRIPES);
        assert!(text.contains("viewBox=\"0 0 440 308\""), "{text}");
    }
}
