//! Desired movement, controller, fields, channel and schedule against analysis, and the scene against the arm.

use super::*;
use crate::reaching::arm::muscle_share;
use crate::scene::Mark;
use crate::schedule::After;
use crate::world::Physics;

#[test]
fn the_desired_movement_is_the_minimum_jerk_one() {
    let spec = spec("reaching/null-v0");
    let movement = Movement::new(&spec, spec.centre(), 45.0);
    let way = movement.target - movement.start;
    assert!((way - Vector::from_angle(45.0f32.to_radians()) * 0.1).length() < 1e-6);
    for time in [0.0, 0.05, 0.1, 0.6, 1.0] {
        let Desired { place, rate, acceleration } = movement.at(time);
        let expected = if time < 0.5 { movement.start } else { movement.target };
        assert!((place - expected).length() < 1e-6 && rate.length() < 1e-5 && acceleration.length() < 1e-3, "{time} s");
    }
    // The figures of a 10 cm movement in 0.5 s: a peak of 0.375 m/s half way.
    assert!((movement.at(0.35).rate.length() - 0.375).abs() < 1e-4);
    assert!((movement.at(0.35).place - movement.start - way * 0.5).length() < 1e-6);
    for step in 0..100 {
        let (time, half) = (0.1 + 0.005 * step as f32, 1e-3);
        let [before, now, after] = [time - half, time, time + half].map(|time| movement.at(time));
        let rate = (after.place - before.place) / (2.0 * half);
        let acceleration = (after.rate - before.rate) / (2.0 * half);
        assert!((rate - now.rate).length() < 1e-3, "{time} s: {rate}, {}", now.rate);
        assert!((acceleration - now.acceleration).length() < 0.03, "{time} s: {acceleration}, {}", now.acceleration);
    }
}

#[test]
fn the_command_makes_up_for_the_muscles_lag() {
    let spec = spec("reaching/null-v0");
    let movement = Movement::new(&spec, spec.centre(), 0.0);
    let mut own = Controller::new(&spec);
    let (links, share) = (Links::new(&spec.arm), muscle_share(&spec.arm, 0.01));
    own.start(&movement);
    let mut torques = [0.0; 2];
    for step in 0..80 {
        let time = step as f32 * 0.01;
        let Desired { place, rate, .. } = movement.at(time);
        own.compare(&movement, time, &Motion::default(), place, rate);
        let command = own.command(&movement, time, &[0.0; 2]);
        torques = [0, 1].map(|joint| torques[joint] + (command[joint] - torques[joint]) * share);
        let Desired { place, rate, acceleration } = movement.at(time + 0.01);
        let wanted = links.torques_of_hand(place, rate, acceleration);
        assert!((0..2).all(|joint| (torques[joint] - wanted[joint]).abs() < 1e-3), "{time} s: {torques:?}, {wanted:?}");
    }
}

#[test]
fn a_curl_field_pushes_at_right_angles_and_the_saddle_is_the_published_one() {
    let block = |field, strength| Conditions { field, strength, ..Conditions::default() };
    let mut rng = Seed(3).rng();
    for strength in [13.0, -13.0, 2.0] {
        let field = Field::of(&block(FieldKind::Curl, strength));
        for _ in 0..100 {
            let rate = Vector::new(rng.random_range(-1.0..=1.0), rng.random_range(-1.0..=1.0));
            let force = field.force(rate);
            assert!(force.dot(rate).abs() < 1e-4);
            assert!((force.length() - strength.abs() * rate.length()).abs() < 1e-4);
            // Positive strength pushes to the right.
            assert!(rate.perp_dot(force) * strength <= 0.0);
        }
    }
    // 4.9 N at the peak of a 10 cm movement in 0.5 s.
    let force = Field::of(&block(FieldKind::Curl, 13.0)).force(Vector::new(0.0, 0.375));
    assert!((force - Vector::new(4.875, 0.0)).length() < 1e-4);
    let [[a, b], [c, d]] = SADDLE;
    assert_eq!(b, c);
    let (middle, spread) = (0.5 * (a + d), (0.25 * (a - d) * (a - d) + b * c).sqrt());
    assert!((middle + spread - 15.9).abs() < 0.05 && (middle - spread + 14.9).abs() < 0.05);
    // Forces of a broken world stay finite.
    assert!(Field::of(&block(FieldKind::Curl, 100.0)).force(Vector::new(1e20, 0.0)).length() < 101.0);
    let turned = Field::of(&block(FieldKind::Rotation, 30.0)).shown(Vector::new(0.1, 0.0));
    assert!((turned - Vector::new(0.1 * 0.75f32.sqrt(), 0.05)).length() < 1e-6);
    assert_eq!(Field::of(&block(FieldKind::Gain, 2.0)).shown(Vector::new(0.1, 0.2)), Vector::new(0.2, 0.4));
}

