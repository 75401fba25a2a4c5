//! Conversion between seconds and steps.

/// The control interval of a brain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    interval: f64,
}

impl Clock {
    /// A clock with steps of `interval` s.
    pub(super) fn new(interval: f64) -> Clock {
        Clock { interval }
    }

    /// Time of a step, in s.
    pub(super) fn interval(self) -> f64 {
        self.interval
    }

    /// Nearest whole number of steps.
    pub(super) fn steps(self, seconds: f64) -> u64 {
        (seconds / self.interval).round().clamp(0.0, 1e15) as u64
    }

    /// Share kept per step of what decays with a time constant (s); 0 if the time constant is 0.
    pub(super) fn kept(self, seconds: f64) -> f64 {
        // The system's exp may differ between CPUs in the last bit; this one does not.
        if seconds > 0.0 { libm::exp(-self.interval / seconds) } else { 0.0 }
    }

    /// The clock of a process that acts every `steps` steps.
    pub(super) fn slowed(self, steps: u64) -> Clock {
        Clock { interval: self.interval * steps as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_kept_at_any_rate() {
        for rate in [10.0, 30.0, 60.0, 100.0] {
            let clock = Clock::new(1.0 / rate);
            assert_eq!(clock.steps(2.0), 2 * rate as u64);
            assert!((clock.kept(0.5).powf(0.5 * rate) - (-1.0f64).exp()).abs() < 1e-12);
            assert!((clock.slowed(5).kept(0.5) - clock.kept(0.5).powi(5)).abs() < 1e-12);
        }
        assert_eq!((Clock::new(0.1).steps(0.0), Clock::new(0.1).kept(0.0)), (0, 0.0));
    }
}
