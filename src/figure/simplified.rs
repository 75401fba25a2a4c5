//! Lines with fewer points.

use etude_draw::Vec2;

/// The points without which the line through them would be farther off than so much (Douglas & Peucker 1973).
pub fn simplified(points: &[Vec2], off: f32) -> Vec<Vec2> {
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else { return Vec::new() };
    if points.len() < 5 {
        return points.to_vec();
    }
    let mut kept = vec![false; points.len()];
    let mut stretches = vec![(0, points.len() - 1)];
    while let Some((from, to)) = stretches.pop() {
        let (one, way) = (points[from], points[to] - points[from]);
        let distance = |index: &usize| {
            let along = ((points[*index] - one).dot(way) / way.length_squared().max(1e-9)).clamp(0.0, 1.0);
            (points[*index] - one - way * along).length()
        };
        let farthest = (from + 1..to).max_by(|one, other| distance(one).total_cmp(&distance(other)));
        if let Some(farthest) = farthest.filter(|index| distance(index) > off) {
            kept[farthest] = true;
            stretches.extend([(from, farthest), (farthest, to)]);
        }
    }
    let inner = points.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(&point, _)| point);
    std::iter::once(first).chain(inner).chain(std::iter::once(last)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_left_out_of_a_line_lies_on_it(ys in prop::collection::vec(-20.0f32..20.0, 0..60), off in 0.1f32..5.0) {
            let points: Vec<Vec2> = ys.iter().enumerate().map(|(x, &y)| Vec2::new(x as f32, y)).collect();
            let kept = simplified(&points, off);
            prop_assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
            for point in &points {
                let near = kept.windows(2).any(|pair| {
                    let way = pair[1] - pair[0];
                    let along = ((*point - pair[0]).dot(way) / way.length_squared().max(1e-9)).clamp(0.0, 1.0);
                    (*point - pair[0] - way * along).length() <= off + 1e-3
                });
                prop_assert!(near || kept.len() < 2, "{} is lost", point);
            }
        }
    }
}
