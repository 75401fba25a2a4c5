//! The scores of practice: those of the evaluations before, and those of the episodes that have been watched.

use super::axis;
use super::messages::{Ended, Frame};
use super::number::{brief, grouped};
use super::traces::Traces;
use crate::figure::short_task;
use crate::run::course::Course;
use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, Colour, Rect, Vec2, ink};

/// Of evaluations before, with learning disabled, and of the mean over the last episodes.
const BEFORE: Colour = ink::BLUE;
const RECENT: Colour = ink::GREEN;
/// Of the episode under way.
const NOW: Colour = ink::INK;
/// Share of the width that is for what was practised before.
const PAST: f32 = 0.42;
/// Pixels of plot below which there is none.
const LEAST: f32 = 12.0;

/// Draws them: all subjects thin, the one in focus thick.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, frame: &Frame, traces: &Traces, words: f32) {
    let line = area.min.y + 0.7 * words;
    canvas.words(Vec2::new(area.min.x, line), "score", words, ink::INK, Align::Left);
    let shot = frame.shots.get(frame.focus);
    let (steps, now) = shot.map_or((0, 0.0), |shot| (shot.steps, shot.so_far.1));
    let course = frame.course();
    let last = course.and_then(|course| course.evaluations.last());
    let said: Vec<(String, Colour)> = [
        Some((format!("now {now:.2}"), NOW)),
        traces.recent_score(frame.focus).map(|recent| (format!("recent {recent:.2}"), RECENT)),
        last.map(|last| (format!("before {:.2}", last.score), BEFORE)),
    ]
    .into_iter()
    .flatten()
    .collect();
    axis::row(canvas, Vec2::new(area.max.x, line), area.min.x + 5.8 * words * LETTER, words - 1.0, &said);
    let foot = axis::label_size(words) + 6.0;
    let plot = Rect::new(area.min.x, area.min.y + 1.6 * words, area.max.x, area.max.y - foot);
    if plot.height() < LEAST {
        return;
    }
    let plot = axis::beside_labels(plot, words);
    let y = axis::vertical(canvas, plot, &[0.0, 0.5, 1.0], words);
    let edge = plot.min.x + if course.is_some() { PAST * plot.width() } else { 0.0 };
    if let Some(course) = course {
        let past = Rect { max: Vec2::new(edge, plot.max.y), ..plot };
        before(canvas, past, course, frame, words, &y);
        // Where it stood is to be compared with what is seen, if it was on the same task.
        if let Some(last) = last.filter(|_| course.task == frame.task.id) {
            dashed(canvas, [edge, plot.max.x], y(last.score));
        }
    }
    let here = Rect { min: Vec2::new(edge, plot.min.y), ..plot };
    let (from, to) = seen(frame, traces);
    let x = |steps: u64| here.min.x + here.width() * steps.saturating_sub(from) as f32 / (to - from) as f32;
    for (index, practice) in traces.practice().iter().enumerate() {
        let place = |ended: &Ended| Vec2::new(x(ended.steps), y(ended.score));
        let points: Vec<Vec2> = practice.course().iter().map(place).collect();
        let own = index == frame.focus;
        let (width, colour) = if own { (2.4, RECENT) } else { (1.0, ink::FAINT.at(0.45)) };
        canvas.line(&points, width, colour);
        // A single episode is no line yet.
        if let (true, &[point]) = (own, &points[..]) {
            canvas.disc(point, 2.5, colour);
        }
    }
    canvas.disc(Vec2::new(x(steps), y(now)), 4.0, NOW);
    canvas.disc(Vec2::new(x(steps), y(now)), 2.2, ink::CARD);
    let practised = to - from;
    let texts = match (course, from) {
        // One is what there is at least: nothing to tell of.
        (Some(_), _) if practised < 2 => ["here".into(), "here".into()],
        (Some(_), _) => [format!("{} steps here", grouped(practised)), format!("{} here", brief(practised))],
        (None, 0) if practised < 2 => [String::new(), String::new()],
        (None, 0) => [format!("{} steps", grouped(to)), brief(to)],
        (None, _) => [format!("{} to {} steps", grouped(from), grouped(to)), format!("{} steps", brief(to))],
    };
    let size = axis::label_size(words);
    if let Some(text) = axis::fitting(here.width() - 8.0, size, texts) {
        canvas.words(Vec2::new(plot.max.x, plot.max.y + 0.6 * foot), text, size, ink::FAINT, Align::Right);
    }
}

/// Env steps from where to where are shown of what has been watched: never none.
fn seen(frame: &Frame, traces: &Traces) -> (u64, u64) {
    let from = traces.since();
    let to = frame.shots.iter().map(|shot| shot.steps).max().unwrap_or(0);
    (from, to.max(from + 1))
}

