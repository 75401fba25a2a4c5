//! The one shape that rewards are made of.

/// How close `value` is to `[low, high]`: 1 inside, falling as a Gaussian outside to 0.1 at `margin` from the nearest
/// bound (after `tolerance` of the DeepMind Control Suite, Tassa et al. 2018). Always in [0, 1] for finite input.
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
