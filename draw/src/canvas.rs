//! A sheet of shapes and words in pixels, y down, redrawn for every frame. A renderer makes one mesh and some texts
//! from each of its two layers.

use crate::colour::{Colour, ink};
use crate::shapes::Shape;
use bevy::math::{Rect, Vec2};

pub use crate::shapes::{Align, Words};

/// Triangles, and words on top of them.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Vertices of triangles.
    pub corners: Vec<Vec2>,
    /// Colours of the vertices, in linear light.
    pub colours: Vec<[f32; 4]>,
    /// Indices of the vertices of each triangle, three by three.
    pub triangles: Vec<u32>,
    /// The words.
    pub words: Vec<Words>,
}

/// Width of a letter of the stage's font relative to its height.
pub const LETTER: f32 = 0.6;

/// Number of recent vertices that a triangle may share.
const SHARED: usize = 6;
/// Cosine of the angle between two segments of a line above which their joint is invisible.
const STRAIGHT: f32 = 0.97;
/// Half the width in pixels over which an edge fades out. Smooth edges cost a software renderer a tenth of several
/// samples per pixel, and look better.
const SMOOTH: f32 = 0.5;

/// The sheet.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    /// Size in pixels.
    pub size: Vec2,
    /// Layers; the second lies on top of the first.
    pub layers: [Layer; 2],
    above: bool,
    clip: Option<Rect>,
    /// Shapes as they were asked for, in place of triangles and words.
    shapes: Option<Vec<Shape>>,
}

impl Canvas {
    /// A sheet that keeps shapes as they are asked for, for pages and figures, which scale them: its layers stay empty.
    pub fn of_shapes() -> Self {
        Self { shapes: Some(Vec::new()), ..Self::default() }
    }

    /// What is on a [sheet of shapes](Self::of_shapes), the lowest first. Shapes are not cut off: whoever shows them does so at
    /// the edges of the sheet.
    pub fn shapes(&self) -> &[Shape] {
        self.shapes.as_deref().unwrap_or_default()
    }

    /// Keeps a shape as it is, if this is a sheet of shapes, and says whether it is.
    fn keep(&mut self, shape: impl FnOnce() -> Shape) -> bool {
        let Some(shapes) = &mut self.shapes else { return false };
        let shape = shape();
        if shape.is_finite() {
            shapes.push(shape);
        }
        true
    }

    /// Takes a clean sheet.
    pub fn clear(&mut self, size: Vec2) {
        self.size = size;
        (self.above, self.clip) = (false, None);
        self.shapes.iter_mut().for_each(Vec::clear);
        for layer in &mut self.layers {
            layer.corners.clear();
            layer.colours.clear();
            layer.triangles.clear();
            layer.words.clear();
        }
    }

    /// Draws everything that follows on top of everything before.
    pub fn rise(&mut self) {
        (self.above, self.clip) = (true, None);
    }

    /// Clips everything that follows to an area, until the next call.
    pub fn clip(&mut self, area: Option<Rect>) {
        self.clip = area;
    }

    fn layer(&mut self) -> &mut Layer {
        &mut self.layers[usize::from(self.above)]
    }

    fn put(&mut self, corners: [Vec2; 3], colours: [[f32; 4]; 3]) {
        let layer = self.layer();
        for corner in corners.into_iter().zip(colours) {
            // Neighbours are consecutive and share vertices.
            let count = layer.corners.len();
            let known = (count.saturating_sub(SHARED)..count)
                .rev()
                .find(|&index| (layer.corners[index], layer.colours[index]) == corner);
            if known.is_none() {
                layer.corners.push(corner.0);
                layer.colours.push(corner.1);
            }
            layer.triangles.push(known.unwrap_or(count) as u32);
        }
    }

