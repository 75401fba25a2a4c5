//! The fretting hand: jointed fingers over the colliders that a scene tells of, the palm that they grow from, and a thumb behind
//! the neck. Only the fingers are physics; the rest follows them.

use super::look::Map;
use super::parts::joint;
use crate::canvas::Canvas;
use crate::colour::{Colour, ink};
use bevy::math::Vec2;
use etude_envs::scene::Scene;
use std::f32::consts::PI;

/// Of skin, and of its edges and creases.
const SKIN: Colour = ink::SKIN;
const SHADE: Colour = Colour::of(0xC09B80);
/// Radius of a finger in m where the scene does not tell it.
const USUAL_RADIUS: f32 = 0.006;
/// Width of the edge around the skin in m.
const EDGE: f32 = 0.0012;

/// Places along a finger from its knuckle (0) to its tip (1), with its width there in radii of its collider: knuckle, middle
/// joint, middle of the next bone, last joint, tip. Joints are where people have those of the index finger (Buryanov & Kotiuk 2010).
const FINGER: [(f32, f32); 5] = [(0.0, 2.3), (0.51, 2.05), (0.66, 1.8), (0.80, 1.85), (1.0, 1.6)];
/// Which of them are joints that crease the skin.
const CREASED: [usize; 2] = [1, 3];

/// Distance in m of the heel of the hand below the knuckles at rest, and between the roots of the fingers there.
const PALM: f32 = 0.052;
const ROOTS: f32 = 0.016;
/// Width of the heel of the hand and of the forearm in m.
const HEEL: f32 = 0.04;
const FOREARM: f32 = 0.058;
/// Way of the forearm from the heel of the hand, in m.
const ARM: Vec2 = Vec2::new(0.02, -0.22);
/// How far the tip of the thumb is below the upper edge of the neck, in m, and the thumb's widths at root, joint and tip in radii
/// of a finger.
const BELOW_EDGE: f32 = 0.002;
const THUMB: [f32; 3] = [4.6, 2.8, 2.2];
/// Widths of the palm under a finger, at its root and its knuckle, in radii of a finger.
const ROOT: [f32; 2] = [3.0, 2.4];

/// A hand, in m.
pub(super) struct Hand {
    /// Tip and knuckle of each finger, from the index finger: the ends of their colliders.
    fingers: Vec<[Vec2; 2]>,
    /// Radius of the colliders.
    radius: f32,
}

impl Hand {
    /// The hand of a scene, if it has one.
    pub fn of(scene: &Scene) -> Option<Self> {
        let ends = |points: &[[f32; 2]]| Some([Vec2::from(*points.first()?), Vec2::from(*points.last()?)]);
        let fingers: Vec<_> = scene.lines("finger").filter_map(ends).collect();
        let radius = scene.told("tip").find_map(|tip| tip.get(5).copied()).unwrap_or(USUAL_RADIUS);
        (!fingers.is_empty()).then_some(Self { fingers, radius })
    }

    /// Where a finger grows from the heel of the hand, which stays where it is while fingers reach.
    fn root(&self, finger: usize) -> Vec2 {
        let count = self.fingers.len() as f32;
        let middle = self.fingers.iter().map(|[_, knuckle]| knuckle.x).sum::<f32>() / count;
        let length = self.fingers.iter().map(|[tip, knuckle]| (*tip - *knuckle).length()).fold(0.0, f32::max);
        Vec2::new(middle + (finger as f32 - 0.5 * (count - 1.0)) * ROOTS, -length - PALM)
    }

    /// Where the thumb is along the neck, in m: between the first two fingers.
    pub fn thumb_place(&self) -> f32 {
        let places = || self.fingers.iter().take(2).map(|[tip, _]| tip.x);
        places().sum::<f32>() / places().count() as f32
    }

    /// Root, joint and tip of the thumb; `edge` is the upper one of the neck where the thumb is.
    pub fn thumb(&self, edge: f32) -> [Vec2; 3] {
        let root = self.root(0) + Vec2::new(-0.006, 0.006);
        let tip = Vec2::new(self.thumb_place(), edge - BELOW_EDGE);
        let length = (tip - root).length();
        [root, joint(root, tip, [0.54 * length, 0.49 * length], 1.0), tip]
    }

    /// Draws the thumb, of which the neck will hide a part.
    pub fn draw_thumb(&self, canvas: &mut Canvas, map: &Map, edge: f32) {
        let [root, joint, tip] = self.thumb(edge);
        let [at_root, at_joint, at_tip] = THUMB.map(|width| width * self.radius);
        for (more, colour) in passes() {
            let px = |metres: f32| (metres + more) * map.scale;
            canvas.limb(map.at(root), map.at(joint), [px(at_root), px(at_joint)], colour);
            canvas.limb(map.at(joint), map.at(tip), [px(at_joint), px(at_tip)], colour);
        }
    }

    /// Draws palm and fingers.
    pub fn draw(&self, canvas: &mut Canvas, map: &Map) {
        let roots: Vec<Vec2> = (0..self.fingers.len()).map(|finger| self.root(finger)).collect();
        let (Some(&first), Some(&last)) = (roots.first(), roots.last()) else { return };
        for (more, colour) in passes() {
            let px = |metres: f32| (metres + more) * map.scale;
            let heel = 0.5 * (first + last);
            canvas.limb(map.at(heel + ARM), map.at(heel), [px(1.1 * FOREARM), px(FOREARM)], colour);
            canvas.limb(map.at(first), map.at(last), [px(HEEL); 2], colour);
            for (root, [_, knuckle]) in roots.iter().zip(&self.fingers) {
                let widths = ROOT.map(|width| px(width * self.radius));
                canvas.limb(map.at(*root), map.at(*knuckle), widths, colour);
            }
            for (roots, fingers) in roots.windows(2).zip(self.fingers.windows(2)) {
                let web = [roots[0], fingers[0][1], fingers[1][1], roots[1]].map(|place| map.at(place));
                canvas.polygon(&web, colour);
            }
            for [tip, knuckle] in &self.fingers {
                let place = |along: f32| map.at(knuckle.lerp(*tip, along));
                for bone in FINGER.windows(2) {
                    let [(from, wide), (to, narrow)] = [bone[0], bone[1]];
                    let widths = [wide, narrow].map(|width| px(width * self.radius));
                    canvas.limb(place(from), place(to), widths, colour);
                }
            }
        }
        for finger in &self.fingers {
            self.crease(canvas, map, *finger);
        }
    }

    /// Draws the creases at the joints of a finger, and its knuckle.
    fn crease(&self, canvas: &mut Canvas, map: &Map, [tip, knuckle]: [Vec2; 2]) {
        let place = |along: f32| map.at(knuckle.lerp(tip, along));
        let (size, aside) = (self.radius * map.scale, (place(1.0) - place(0.0)).normalize_or_zero().perp());
        for (along, width) in CREASED.map(|index| FINGER[index]) {
            let half = aside * (0.3 * width * size);
            for side in [-0.012, 0.012] {
                canvas.segment(place(along + side) - half, place(along + side) + half, 2.0, SHADE);
            }
        }
        canvas.arc(place(0.0), 0.85 * size, 2.0, [0.2 * PI, 0.8 * PI], SHADE);
    }
}

/// The edge around the skin, and the skin: by how much each is wider in m, and its colour.
fn passes() -> [(f32, Colour); 2] {
    [(2.0 * EDGE, SHADE), (0.0, SKIN)]
}
