//! Vector arithmetic, four lanes at a time.
//!
//! Every sum uses the same four lanes in the same order on every CPU, and no operation rounds differently between CPUs,
//! so that results are the same everywhere. All supported CPUs have four lanes. Arrays are padded to whole chunks of
//! four, and the padding holds zeros.
//!
//! The loops that take longest are also compiled for AVX2 ([`widest`]). With wider vectors they handle more elements at
//! a time; their sums keep the order, and multiplication and addition are never fused.

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::Arch;
/// A loop that gains from wider vectors; its `call` and everything it calls must be `#[inline(always)]`.
pub(crate) use pulp::NullaryFnOnce as Work;

/// Numbers handled together.
pub(crate) const LANES: usize = 4;

/// One chunk.
pub(crate) type Lanes = wide::f32x4;

/// A chunk of zeros.
pub(crate) const ZEROS: Lanes = Lanes::ZERO;

/// Number of chunks that hold `count` numbers.
pub(crate) fn chunks(count: usize) -> usize {
    count.div_ceil(LANES)
}

/// The numbers of an array.
#[inline(always)]
pub(crate) fn flat(array: &[Lanes]) -> &[f32] {
    cast_slice(array)
}

/// The numbers of an array, mutable.
#[inline(always)]
pub(crate) fn flat_mut(array: &mut [Lanes]) -> &mut [f32] {
    cast_slice_mut(array)
}

/// Runs work with the widest vectors of the CPU that make it faster: AVX2 or none (own measurement on a Zen 4: AVX-512
/// is no faster, since root and division limit the loops).
pub(crate) fn widest<W: Work>(work: W) -> W::Output {
    #[cfg(test)]
    if NARROW.get() {
        return Arch::Scalar.dispatch(work);
    }
    Arch::new().dispatch(work)
}

#[cfg(test)]
thread_local! {
    /// Whether this thread does without wider vectors.
    pub(crate) static NARROW: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// The sum over the lanes.
#[inline(always)]
pub(crate) fn total(lanes: Lanes) -> f32 {
    let [first, second, third, fourth] = lanes.to_array();
    (first + second) + (third + fourth)
}

/// The sum of all numbers.
pub(crate) fn sum(numbers: &[Lanes]) -> f32 {
    total(numbers.iter().fold(ZEROS, |sums, &chunk| sums + chunk))
}

/// The sum of the products of two arrays.
pub(crate) fn dot(left: &[Lanes], right: &[Lanes]) -> f32 {
    total(left.iter().zip(right).fold(ZEROS, |sums, (&left, &right)| sums + left * right))
}

/// Adds `scale` times an array to another.
#[inline(always)]
pub(crate) fn add_scaled(target: &mut [Lanes], scale: f32, source: &[Lanes]) {
    let scale = Lanes::splat(scale);
    for (target, &source) in target.iter_mut().zip(source) {
        *target += scale * source;
    }
}

/// The dot products of four rows, which lie one after the other, with one array.
#[inline(always)]
pub(crate) fn dot_rows(rows: &[Lanes], array: &[Lanes]) -> Lanes {
    let [first, second, third, fourth] = split_rows(rows);
    let mut sums = [ZEROS; 4];
    for ((((&factor, &first), &second), &third), &fourth) in array.iter().zip(first).zip(second).zip(third).zip(fourth)
    {
        sums[0] += first * factor;
        sums[1] += second * factor;
        sums[2] += third * factor;
        sums[3] += fourth * factor;
    }
    let columns = Lanes::transpose(sums);
    (columns[0] + columns[1]) + (columns[2] + columns[3])
}

/// Adds four rows, which lie one after the other, to an array, each scaled by its lane of `scales`.
#[inline(always)]
pub(crate) fn add_rows(target: &mut [Lanes], scales: Lanes, rows: &[Lanes]) {
    let [first, second, third, fourth] = split_rows(rows).map(flat);
    let scales = scales.to_array();
    for ((((target, first), second), third), fourth) in
        flat_mut(target).iter_mut().zip(first).zip(second).zip(third).zip(fourth)
    {
        *target += (scales[0] * first + scales[1] * second) + (scales[2] * third + scales[3] * fourth);
    }
}

#[inline(always)]
fn split_rows(rows: &[Lanes]) -> [&[Lanes]; 4] {
    let (upper, lower) = rows.split_at(rows.len() / 2);
    let (first, second) = upper.split_at(rows.len() / 4);
    let (third, fourth) = lower.split_at(rows.len() / 4);
    [first, second, third, fourth]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(numbers: &[f32]) -> Vec<Lanes> {
        numbers.chunks_exact(LANES).map(|chunk| Lanes::new(chunk.try_into().unwrap())).collect()
    }

    #[test]
    fn sums_and_products_by_hand() {
        let numbers = array(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        assert_eq!(sum(&numbers), 36.0);
        assert_eq!(dot(&numbers, &numbers), 204.0);
        let mut target = numbers.clone();
        add_scaled(&mut target, -2.0, &numbers);
        assert_eq!(flat(&target), [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0]);
    }

    #[test]
    fn four_rows_are_each_multiplied_and_added_by_hand() {
        let rows = array(&[
            1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, // first
            0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, // second
            0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, // third
            0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, // fourth
        ]);
        let mut numbers = array(&[1.0, 2.0, 3.0, 4.0, 5.0, 60.0, 700.0, 8000.0]);
        assert_eq!(dot_rows(&rows, &numbers).to_array(), [8001.0, 702.0, 63.0, 9.0]);
        add_rows(&mut numbers, Lanes::new([10.0, 20.0, 30.0, 40.0]), &rows);
        assert_eq!(flat(&numbers), [11.0, 22.0, 33.0, 44.0, 45.0, 90.0, 720.0, 8010.0]);
    }
}
