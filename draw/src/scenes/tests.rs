//! What must be true of the drawings of all families.

use super::hand::Hand;
use super::look::{Look, Map};
use super::{Family, History, draw, fretting, parts};
use crate::canvas::Canvas;
use crate::colour::{Colour, ink};
use bevy::math::{Rect, Vec2};
use etude_envs::lane::SoloLane;
use etude_envs::scene::Scene;
use etude_envs::{Registry, Seed};
use std::collections::HashSet;

const AREA: Rect = Rect { min: Vec2::ZERO, max: Vec2::new(950.0, 640.0) };

/// What a task looks like after some steps of the same action, with what a subject and luck would add to it.
fn scene_of(task: &str, steps: usize) -> Scene {
    let mut lane = SoloLane::new(&Registry::default().task(task).unwrap(), Seed(0));
    let count = lane.lane().spec().action.len();
    // All units of a population together would push nowhere.
    let action: Vec<f32> = (0..count).map(|unit| if count > 12 && unit < count / 2 { -0.6 } else { 0.6 }).collect();
    lane.access().begin(0);
    for _ in 0..steps {
        if lane.access().step(&action).unwrap().ended() {
            lane.access().begin(1);
        }
    }
    let mut scene = Scene::default();
    lane.access().draw(&mut scene);
    match Family::of(&scene) {
        Family::Cycling => {
            let [rear, _] = scene.circles("rear wheel").next().unwrap().0;
            scene.tell("surface stretch", [rear - 1.0, rear + 0.5, 0.2, 0.0]);
            scene.tell("surface stretch", [rear + 0.5, rear + 2.0, 0.8, 0.1]);
        }
        Family::Fretting => {
            for outcome in [1.0, -1.0] {
                scene.tell("note", [1.0, 3.0, 1.0, 0.5, 0.3, outcome, 0.1, 0.0]);
            }
            for finger in 0..4u8 {
                scene.tell("note", [1.0, 3.0, f32::from(finger), 0.9, 0.3, 0.0, 0.1, 0.0]);
            }
            scene.tell("belief", [0.0, 1.0, 2.0, 2.5]);
        }
        Family::Reaching => scene.tell("belief", [0.0, 1.0, 0.02, 0.03]),
        Family::Cursor | Family::Plain => {}
    }
    scene
}

/// Two ways that end where the scene is.
fn history(scene: &Scene) -> History {
    let Some(&[x, y]) = scene.told("trail").next() else { return History::default() };
    let trail = |aside: f32| vec![[x + aside, y - 0.01], [x + aside, y]];
    History { trails: vec![(0, trail(0.005)), (1, trail(0.0))], ..History::default() }
}

/// A drawing of a scene at the size of the window, and where it can be taken hold of.
fn drawn(scene: &Scene) -> (Canvas, Vec<Rect>) {
    let mut canvas = Canvas::default();
    canvas.clear(AREA.max);
    let grips = draw(&mut canvas, AREA, scene, &history(scene), &Look::default());
    (canvas, grips.into_iter().map(|grip| grip.area).collect())
}

/// The part of linear light that opacity does not change, as bits.
fn light([red, green, blue, _]: [f32; 4]) -> [u32; 3] {
    [red, green, blue].map(f32::to_bits)
}

#[test]
fn every_key_explains_a_colour_of_its_drawing_and_every_colour_of_data_has_a_key() {
    let data = [ink::BLUE, ink::RED, ink::GREEN, ink::GOLD, ink::SKY, ink::PURPLE];
    let scenes: Vec<(String, Scene)> =
        Registry::default().task_ids().into_iter().map(|task| (task.clone(), scene_of(&task, 30))).collect();
    for family in [Family::Cycling, Family::Fretting, Family::Reaching, Family::Cursor] {
        let (mut seen, mut explained) = (HashSet::new(), HashSet::new());
        for (task, scene) in scenes.iter().filter(|(_, scene)| Family::of(scene) == family) {
            let (canvas, grips) = drawn(scene);
            let foot = grips.iter().map(|area| area.max.y).fold(0.0, f32::max);
            let layer = &canvas.layers[0];
            let above = layer.corners.iter().zip(&layer.colours).filter(|(corner, _)| corner.y < foot);
            let here: HashSet<[u32; 3]> = above.map(|(_, colour)| light(*colour)).collect();
            let shown: Vec<_> = family.keys().iter().filter(|key| (key.shown)(scene)).collect();
            for key in &shown {
                let below = layer.words.iter().filter(|words| words.place.y - 0.5 * words.size > foot);
                assert_eq!(below.filter(|words| words.text == key.meaning).count(), 1, "{task}: `{}`", key.meaning);
                explained.insert(key.meaning);
            }
            // A bicycle and its rider are coloured, too.
            for colour in data.iter().filter(|_| family != Family::Cycling) {
                let known = shown.iter().any(|key| key.colour == *colour);
                assert!(known || !here.contains(&light(colour.linear())), "{task}: nothing explains {colour:?}");
            }
            seen.extend(here);
        }
        for key in family.keys() {
            assert!(explained.contains(key.meaning), "no task of {family:?} shows `{}`", key.meaning);
            assert!(seen.contains(&light(key.colour.linear())), "nothing in {family:?} is drawn as `{}`", key.meaning);
        }
    }
}

#[test]
fn there_is_no_key_where_there_is_no_room() {
    let scene = scene_of("reaching/curl-v0", 30);
    let area = Rect::new(0.0, 0.0, 320.0, 180.0);
    assert!(parts::small(area));
    let mut canvas = Canvas::default();
    let grips = draw(&mut canvas, area, &scene, &history(&scene), &Look::default());
    assert_eq!(grips[0].area, area);
    assert!(canvas.layers[0].words.iter().all(|words| words.text != "target"));
}