    /// A triangle with a colour for each vertex.
    pub fn shaded(&mut self, corners: [Vec2; 3], colours: [Colour; 3]) {
        if self.keep(|| Shape::shaded(corners, colours)) {
            return;
        }
        let colours = colours.map(Colour::linear);
        if !corners.iter().all(|corner| corner.is_finite()) {
            return;
        }
        let Some(clip) = self.clip else { return self.put(corners, colours) };
        let low = corners[0].min(corners[1]).min(corners[2]);
        let high = corners[0].max(corners[1]).max(corners[2]);
        if low.cmpge(clip.min).all() && high.cmple(clip.max).all() {
            return self.put(corners, colours);
        }
        if high.cmplt(clip.min).any() || low.cmpgt(clip.max).any() {
            return;
        }
        // Sutherland & Hodgman 1974: each edge of the area in turn clips the polygon.
        let mut polygon: Vec<(Vec2, [f32; 4])> = corners.into_iter().zip(colours).collect();
        let edges = [(0, clip.min.x, 1.0), (0, clip.max.x, -1.0), (1, clip.min.y, 1.0), (1, clip.max.y, -1.0)];
        for (axis, limit, sign) in edges {
            let inside = |point: &(Vec2, [f32; 4])| (point.0[axis] - limit) * sign;
            let mut kept = Vec::with_capacity(polygon.len() + 1);
            for (index, point) in polygon.iter().enumerate() {
                let before = &polygon[(index + polygon.len() - 1) % polygon.len()];
                let (here, there) = (inside(point), inside(before));
                if (here >= 0.0) != (there >= 0.0) {
                    let share = there / (there - here);
                    let colour = std::array::from_fn(|part| before.1[part] + (point.1[part] - before.1[part]) * share);
                    kept.push((before.0.lerp(point.0, share), colour));
                }
                if here >= 0.0 {
                    kept.push(*point);
                }
            }
            polygon = kept;
            if polygon.is_empty() {
                return;
            }
        }
        for index in 1..polygon.len().saturating_sub(1) {
            let [one, two, three] = [polygon[0], polygon[index], polygon[index + 1]];
            self.put([one.0, two.0, three.0], [one.1, two.1, three.1]);
        }
    }

    /// A quadrilateral that fades from its first two vertices to its last two, which are transparent.
    fn skirt(&mut self, [one, two, three, four]: [Vec2; 4], colour: Colour) {
        let clear = colour.at(0.0);
        self.shaded([one, two, three], [colour, colour, clear]);
        self.shaded([one, three, four], [colour, clear, clear]);
    }

    /// A convex polygon with smooth edges.
    pub fn polygon(&mut self, corners: &[Vec2], colour: Colour) {
        let count = corners.len();
        if count < 3 || self.keep(|| Shape::polygon(corners, colour)) {
            return;
        }
        let twice: f32 = (0..count).map(|index| corners[index].perp_dot(corners[(index + 1) % count])).sum();
        let around: f32 = (0..count).map(|index| (corners[(index + 1) % count] - corners[index]).length()).sum();
        // Shapes thinner than a pixel become less opaque instead of thinner.
        let reach = SMOOTH.min(0.9 * twice.abs() / around.max(1e-6));
        let outward = |index: usize| {
            let edge =
                |from: usize, to: usize| -(corners[to % count] - corners[from % count]).normalize_or_zero().perp();
            let (before, after) = (edge(index + count - 1, index), edge(index, index + 1));
            let way = before + after;
            way * (twice.signum() / (0.5 * way.length_squared()).max(0.35))
        };
        let ways: Vec<Vec2> = (0..count).map(outward).collect();
        let inner = |index: usize| corners[index % count] - ways[index % count] * reach;
        let outer = |index: usize| corners[index % count] + ways[index % count] * SMOOTH;
        for index in 1..count - 1 {
            self.shaded([inner(0), inner(index), inner(index + 1)], [colour; 3]);
        }
        for index in 0..count {
            self.skirt([inner(index), inner(index + 1), outer(index + 1), outer(index)], colour);
        }
    }

    /// A rectangle.
    pub fn rect(&mut self, area: Rect, colour: Colour) {
        self.gradient(area, colour, colour);
    }

    /// A rectangle with a gradient from top to bottom.
    pub fn gradient(&mut self, area: Rect, top: Colour, bottom: Colour) {
        let Rect { min, max } = area;
        let (right, left) = (Vec2::new(max.x, min.y), Vec2::new(min.x, max.y));
        if self.keep(|| Shape::Polygon { corners: vec![min, right, max, left], top, bottom }) {
            return;
        }
        self.shaded([min, right, max], [top, top, bottom]);
        self.shaded([min, max, left], [top, bottom, bottom]);
    }

