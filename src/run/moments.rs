//! Moments of one episode of an evaluation, as a picture.

use crate::figure::{Still, stills};
use crate::run::evaluate::Seen;
use etude_draw::{History, Pixels};
use etude_envs::scene::Scene;
use etude_envs::task::Blueprint;

/// Scenes that are kept of an episode; every other one of them goes when there are more.
const MOST: usize = 256;

/// The scenes of an episode, from which some are chosen once its length is known.
pub struct EpisodeMoments {
    /// Time of an env step, in s.
    interval: f64,
    /// Steps between two scenes that are kept.
    stride: u64,
    /// Steps before this one, and what was to be seen after it.
    kept: Vec<(u64, Scene)>,
}

impl EpisodeMoments {
    /// For an episode of a task.
    pub fn of(task: &Blueprint) -> Self {
        Self { interval: f64::from(task.spec().physics.control_interval()), stride: 1, kept: Vec::new() }
    }

    /// Looks at the next step of the episode.
    pub fn see(&mut self, seen: &Seen<'_>) {
        // After the last step the lane shows the start of the next episode.
        let over = seen.outcome.ended() && !self.kept.is_empty();
        if over || !seen.step.is_multiple_of(self.stride) {
            return;
        }
        let mut scene = Scene::default();
        seen.lane.draw(&mut scene);
        self.kept.push((seen.step, scene));
        if self.kept.len() > MOST {
            self.stride *= 2;
            let stride = self.stride;
            self.kept.retain(|(step, _)| step.is_multiple_of(stride));
        }
    }

    /// Up to `count` moments from the first to the last, evenly spaced; a single one is from the middle. Each is so large, in
    /// pixels, and shows the way up to then.
    pub fn picture(&self, title: &str, count: usize, size: [f32; 2]) -> Pixels {
        let moments: Vec<Still> = chosen(self.kept.len(), count).into_iter().map(|last| self.moment(last)).collect();
        stills(title, &moments, size.into())
    }

    fn moment(&self, last: usize) -> Still {
        let (step, scene) = &self.kept[last];
        let mut history = History::default();
        let told = |name: &'static str| self.kept[..=last].iter().filter_map(move |(_, scene)| scene.told(name).next());
        let way: Vec<[f32; 2]> = told("trail").filter_map(|place| place.try_into().ok()).collect();
        if !way.is_empty() {
            history.trails.push((0, way));
        }
        told("pattern").filter_map(|told| told.try_into().ok()).for_each(|pattern| history.patterns.absorb(pattern));
        Still { time: (step + 1) as f64 * self.interval, scene: scene.clone(), history }
    }
}

/// Indices of up to `count` of `all`, evenly spaced, the first and the last among them; of a single one, the middle.
fn chosen(all: usize, count: usize) -> Vec<usize> {
    let last = all.saturating_sub(1);
    let mut chosen: Vec<usize> = match count {
        0 | 1 => (0..all.min(count)).map(|_| last / 2).collect(),
        _ => (0..count.min(all)).map(|index| index * last / (count.min(all) - 1).max(1)).collect(),
    };
    chosen.dedup();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::run::evaluate::evaluate_watched;
    use etude_envs::Seed;

    #[test]
    fn moments_are_spread_over_the_whole_episode() {
        assert_eq!(chosen(100, 4), [0, 33, 66, 99]);
        assert_eq!((chosen(2, 4), chosen(1, 4), chosen(0, 4)), (vec![0, 1], vec![0], vec![]));
        assert_eq!((chosen(101, 1), chosen(9, 0)), (vec![50], vec![]));
    }

    #[test]
    fn long_episodes_are_kept_from_the_beginning_to_the_end_in_bounded_memory() {
        let catalog = Catalog::default();
        let task = catalog.tasks.task("fretting/ode-guitar-blind-v0").unwrap();
        let mut agent = catalog.agent("idle").unwrap().make(task.spec(), Seed(0)).unwrap();
        let mut moments = EpisodeMoments::of(&task);
        let place = (Seed(0), 0);
        evaluate_watched(&mut *agent, &task, (Seed(9000), "evaluate"), place, 1, &mut |seen| moments.see(seen))
            .unwrap();
        let limit = u64::from(task.spec().step_limit);
        assert!(limit > MOST as u64 && moments.kept.len() <= MOST + 1, "{}", moments.kept.len());
        let (first, last) = (moments.kept[0].0, moments.kept[moments.kept.len() - 1].0);
        assert!(first == 0 && last + 1 + moments.stride >= limit, "{first} to {last}");
    }

    #[test]
    fn a_moment_knows_the_way_up_to_it_and_not_beyond() {
        let catalog = Catalog::default();
        let task = catalog.tasks.task("reaching/null-v0").unwrap();
        let mut agent = catalog.agent("idle").unwrap().make(task.spec(), Seed(0)).unwrap();
        let mut moments = EpisodeMoments::of(&task);
        let place = (Seed(0), 0);
        evaluate_watched(&mut *agent, &task, (Seed(9000), "evaluate"), place, 1, &mut |seen| moments.see(seen))
            .unwrap();
        let still = moments.moment(49);
        assert_eq!(still.history.trails[0].1.len(), 50);
        // The control interval is a number of 32 bits.
        assert!((still.time - 0.5).abs() < 1e-6, "{}", still.time);
        assert!(moments.picture("a", 4, [480.0, 300.0]).width > moments.picture("a", 1, [480.0, 300.0]).width);
    }
}