#[test]
fn drawings_of_reaches_say_how_long_things_are() {
    for (task, bars) in [("reaching/curl-v0", 2), ("cursor/turned-25-v0", 1)] {
        let (canvas, _) = drawn(&scene_of(task, 30));
        let long = |text: &str| {
            text.split_once(' ')
                .is_some_and(|(number, unit)| number.parse::<f32>().is_ok() && ["m", "cm", "mm"].contains(&unit))
        };
        let found = canvas.layers[0].words.iter().filter(|words| long(&words.text)).count();
        assert_eq!(found, bars, "{task}");
    }
}

#[test]
fn a_force_is_drawn_as_long_as_its_key_says() {
    let task = Registry::default().task("reaching/curl-v0").unwrap();
    let mut lane = SoloLane::new(&task, Seed(0));
    let interval = task.spec().physics.control_interval();
    lane.access().begin(0);
    let (mut hands, mut arrows, mut viscosity) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..60 {
        lane.access().step(&[0.2, 0.2]).unwrap();
        let mut scene = Scene::default();
        lane.access().draw(&mut scene);
        let &[x, y, force_x, force_y, ..] = scene.told("field").next().unwrap() else { panic!("a field has numbers") };
        viscosity = Vec2::new(force_x, force_y).length() / Vec2::new(x, y).length();
        hands.push(Vec2::from_slice(scene.told("hand").next().unwrap()));
        let arrow = scene.lines("force").next().unwrap();
        arrows.push((Vec2::from(arrow[1]) - Vec2::from(arrow[0])).length());
    }
    let speed = |step: usize| (hands[step + 1] - hands[step - 1]).length() / (2.0 * interval);
    let fastest = (1..59).max_by(|one, other| speed(*one).total_cmp(&speed(*other))).unwrap();
    let newtons = viscosity * speed(fastest);
    assert!(newtons > 0.5 && (arrows[fastest] / newtons / 0.01 - 1.0).abs() < 0.05, "{newtons} N: {}", arrows[fastest]);
}

/// The opaque colour that is seen at a place.
fn colour_at(canvas: &Canvas, place: Vec2) -> Option<[u32; 3]> {
    let layer = &canvas.layers[0];
    let inside = |corners: [usize; 3]| {
        let [a, b, c] = corners.map(|corner| layer.corners[corner] - place);
        let turns = [a.perp_dot(b), b.perp_dot(c), c.perp_dot(a)];
        turns.iter().all(|&turn| turn > 0.0) || turns.iter().all(|&turn| turn < 0.0)
    };
    let opaque = |corners: [usize; 3]| corners.into_iter().all(|corner| layer.colours[corner][3] > 0.99);
    let triangles = layer.triangles.as_chunks::<3>().0.iter().rev();
    let corners = triangles.map(|triangle| triangle.map(|corner| corner as usize));
    corners.into_iter().find(|&corners| inside(corners) && opaque(corners)).map(|[one, ..]| light(layer.colours[one]))
}

#[test]
fn fingers_lie_over_their_colliders_with_two_joints_each_and_the_thumb_behind_the_neck() {
    let scene = scene_of("fretting/guitar-v0", 10);
    let (neck, hand) = (fretting::Neck::of(&scene).unwrap(), Hand::of(&scene).unwrap());
    let [skin, shade] = [ink::SKIN, Colour::of(0xC09B80)].map(|colour| light(colour.linear()));
    let map = Map::new(AREA, Vec2::new(0.15, -0.05), 3000.0, &Look::default());
    let mut canvas = Canvas::default();
    canvas.clear(AREA.max);
    hand.draw(&mut canvas, &map);
    for finger in scene.lines("finger") {
        // Not quite on the axis and at its ends, where triangles meet.
        let [tip, knuckle] = [finger[0], finger[1]].map(|end| map.at(end) + Vec2::new(0.37, 0.23));
        let along: Vec<_> = (0..=400).map(|part| colour_at(&canvas, knuckle.lerp(tip, part as f32 / 400.0))).collect();
        // All of its collider is under skin, which two joints crease by two lines each.
        let other = along.iter().position(|&colour| colour != Some(skin) && colour != Some(shade));
        assert_eq!(other.map(|part| (part, along[part])), None);
        let creases = along.windows(2).filter(|pair| pair[0] == Some(skin) && pair[1] == Some(shade)).count();
        assert_eq!(creases, 4);
    }
    let edge = neck.upper_edge(hand.thumb_place());
    let [root, joint, tip] = hand.thumb(edge);
    assert!(joint.x < root.x.min(tip.x), "the thumb is on the side of the index finger");
    hand.draw_thumb(&mut canvas, &map, edge);
    assert_eq!(colour_at(&canvas, map.at(tip + Vec2::new(0.0005, 0.0007))), Some(skin));
    // In the whole picture the neck hides it, but for its tip.
    let mut whole = Canvas::default();
    whole.clear(AREA.max);
    let map = draw(&mut whole, AREA, &scene, &history(&scene), &Look::default())[0].map;
    let on_neck = Vec2::new(tip.x, edge - 0.006);
    assert!(colour_at(&whole, map.at(on_neck)).is_some_and(|colour| colour != skin && colour != shade));
    assert_eq!(colour_at(&whole, map.at(Vec2::new(tip.x + 0.0007, edge + 0.0025))), Some(skin));
}