    /// A rectangle with round corners.
    pub fn rounded(&mut self, area: Rect, radius: f32, colour: Colour) {
        let radius = radius.min(0.5 * area.width()).min(0.5 * area.height()).max(0.0);
        let inner = Rect { min: area.min + radius, max: area.max - radius };
        let centres = [
            (inner.max.x, inner.max.y),
            (inner.min.x, inner.max.y),
            (inner.min.x, inner.min.y),
            (inner.max.x, inner.min.y),
        ];
        let corners: Vec<Vec2> = (0..4)
            .flat_map(|quarter| {
                let centre = Vec2::from(centres[quarter]);
                (0..=5).map(move |part| {
                    centre
                        + Vec2::from_angle((quarter as f32 + part as f32 / 5.0) * std::f32::consts::FRAC_PI_2) * radius
                })
            })
            .collect();
        self.polygon(&corners, colour);
    }

    /// A card with a thin border as a background. It also covers the words below it.
    pub fn card(&mut self, area: Rect) {
        self.layer().words.retain(|words| !area.contains(words.place));
        self.rounded(area, 8.0, ink::RULE);
        self.rounded(area.inflate(-1.0), 7.0, ink::CARD);
    }

    /// A disc.
    pub fn disc(&mut self, centre: Vec2, radius: f32, colour: Colour) {
        if self.keep(|| Shape::Disc { centre, radius: radius.max(0.0), colour }) {
            return;
        }
        let count = segments(radius);
        let inner = (radius - SMOOTH).max(0.0);
        let ray = |index: usize| Vec2::from_angle(index as f32 * std::f32::consts::TAU / count as f32);
        for index in 0..count {
            let (one, two) = (ray(index), ray(index + 1));
            self.shaded([centre, centre + one * inner, centre + two * inner], [colour; 3]);
            let outer = radius + SMOOTH;
            self.skirt(
                [centre + one * inner, centre + two * inner, centre + two * outer, centre + one * outer],
                colour,
            );
        }
    }

    /// A ring with this outer radius.
    pub fn ring(&mut self, centre: Vec2, radius: f32, width: f32, colour: Colour) {
        self.arc(centre, radius, width, [0.0, std::f32::consts::TAU], colour);
    }

    /// A part of a ring between two angles (rad, clockwise from the right).
    pub fn arc(&mut self, centre: Vec2, radius: f32, width: f32, [from, to]: [f32; 2], colour: Colour) {
        if self.keep(|| Shape::arc(centre, radius, width, [from, to], colour)) {
            return;
        }
        let count = ((segments(radius) as f32 * (to - from).abs() / std::f32::consts::TAU).ceil() as usize).max(1);
        let (width, colour) = at_least_a_pixel(width, colour);
        let (outer, inner) = (radius, (radius - width).max(0.0));
        let ray = |index: usize| Vec2::from_angle(from + (to - from) * index as f32 / count as f32);
        for index in 0..count {
            let (one, two) = (ray(index), ray(index + 1));
            let band = |low: f32, high: f32| [one * low, two * low, two * high, one * high].map(|way| centre + way);
            let [a, b, c, d] = band((inner + SMOOTH).min(outer), outer - SMOOTH);
            self.shaded([a, b, c], [colour; 3]);
            self.shaded([a, c, d], [colour; 3]);
            self.skirt(band(outer - SMOOTH, outer + SMOOTH), colour);
            if inner > 0.0 {
                self.skirt(band(inner + SMOOTH, inner - SMOOTH), colour);
            }
        }
    }

    /// A straight line with flat ends and smooth sides.
    pub fn segment(&mut self, from: Vec2, to: Vec2, width: f32, colour: Colour) {
        if self.keep(|| Shape::Line { points: vec![from, to], width, colour }) {
            return;
        }
        let (width, colour) = at_least_a_pixel(width, colour);
        let aside = (to - from).normalize_or_zero().perp();
        let (inner, outer) = (aside * (0.5 * width - SMOOTH), aside * (0.5 * width + SMOOTH));
        self.shaded([from + inner, to + inner, to - inner], [colour; 3]);
        self.shaded([from + inner, to - inner, from - inner], [colour; 3]);
        self.skirt([from + inner, to + inner, to + outer, from + outer], colour);
        self.skirt([from - inner, to - inner, to - outer, from - outer], colour);
    }

