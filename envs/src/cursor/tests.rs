//! What a decoder makes of activity, by hand.

use super::*;
use crate::document::Document;
use crate::registry::Registry;

fn spec(id: &str, more: &str) -> CursorSpec {
    let base = Document::parse(id, &Registry::default().task(id).unwrap().yaml()).unwrap();
    let mine = Document::parse("mine", &format!("task: cursor/mine-v0\n{more}")).unwrap().extending(&base);
    let spec: CursorSpec = mine.read().unwrap();
    spec.validate().unwrap();
    spec
}

/// Velocity that stands for rates held long enough to pass the smoothing.
fn steady(spec: &CursorSpec, block: usize, rates: &[f32]) -> Vector {
    let (decoder, mut memory) = (Decoder::new(spec), Memory::default());
    decoder.start(&mut memory);
    (0..60).map(|_| decoder.decode(block, rates, &mut memory)).last().unwrap()
}

#[test]
fn a_population_tuned_to_a_direction_moves_the_cursor_that_way_at_the_wanted_speed() {
    let spec = spec("cursor/turned-25-v0", "population: {units: 1000}\nschedule: [{}]\n");
    let votes = linear(&spec).intuitive;
    for degrees in [0.0f32, 45.0, 170.0, -100.0] {
        let aim = Vector::from_angle(degrees.to_radians());
        let size = Vector::new(votes[0][0], votes[1][0]).length();
        let tuned = |unit: usize| 25.0 + 8.0 * Vector::new(votes[0][unit], votes[1][unit]).dot(aim) / size;
        let velocity = steady(&spec, 0, &(0..1000).map(tuned).collect::<Vec<f32>>());
        assert!((velocity - aim * 0.1).length() < 0.01, "{degrees}: {velocity}");
    }
}

#[test]
fn turning_all_units_turns_the_velocity_and_mixing_halves_the_way() {
    let blocks = "schedule: [{}, {perturbation: turned, share: 1, degrees: 90}, {perturbation: turned, share: 1, degrees: 90, mix: 0.5}]\n";
    let spec = spec("cursor/turned-25-v0", blocks);
    let rates: Vec<f32> = (0..60).map(|unit| 20.0 + (unit as f32 * 0.7).sin() * 9.0).collect();
    let [own, turned, half] = [0, 1, 2].map(|block| steady(&spec, block, &rates));
    assert!((turned - own.perp()).length() < 1e-5 * own.length().max(1.0), "{own} {turned}");
    assert!((half - (own + own.perp()) * 0.5).length() < 1e-5 * own.length().max(1.0));
}

#[test]
fn units_turned_are_as_many_as_asked_for_and_a_smaller_share_is_part_of_a_larger() {
    let (quarter, half) = (turned_units(7, 60, 0.25), turned_units(7, 60, 0.5));
    let count = |which: &[bool]| which.iter().filter(|turned| **turned).count();
    assert_eq!((count(&quarter), count(&half)), (15, 30));
    assert!(quarter.iter().zip(&half).all(|(quarter, half)| !quarter || *half));
    assert_ne!(turned_units(8, 60, 0.25), quarter);
}

#[test]
fn factors_permuted_stay_within_the_manifold_and_units_permuted_leave_it() {
    // Two factors: the manifold is what the intuitive decoder's two rows span.
    let spec = spec("cursor/intuitive-v0", "decoder: {factors: 2}\nschedule: [{}]\n");
    let decoder = linear(&spec);
    let dot = |left: &[f32], right: &[f32]| left.iter().zip(right).map(|(left, right)| left * right).sum::<f32>();
    let [x, y] = &decoder.intuitive;
    let outside_of = |row: &[f32]| {
        let (xx, xy, yy) = (dot(x, x), dot(x, y), dot(y, y));
        let (rx, ry) = (dot(row, x), dot(row, y));
        let determinant = xx * yy - xy * xy;
        let (a, b) = ((yy * rx - xy * ry) / determinant, (xx * ry - xy * rx) / determinant);
        let rest: Vec<f32> = row.iter().zip(x.iter().zip(y)).map(|(row, (x, y))| row - a * x - b * y).collect();
        dot(&rest, &rest) / dot(row, row)
    };
    for row in decoder.within.as_ref().unwrap() {
        assert!(outside_of(row) < 1e-6, "{}", outside_of(row));
    }
    for (row, own) in decoder.outside.as_ref().unwrap().iter().zip(&decoder.intuitive) {
        assert!(outside_of(row) > 0.5, "{}", outside_of(row));
        let sorted = |row: &[f32]| {
            let mut row = row.to_vec();
            row.sort_by(f32::total_cmp);
            row
        };
        assert_eq!(sorted(row), sorted(own), "the same weights in another order");
    }
    // With all factors, permuting them changes what is read out and not how strongly.
    let decoder = linear(&self::spec("cursor/intuitive-v0", "schedule: [{}]\n"));
    let within = decoder.within.unwrap();
    assert_ne!(within, decoder.intuitive);
    let whole = |rows: &[Vec<f32>; 2]| dot(&rows[0], &rows[0]) + dot(&rows[1], &rows[1]);
    assert!((whole(&within) / whole(&decoder.intuitive) - 1.0).abs() < 1e-4);
}

#[test]
fn smoothing_and_boxcar_delay_and_keep_the_steady_velocity() {
    let rates: Vec<f32> = (0..90).map(|unit| 25.0 + (unit as f32).cos() * 5.0).collect();
    let plain = spec("cursor/intuitive-v0", "decoder: {smoothing: 0}\n");
    let slow = spec("cursor/intuitive-v0", "decoder: {smoothing: 0.5, boxcar: 4}\n");
    let decoder = Decoder::new(&slow);
    let mut memory = Memory::default();
    decoder.start(&mut memory);
    let first = decoder.decode(0, &rates, &mut memory);
    let whole = steady(&plain, 0, &rates);
    assert!((first - whole * 0.125).length() < 1e-6, "{first} {whole}");
    assert!((steady(&slow, 0, &rates) - whole).length() < 1e-5);
}
