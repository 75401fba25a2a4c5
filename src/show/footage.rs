//! What is seen of an episode, as shapes: a page can play it without this program.

use crate::run::subject::Subject;
use anyhow::Result;
use etude_draw::{Canvas, History, Look, Rect, Shape, Vec2, draw};
use etude_envs::scene::Scene;

/// Width and height of a picture in pixels: too small for the words and insets of a whole window.
pub const SIZE: [f32; 2] = [320.0, 224.0];
/// Pictures in a second at most.
const RATE: f64 = 25.0;
/// Time in s after which no more pictures are taken.
const LONGEST: f64 = 10.0;

/// Pictures of an episode.
pub struct Footage {
    /// Time between two pictures in s.
    pub interval: f64,
    /// The pictures, each of shapes from the lowest to the topmost; there may be none.
    pub pictures: Vec<Vec<Shape>>,
    /// The episode's score.
    pub score: f32,
}

/// Pictures of the first episode of an evaluation of a subject as it is, learning disabled.
///
/// # Errors
/// An agent that acts in numbers that are not finite.
pub fn footage(subject: &Subject) -> Result<Footage> {
    let step = f64::from(subject.task().spec().physics.control_interval());
    let every = (1.0 / (RATE * step)).round().max(1.0);
    let most = (LONGEST / step) as u64;
    let size = Vec2::from(SIZE);
    let (mut scene, mut canvas) = (Scene::default(), Canvas::of_shapes());
    let mut history = History { trails: vec![(0, Vec::new())], ..History::default() };
    let mut pictures = Vec::new();
    let episode = subject.watch_evaluation(&mut |seen| {
        // The step that ends an episode leaves the lane at the start of the next one.
        if seen.outcome.ended() || seen.step > most || !seen.step.is_multiple_of(every as u64) {
            return;
        }
        scene.clear();
        seen.lane.draw(&mut scene);
        let place: Option<[f32; 2]> = scene.told("trail").next().and_then(|place| place.try_into().ok());
        if let (Some(place), Some((_, trail))) = (place, history.trails.last_mut()) {
            trail.push(place);
        }
        canvas.clear(size);
        draw(&mut canvas, Rect::from_corners(Vec2::ZERO, size), &scene, &history, &Look::default());
        pictures.push(canvas.shapes().to_vec());
    })?;
    Ok(Footage { interval: every * step, pictures, score: episode.score })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::transfer::schedule::Schedule;
    use etude_envs::Seed;
    use std::sync::Arc;

    fn subject(task: &str) -> Subject {
        let catalog = Catalog::default();
        let experiment = catalog.experiment("flat-to-rough", None).unwrap().spec;
        let (task, agent) = (catalog.tasks.task(task).unwrap(), catalog.agent("brain").unwrap());
        let plan = Schedule::new(&experiment).legs[0].plan(task, agent, 1000, 1);
        Subject::new(&Arc::new(plan), Seed(1), 0).unwrap()
    }

    /// Points of the longest line in a picture.
    fn longest(picture: &[Shape]) -> usize {
        let points = picture.iter().map(|shape| match shape {
            Shape::Line { points, .. } => points.len(),
            _ => 0,
        });
        points.max().unwrap_or(0)
    }

    #[test]
    fn every_family_is_seen_the_same_each_time_and_the_subject_stays_as_it_was() {
        for (task, leaves_a_trail) in [
            ("cycling/flat-v0", false),
            ("fretting/guitar-v0", false),
            ("reaching/null-v1", true),
            ("cursor/turned-25-v0", true),
        ] {
            let subject = subject(task);
            let before = subject.state();
            let Footage { interval, pictures, score } = footage(&subject).unwrap();
            let again = footage(&subject).unwrap();
            assert!(subject.state() == before && again.pictures == pictures && again.score == score, "{task}");
            assert!(
                pictures.len() > 3 && pictures.len() as f64 * interval < LONGEST + 1.0,
                "{task}: {}",
                pictures.len()
            );
            assert!(pictures.iter().all(|picture| picture.len() > 3) && (0.0..=1.0).contains(&score), "{task}");
            let [first, last] = [0, pictures.len() - 1].map(|index| &pictures[index]);
            assert_ne!(first, last, "{task}: something moves");
            assert!(!leaves_a_trail || longest(last) >= pictures.len() && longest(first) < 4, "{task}");
        }
    }
}