/// Trial `index` of a lane.
fn at(spec: &ReachingSpec, seed: Seed, index: u64) -> Trial {
    trial(spec, seed, seed, index)
}

#[test]
fn every_cycle_holds_every_target_once_in_an_order_of_its_own() {
    let spec = spec("reaching/adaptation-v0");
    let mut orders = Vec::new();
    for cycle in 0..25u64 {
        // The block of 200 trials begins after 50.
        let places: Vec<Trial> = (0..8).map(|turn| at(&spec, Seed(4), 50 + 8 * cycle + turn)).collect();
        assert!(places.iter().all(|place| place.block == 1), "{places:?}");
        let order: Vec<usize> = places.iter().filter_map(|place| place.target).collect();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6, 7]);
        orders.push(order);
    }
    orders.sort();
    orders.dedup();
    assert!(orders.len() >= 24, "orders repeat");
    assert_ne!(
        (0..16).map(|trial| at(&spec, Seed(4), trial)).collect::<Vec<_>>(),
        (0..16).map(|trial| at(&spec, Seed(5), trial)).collect::<Vec<_>>()
    );
}

#[test]
fn blocks_come_one_after_the_other_and_continue_or_repeat() {
    let mut spec = spec("reaching/recovery-v0");
    let block = |spec: &ReachingSpec, trial| at(spec, Seed(6), trial).block;
    let starts = [(0, 0), (49, 0), (50, 1), (174, 1), (175, 2), (189, 2), (190, 3), (339, 3)];
    for (trial, expected) in starts {
        assert_eq!(block(&spec, trial), expected, "trial {trial}");
    }
    assert_eq!(block(&spec, 340), 3);
    assert_eq!(block(&spec, u64::MAX), 3);
    spec.after_schedule = After::Repeat;
    for (trial, expected) in starts {
        assert_eq!(block(&spec, 340 + trial), expected, "trial {trial} of the second round");
    }
    // Cycles of the second round are its own.
    let targets = |from: u64| (from..from + 48).map(|trial| at(&spec, Seed(6), trial).target).collect::<Vec<_>>();
    assert_ne!(targets(0), targets(340));
}

#[test]
fn the_channel_pulls_back_to_the_line() {
    let spec = spec("reaching/null-v0");
    let movement = Movement::new(&spec, spec.centre(), 90.0);
    let force = |off, rate| field::channel_force(&spec.channel, &movement, spec.centre() + off, rate);
    // A millimetre to the right of the way ahead, then moving to the left, then along it.
    assert!((force(Vector::new(0.001, 0.05), Vector::ZERO) - 10.0).abs() < 0.01);
    assert!((force(Vector::ZERO, Vector::new(-0.1, 0.0)) + 15.0).abs() < 0.01);
    assert!(force(Vector::new(0.0, 0.05), Vector::new(0.0, 0.4)).abs() < 0.01);
}

#[test]
fn a_spectator_sees_the_arm_around_its_links_and_the_hand_at_its_end() {
    let mut spec = spec("reaching/curl-v0");
    spec.episode.start_offset = 0.0;
    let mut physics = Physics::new(&description::task_spec(&spec).physics);
    let mut task = Reaching::new(spec.clone());
    task.build(&mut physics.world());
    task.reset(&mut physics.world(), &mut Seed(1).rng());
    let mut scene = Scene::default();
    task.draw(&physics.world(), &mut scene);
    let elbow = task.arm().unwrap().motion.elbow;
    assert!((elbow.length() - spec.arm.upper.length).abs() < 1e-5);
    for (name, from, to) in [("upper arm", Vector::ZERO, elbow), ("forearm", elbow, spec.centre())] {
        let mark = scene.marks().iter().find(|(mark, _)| *mark == name);
        let Some((_, Mark::Line { points })) = mark else { panic!("{name} is missing") };
        assert_eq!(points.first(), points.last());
        let distance = |point: &[f32; 2]| {
            let share = (Vector::from(*point) - from).dot(to - from) / (to - from).length_squared();
            (Vector::from(*point) - from - (to - from) * share.clamp(0.0, 1.0)).length()
        };
        let radius = distance(&points[0]);
        assert!(points.iter().all(|point| (distance(point) - radius).abs() < 1e-4), "{name}: {points:?}");
    }
    for (name, place) in [("hand", spec.centre()), ("cursor", spec.centre()), ("target", task.movement().target)] {
        let mark = scene.marks().iter().find(|(mark, _)| *mark == name);
        let Some((_, Mark::Circle { centre, .. })) = mark else { panic!("{name} is missing") };
        assert!((Vector::from(*centre) - place).length() < 1e-5, "{name} at {centre:?}");
    }
}
