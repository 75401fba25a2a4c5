//! What is pruned, what is protected, and what is counted.

use rand::SeedableRng;

use super::*;
use crate::brain::cortex_settings::CortexConfig;
use crate::state::State;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(3)
}

/// A column of one hidden layer of eight units, of which the last four are read by nobody.
fn half_read() -> (Column, Intentional, Activity) {
    let config = CortexConfig { units: 8, layers: 1, initial_sparsity: 0.0, ..CortexConfig::default() };
    let mut column = Column::new(&config, 3, 2, &mut generator());
    for unit in 4..8 {
        // Of a unit's places the first is what it reads, the others where it is read.
        column.places(0, unit).skip(1).for_each(|place| place.clear(&mut column.weights));
    }
    let update = Intentional::new(&column, 0.1, 0.5);
    let mut activity = column.activity();
    activity.set_inputs(&[0.5, -1.0, 2.0]);
    column.forward(&mut activity);
    (column, update, activity)
}

fn incoming(column: &Column) -> Vec<Vec<f32>> {
    let layer = &column.layers[0];
    let rows = column.weights[layer.rows.clone()].chunks_exact(layer.row_chunks);
    rows.take(8).map(|row| flat(row).to_vec()).collect()
}

#[test]
fn unread_units_are_replaced_by_ones_that_are_not_read_yet_and_read_ones_stay() {
    let (mut column, mut update, mut activity) = half_read();
    let config = StructureConfig { turnover: 0.01, maturity: 100, memory: 100, protection: 1000, useless: 0.1 };
    let mut structure = Structure::new(&config, &column, generator());
    let before = incoming(&column);
    // Under opposite inputs every unit is active in one of the two.
    for step in 0..800 {
        let side = if step / 16 % 2 == 0 { 1.0 } else { -1.0 };
        activity.set_inputs(&[0.5 * side, -side, 2.0 * side]);
        column.forward(&mut activity);
        structure.tend(&mut column, &mut update, &activity);
    }
    let after = incoming(&column);
    assert_eq!(before[..4], after[..4], "units that are read stay");
    assert!((4..8).all(|unit| before[unit] != after[unit]), "the others are replaced");
    assert!(structure.replaced() >= 4, "{}", structure.replaced());
    let reading = |column: &Column| {
        let mut reading = [0.0; 8];
        column.reading(1, &mut reading);
        reading
    };
    assert_eq!(reading(&column)[4..], [0.0; 4], "a fresh unit is not read yet");
}

#[test]
fn what_was_once_useful_is_protected_for_as_long_as_that() {
    for (protection, replaced) in [(1_000_000, false), (2_000, true)] {
        let (mut column, mut update, activity) = half_read();
        let config = StructureConfig { turnover: 0.01, maturity: 100, memory: 100, protection, useless: 0.1 };
        let mut structure = Structure::new(&config, &column, generator());
        // All eight units are read for a while; then unit 0 no longer is.
        (0..500).for_each(|_| structure.tend(&mut column, &mut update, &activity));
        let before = incoming(&column);
        column.places(0, 0).skip(1).for_each(|place| place.clear(&mut column.weights));
        (0..20_000).for_each(|_| structure.tend(&mut column, &mut update, &activity));
        assert_eq!(before[0] != incoming(&column)[0], replaced, "protection {protection}");
    }
}

#[test]
fn capacity_counts_the_units_in_use() {
    let (mut column, mut update, activity) = half_read();
    let config = StructureConfig { turnover: 0.0, ..StructureConfig::default() };
    let mut structure = Structure::new(&config, &column, generator());
    assert_eq!(structure.capacity(), 0.0);
    (0..500).for_each(|_| structure.tend(&mut column, &mut update, &activity));
    assert!(structure.capacity() > 1.0 && structure.capacity() <= 4.0 + 1e-3, "{}", structure.capacity());
    assert_eq!(structure.replaced(), 0);
}

#[test]
fn a_saved_gardener_continues_bit_by_bit() {
    let config = StructureConfig { turnover: 0.005, maturity: 50, memory: 100, protection: 1000, useless: 1.0 };
    let (mut column, mut update, activity) = half_read();
    let mut structure = Structure::new(&config, &column, generator());
    (0..300).for_each(|_| structure.tend(&mut column, &mut update, &activity));
    let mut state = State::new();
    structure.save(&mut state.writer());
    let (mut other_column, mut other_update) = (column.clone(), update.clone());
    let mut other = Structure::new(&config, &column, ChaCha8Rng::seed_from_u64(9));
    let mut reader = state.reader();
    other.load(&mut reader).unwrap();
    reader.finish().unwrap();
    (0..300).for_each(|_| structure.tend(&mut column, &mut update, &activity));
    (0..300).for_each(|_| other.tend(&mut other_column, &mut other_update, &activity));
    assert!(structure.replaced() > 4);
    assert_eq!(structure.replaced(), other.replaced());
    assert_eq!(flat(&column.weights), flat(&other_column.weights));
}