    /// A line from point to point with round joints and ends.
    pub fn line(&mut self, points: &[Vec2], width: f32, colour: Colour) {
        if points.len() < 2 || self.keep(|| Shape::Line { points: points.to_vec(), width, colour }) {
            return;
        }
        for pair in points.windows(2) {
            self.segment(pair[0], pair[1], width, colour);
        }
        // Thinner lines hide their joints, and discs would show on transparent ones.
        if width > 2.5 && colour.1 > 0.99 {
            for (index, &point) in points.iter().enumerate() {
                let around = index.checked_sub(1).and_then(|before| points.get(before)).zip(points.get(index + 1));
                let along = |from: Vec2, to: Vec2| (to - from).normalize_or_zero();
                if around.is_none_or(|(before, after)| along(*before, point).dot(along(point, *after)) < STRAIGHT) {
                    self.disc(point, 0.5 * width, colour);
                }
            }
        }
    }

    /// A limb: round, wide at one end and narrower at the other.
    pub fn limb(&mut self, from: Vec2, to: Vec2, widths: [f32; 2], colour: Colour) {
        let aside = (to - from).normalize_or_zero().perp() * 0.5;
        let [wide, narrow] = widths;
        self.polygon(&[from + aside * wide, to + aside * narrow, to - aside * narrow, from - aside * wide], colour);
        self.disc(from, 0.5 * wide, colour);
        self.disc(to, 0.5 * narrow, colour);
    }

    /// An arrow.
    pub fn arrow(&mut self, from: Vec2, to: Vec2, width: f32, colour: Colour) {
        let way = to - from;
        let head = (4.0 * width).min(0.6 * way.length());
        let along = way.normalize_or_zero();
        let neck = to - along * head;
        self.segment(from, neck, width, colour);
        let aside = along.perp() * (0.45 * head);
        self.polygon(&[to, neck + aside, neck - aside], colour);
    }

    /// The area between a line and a level below it.
    pub fn below(&mut self, points: &[Vec2], level: f32, top: Colour, bottom: Colour) {
        if points.len() < 2 || self.keep(|| Shape::below(points, level, top, bottom)) {
            return;
        }
        for pair in points.windows(2) {
            let [one, two] = [pair[0], pair[1]];
            let (three, four) = (Vec2::new(two.x, level), Vec2::new(one.x, level));
            self.shaded([one, two, three], [top, top, bottom]);
            self.shaded([one, three, four], [top, bottom, bottom]);
        }
    }

    /// Words; they are left out if they lie outside the clipping area.
    pub fn words(&mut self, place: Vec2, text: impl Into<String>, size: f32, colour: Colour, align: Align) {
        let text = text.into();
        let width = text.chars().count() as f32 * size * LETTER;
        let left = place.x - width * [0.0, 0.5, 1.0][align as usize];
        if self.clip.is_some_and(|clip| {
            !place.is_finite() || left < clip.min.x || left + width > clip.max.x || !clip.contains(place)
        }) {
            return;
        }
        let words = Words { text, place, size, colour, align };
        if !self.keep(|| Shape::Words(words.clone())) {
            self.layer().words.push(words);
        }
    }
}

/// Lines thinner than a pixel are drawn one pixel wide and paler.
fn at_least_a_pixel(width: f32, colour: Colour) -> (f32, Colour) {
    if width < 2.0 * SMOOTH { (2.0 * SMOOTH, colour.at(width / (2.0 * SMOOTH))) } else { (width, colour) }
}