/// The evaluations of earlier practice.
fn before(canvas: &mut Canvas, area: Rect, course: &Course, frame: &Frame, words: f32, y: &impl Fn(f32) -> f32) {
    canvas.rect(area, BEFORE.at(0.07));
    canvas.segment(Vec2::new(area.max.x, area.min.y), area.max, 1.0, ink::FAINT);
    let last = course.evaluations.last().map_or(0, |last| last.steps);
    let x = |steps: u64| match last {
        0 => area.center().x,
        last => area.min.x + 4.0 + (area.width() - 8.0) * (steps.min(last) as f32 / last as f32),
    };
    let points: Vec<Vec2> =
        course.evaluations.iter().map(|evaluated| Vec2::new(x(evaluated.steps), y(evaluated.score))).collect();
    canvas.line(&points, 2.0, BEFORE);
    for &point in &points {
        canvas.disc(point, 2.2, BEFORE);
    }
    let (size, task) = (axis::label_size(words), short_task(&course.task));
    let texts = match course.task == frame.task.id {
        true => [format!("{} steps before", grouped(last)), format!("{} before", brief(last)), brief(last)],
        false => [format!("{} of {task}", brief(last)), format!("{} before", brief(last)), brief(last)],
    };
    if let Some(text) = axis::fitting(area.width() - 2.0, size, texts) {
        let place = Vec2::new(area.min.x, area.max.y + 0.6 * (size + 6.0));
        canvas.words(place, text, size, BEFORE, Align::Left);
    }
}

fn dashed(canvas: &mut Canvas, [from, to]: [f32; 2], y: f32) {
    let mut x = from;
    while x < to {
        canvas.segment(Vec2::new(x, y), Vec2::new((x + 4.0).min(to), y), 1.2, BEFORE.at(0.7));
        x += 8.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::course::Evaluated;
    use crate::show::messages::Shot;
    use std::sync::Arc;

    fn frame(courses: &[Course]) -> Frame {
        let shot = Shot { steps: 30, so_far: (2.0, 0.25), ..Shot::default() };
        Frame { shots: vec![shot], courses: Arc::from(courses), ..Frame::empty() }
    }

    fn drawn(frame: &Frame, area: Rect) -> Canvas {
        let (mut canvas, mut traces) = (Canvas::default(), Traces::default());
        let first = Frame { shots: vec![Shot::default()], ..frame.clone() };
        traces.absorb(&first);
        traces.absorb(frame);
        draw(&mut canvas, area, frame, &traces, 12.0);
        canvas
    }

    fn course(task: &str) -> Course {
        let evaluated = [(0, 0.08), (20_000, 1.0), (60_000, 0.9)];
        let evaluations = evaluated.map(|(steps, score)| Evaluated { steps, score }).to_vec();
        Course { task: task.into(), evaluations }
    }

    fn said(canvas: &Canvas) -> Vec<&str> {
        canvas.layers[0].words.iter().map(|words| words.text.as_str()).collect()
    }

    const AREA: Rect = Rect { min: Vec2::new(10.0, 10.0), max: Vec2::new(314.0, 110.0) };

    #[test]
    fn before_any_episode_has_ended_it_shows_what_was_practised_and_how_it_goes() {
        let frame = frame(&[course("cycling/flat-v0")]);
        let canvas = drawn(&frame, AREA);
        let words = ["score", "now 0.25", "before 0.90", "0", "0.5", "1", "60 000 steps before", "30 steps here"];
        assert_eq!(said(&canvas), words);
        let blue = BEFORE.linear();
        let layer = &canvas.layers[0];
        let curve = layer.corners.iter().zip(&layer.colours).filter(|(_, colour)| **colour == blue);
        let fold = |(low, high): (f32, f32), (corner, _): (&Vec2, _)| (low.min(corner.x), high.max(corner.x));
        let (low, high) = curve.fold((f32::MAX, f32::MIN), fold);
        // The curve is in its part of the plot, and nowhere else.
        let plot = axis::beside_labels(AREA, 12.0);
        let edge = plot.min.x + PAST * plot.width();
        assert!(low >= plot.min.x && high <= edge && high - low > 0.8 * (edge - plot.min.x), "{low} {high}");
    }

    #[test]
    fn practice_on_another_task_is_called_so_and_a_naive_subject_has_none() {
        assert!(said(&drawn(&frame(&[course("cycling/rough-v0")]), AREA)).contains(&"60k of rough"));
        let naive = frame(&[]);
        assert_eq!(said(&drawn(&naive, AREA)), ["score", "now 0.25", "0", "0.5", "1", "30 steps"]);
        // A checkpoint that was never evaluated has nothing to tell of.
        let unevaluated = frame(&[Course { task: "cycling/flat-v0".into(), evaluations: Vec::new() }]);
        assert!(unevaluated.course().is_none());
        let tiny = Rect { max: Vec2::new(120.0, 40.0), ..AREA };
        assert!(drawn(&naive, tiny).layers[0].words.len() < 4);
    }
}
