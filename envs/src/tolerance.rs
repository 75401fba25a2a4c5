//! The function from which rewards are built.

/// Closeness of `value` to `[low, high]`: 1 inside, 10^(-(d/`margin`)²) at a distance d from the nearest bound, hence 0.1
/// at d = `margin` (after `tolerance` of the DeepMind Control Suite, Tassa et al. 2018). In [0, 1] for finite input.
///
/// ```
/// # use etude_envs::tolerance;
/// assert_eq!(tolerance(4.7, 4.5, 5.0, 1.0), 1.0);
/// assert!((tolerance(3.5, 4.5, 5.0, 1.0) - 0.1).abs() < 1e-6);
/// ```
pub fn tolerance(value: f32, low: f32, high: f32, margin: f32) -> f32 {
    let outside = (low - value).max(value - high).max(0.0) / margin;
    // ln(0.1): the value at one margin.
    (outside * outside * -std::f32::consts::LN_10).exp()
}
