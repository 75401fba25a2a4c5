//! Threads of a run that have nothing to do: evaluations use them.

use std::sync::atomic::{AtomicIsize, Ordering};

/// How many there are. A thread that gets work again takes itself back whether it is lent or not, so that the count may be
/// negative for a while.
#[derive(Debug, Default)]
pub struct Spare(AtomicIsize);

impl Spare {
    /// So many.
    pub fn new(threads: usize) -> Self {
        Self(AtomicIsize::new(threads.try_into().unwrap_or(isize::MAX)))
    }

    /// One more has nothing to do.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One of them has work again.
    pub fn remove(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// Lends up to so many, until what is returned is dropped.
    pub fn lend(&self, most: usize) -> Lent<'_> {
        let most = isize::try_from(most).unwrap_or(isize::MAX);
        let some = |there: isize| Some(there - there.clamp(0, most));
        let there = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, some).unwrap_or(0);
        Lent { spare: self, threads: there.clamp(0, most) }
    }
}

/// Threads that are lent.
#[derive(Debug)]
pub struct Lent<'a> {
    spare: &'a Spare,
    threads: isize,
}

impl Lent<'_> {
    /// How many.
    pub fn threads(&self) -> usize {
        self.threads.unsigned_abs()
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.spare.0.fetch_add(self.threads, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_thread_is_lent_twice_and_all_come_back() {
        let spare = Spare::new(3);
        let first = spare.lend(2);
        let second = spare.lend(2);
        assert_eq!([first.threads(), second.threads(), spare.lend(5).threads()], [2, 1, 0]);
        // One of those that were lent has work of its own.
        spare.remove();
        drop((first, second));
        assert_eq!(spare.lend(9).threads(), 2);
        spare.add();
        assert_eq!(spare.lend(9).threads(), 3);
    }
}