/// Enough segments to hide the corners.
fn segments(radius: f32) -> usize {
    ((radius.max(0.0).sqrt() * 6.0) as usize).clamp(7, 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area_of(layer: &Layer) -> f32 {
        let corner = |index: u32| layer.corners[index as usize];
        let area = |[a, b, c]: &[u32; 3]| 0.5 * (corner(*b) - corner(*a)).perp_dot(corner(*c) - corner(*a)).abs();
        layer.triangles.as_chunks().0.iter().map(area).sum()
    }

    #[test]
    fn shapes_have_their_areas() {
        let mut canvas = Canvas::default();
        canvas.disc(Vec2::ZERO, 10.0, ink::INK);
        assert!((area_of(&canvas.layers[0]) / 346.36 - 1.0).abs() < 0.03);
        canvas.clear(Vec2::ZERO);
        canvas.segment(Vec2::ZERO, Vec2::new(3.0, 4.0), 2.0, ink::INK);
        // Half a pixel more on each side, where it fades out.
        assert!((area_of(&canvas.layers[0]) - 15.0).abs() < 1e-4);
    }

    #[test]
    fn a_polygon_fades_out_around_its_edges_whichever_way_it_turns() {
        let square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)].map(Vec2::from);
        let mut turned = square;
        turned.reverse();
        for corners in [square, turned] {
            let mut canvas = Canvas::default();
            canvas.polygon(&corners, ink::INK);
            let layer = &canvas.layers[0];
            assert!((area_of(layer) - 121.0).abs() < 1e-3, "{}", area_of(layer));
            for (corner, colour) in layer.corners.iter().zip(&layer.colours) {
                let inside = (*corner - 5.0).abs().max_element() < 5.0;
                assert_eq!(colour[3], if inside { 1.0 } else { 0.0 }, "{corner}");
            }
        }
    }

    #[test]
    fn a_sheet_of_shapes_keeps_what_was_asked_for_and_makes_no_triangles() {
        let mut canvas = Canvas::of_shapes();
        let (one, two) = (Vec2::ZERO, Vec2::new(8.0, 6.0));
        for _ in 0..2 {
            canvas.clear(Vec2::splat(10.0));
            canvas.gradient(Rect::from_corners(one, two), ink::SKY, ink::PAPER);
            canvas.limb(one, two, [4.0, 2.0], ink::SKIN);
            canvas.line(&[one, two], 3.0, ink::BLUE);
            canvas.ring(one, 5.0, 2.0, ink::RED);
            canvas.below(&[one, two], 9.0, ink::GREEN, ink::GREEN);
            canvas.words(one, "m", 9.0, ink::INK, Align::Left);
            // Nothing that is not a number, and nothing that cannot be seen.
            canvas.disc(Vec2::NAN, 1.0, ink::INK);
            canvas.line(&[one], 1.0, ink::INK);
        }
        assert!(canvas.layers.iter().all(|layer| layer.triangles.is_empty() && layer.words.is_empty()));
        let [sky, limb, start, end, line, ring, below, words] = canvas.shapes() else {
            panic!("{:?}", canvas.shapes())
        };
        let corners = vec![one, Vec2::new(8.0, 0.0), two, Vec2::new(0.0, 6.0)];
        assert_eq!(*sky, Shape::Polygon { corners, top: ink::SKY, bottom: ink::PAPER });
        assert!(matches!(limb, Shape::Polygon { corners, .. } if corners.len() == 4));
        assert_eq!(*start, Shape::Disc { centre: one, radius: 2.0, colour: ink::SKIN });
        assert_eq!(*end, Shape::Disc { centre: two, radius: 1.0, colour: ink::SKIN });
        assert_eq!(*line, Shape::Line { points: vec![one, two], width: 3.0, colour: ink::BLUE });
        // A ring is asked for by its outer rim and kept by the middle of its line.
        let angles = [0.0, std::f32::consts::TAU];
        assert_eq!(*ring, Shape::Arc { centre: one, radius: 4.0, width: 2.0, angles, colour: ink::RED });
        let ground = vec![one, two, Vec2::new(8.0, 9.0), Vec2::new(0.0, 9.0)];
        assert_eq!(*below, Shape::Polygon { corners: ground, top: ink::GREEN, bottom: ink::GREEN });
        assert!(matches!(words, Shape::Words(words) if words.text == "m"));
    }

    #[test]
    fn what_is_outside_of_the_clip_is_cut_off() {
        let mut canvas = Canvas::default();
        canvas.clip(Some(Rect::new(0.0, 0.0, 10.0, 10.0)));
        canvas.rect(Rect::new(-5.0, 5.0, 5.0, 50.0), ink::INK);
        assert!((area_of(&canvas.layers[0]) - 25.0).abs() < 1e-3);
        assert!(canvas.layers[0].corners.iter().all(|corner| corner.x >= 0.0 && corner.y <= 10.0));
        let before = canvas.layers[0].triangles.len();
        canvas.polygon(&[Vec2::new(20.0, 0.0), Vec2::new(30.0, 0.0), Vec2::new(25.0, 9.0)], ink::INK);
        canvas.disc(Vec2::new(100.0, 0.0), 5.0, ink::INK);
        canvas.shaded([Vec2::NAN, Vec2::ZERO, Vec2::ONE], [ink::INK; 3]);
        canvas.words(Vec2::new(20.0, 5.0), "outside", 12.0, ink::INK, Align::Left);
        assert_eq!(canvas.layers[0].triangles.len(), before);
        assert!(canvas.layers[0].words.is_empty());
    }
}
