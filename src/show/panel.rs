//! The brain beside the body: what its signals were in the last steps, what it does and would do, and how practice goes.

use super::messages::{Ended, Frame, Sample};
use super::number::grouped;
use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, Colour, Rect, Vec2, ink};
use std::collections::VecDeque;

/// Steps that traces go back.
const BACK: usize = 180;
/// Points of a course of practice; when there are more, every other one is left out.
const COURSE: usize = 400;
/// Episodes over which a recent score is averaged.
const RECENT: usize = 10;

/// What was told, as far as it is shown.
#[derive(Default)]
pub struct Traces {
    samples: VecDeque<Sample>,
    practice: Vec<Practice>,
    task: String,
}

/// How the practice of one subject went: scores, thinned out evenly when there are many.
#[derive(Default)]
struct Practice {
    course: Vec<Ended>,
    recent: VecDeque<f32>,
    every: usize,
    skipped: usize,
}

impl Practice {
    fn add(&mut self, ended: Ended) {
        self.recent.push_back(ended.score);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        self.skipped += 1;
        if self.skipped < self.every.max(1) {
            return;
        }
        self.skipped = 0;
        self.course.push(Ended { score: self.mean(), ..ended });
        if self.course.len() > COURSE {
            let mut index = 0;
            self.course.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.every = self.every.max(1) * 2;
        }
    }

    fn mean(&self) -> f32 {
        self.recent.iter().sum::<f32>() / self.recent.len().max(1) as f32
    }
}

impl Traces {
    /// Takes in a frame.
    pub fn absorb(&mut self, frame: &Frame) {
        if self.task != frame.task.id {
            self.task.clone_from(&frame.task.id);
            self.practice.clear();
        }
        self.practice.resize_with(frame.shots.len(), Practice::default);
        for (practice, shot) in self.practice.iter_mut().zip(&frame.shots) {
            shot.ended.iter().for_each(|&ended| practice.add(ended));
        }
        for sample in &frame.samples {
            self.samples.push_back(sample.clone());
            if self.samples.len() > BACK {
                self.samples.pop_front();
            }
        }
    }

    /// Forgets the brain that was in focus.
    pub fn forget_samples(&mut self) {
        self.samples.clear();
    }

    /// Mean score of a subject's last episodes.
    pub fn recent_score(&self, subject: usize) -> Option<f32> {
        self.practice.get(subject).filter(|practice| !practice.recent.is_empty()).map(Practice::mean)
    }

    fn signal(&self, name: &str) -> Option<Vec<f32>> {
        let of = |sample: &Sample| sample.signals.iter().find(|(known, _)| *known == name).map(|&(_, value)| value);
        of(self.samples.back()?)?;
        Some(self.samples.iter().map(|sample| of(sample).unwrap_or(0.0)).collect())
    }
}

/// A trace: a signal's name, what it is called, its colour and width.
type Trace = (&'static str, &'static str, Colour, f32);

/// Traces that share a chart, with the title, and whether their range is [0, 1].
const CHARTS: [(&str, bool, &[Trace]); 6] = [
    (
        "dopamine",
        false,
        &[("dopamine", "raw", Colour::of(0x9AA3AB), 1.4), ("dopamine_adapted", "adapted", ink::RED, 2.2)],
    ),
    ("value", false, &[("value", "", ink::BLUE, 2.2)]),
    ("climbing fibre", false, &[("climbing_fibre", "", ink::PURPLE, 2.0)]),
    (
        "cerebellum",
        true,
        &[
            ("cerebellar_share", "share", ink::GREEN, 2.0),
            ("trust", "trust", ink::GOLD, 2.0),
            ("reward_weight", "weight of reward", ink::RED, 2.0),
        ],
    ),
    ("memory of errors", false, &[("error_sensitivity", "", ink::BLUE, 2.0)]),
    (
        "contexts",
        false,
        &[("contexts_known", "known", Colour::of(0x9AA3AB), 1.4), ("context", "present", ink::PURPLE, 2.0)],
    ),
];

/// Draws the panel.
pub fn draw(canvas: &mut Canvas, area: Rect, frame: &Frame, traces: &Traces) {
    canvas.segment(area.min, Vec2::new(area.min.x, area.max.y), 2.0, ink::RULE);
    let charts: Vec<_> = CHARTS
        .iter()
        .map(|(title, share, shown)| {
            let told = shown.iter().filter_map(|trace| traces.signal(trace.0).map(|values| (*trace, values)));
            (*title, *share, told.collect::<Vec<_>>())
        })
        .filter(|(_, _, told)| !told.is_empty())
        .collect();
    let small = area.width() < 240.0 || area.height() < 420.0;
    let words = if small { 10.0 } else { 12.0 };
    let inner = Rect { min: area.min + Vec2::new(14.0, 10.0), max: area.max - Vec2::new(12.0, 8.0) };
    let actions = frame.samples.last().or(traces.samples.back()).map_or(0, |sample| sample.action.len()).min(10);
    let row = if small { 12.0 } else { 15.0 };
    let lesions = if frame.parts.is_empty() { 0.0 } else { frame.parts.len() as f32 * (row + 2.0) + row + 8.0 };
    let policy = actions as f32 * row + row + 10.0;
    let left = (inner.height() - lesions - policy).max(60.0);
    let chart = left / (charts.len() as f32 + 1.4);
    let mut top = inner.min.y;
    let mut take = |height: f32| {
        let area = Rect::new(inner.min.x, top, inner.max.x, top + height);
        top += height;
        area
    };
    for (title, share, told) in &charts {
        plot(canvas, take(chart), title, *share, told, words);
    }
    if let Some(sample) = traces.samples.back() {
        policy_bars(canvas, take(policy), frame, sample, words, row);
    }
    practice(canvas, take(1.4 * chart), frame, traces, words);
    if lesions > 0.0 {
        parts(canvas, take(lesions), frame, words, row);
    }
}

fn plot(canvas: &mut Canvas, area: Rect, title: &str, share: bool, told: &[(Trace, Vec<f32>)], words: f32) {
    let line = area.min.y + 0.7 * words;
    canvas.words(Vec2::new(area.min.x, line), title, words, ink::INK, Align::Left);
    let title_ends = area.min.x + (title.chars().count() as f32 + 1.0) * words * LETTER;
    let mut right = area.max.x;
    for ((_, name, colour, _), values) in told.iter().rev() {
        let value = values.last().copied().unwrap_or(0.0);
        let text = if name.is_empty() { format!("{value:.2}") } else { format!("{name} {value:.2}") };
        let width = text.chars().count() as f32 * words * LETTER;
        if right - width < title_ends {
            continue;
        }
        canvas.words(Vec2::new(right, line), text, words, colour.towards(ink::INK, 0.15), Align::Right);
        right -= width + 10.0;
    }
    let plot = Rect::new(area.min.x, area.min.y + 1.5 * words, area.max.x, area.max.y - 0.6 * words);
    let all = told.iter().flat_map(|(_, values)| values).copied().filter(|value| value.is_finite());
    let (low, high) = match share {
        true => (0.0, 1.0),
        false => all.fold((0.0f32, 0.0f32), |(low, high), value| (low.min(value), high.max(value))),
    };
    let span = if high - low > 1e-6 { (high - low) * 1.1 } else { 1.0 };
    let y = |value: f32| plot.max.y - (value.clamp(low, high) - low + 0.045 * (high - low)) / span * plot.height();
    canvas.rect(plot, ink::CARD);
    canvas.segment(Vec2::new(plot.min.x, y(0.0)), Vec2::new(plot.max.x, y(0.0)), 1.0, ink::RULE);
    for ((_, _, colour, width), values) in told {
        let first = BACK - values.len().min(BACK);
        let points: Vec<Vec2> = values
            .iter()
            .enumerate()
            .map(|(index, &value)| {
                let x = plot.min.x + plot.width() * (first + index) as f32 / (BACK - 1) as f32;
                Vec2::new(x, y(if value.is_finite() { value } else { 0.0 }))
            })
            .collect();
        canvas.line(&points, *width, *colour);
    }
}

/// For every action the range that is tried, the one that is taken to be best, and the one that was taken.
fn policy_bars(canvas: &mut Canvas, area: Rect, frame: &Frame, sample: &Sample, words: f32, row: f32) {
    let line = area.min.y + 0.7 * words;
    canvas.words(Vec2::new(area.min.x, line), "action", words, ink::INK, Align::Left);
    let mut right = area.max.x;
    for (name, colour) in [("taken", ink::RED), ("best", ink::BLUE)] {
        canvas.words(Vec2::new(right, line), name, words, colour, Align::Right);
        right -= (name.len() as f32 + 1.2) * words * LETTER;
    }
    let spread = sample.signals.iter().find(|(name, _)| *name == "exploration").map_or(0.0, |&(_, value)| value);
    if frame.learning && spread > 0.0 {
        canvas.words(Vec2::new(right, line), format!("spread {spread:.2}"), words, ink::FAINT, Align::Right);
    }
    let names = 0.42 * area.width();
    let letters = (names / (words * LETTER)) as usize;
    for (index, (&taken, &best)) in sample.action.iter().zip(&sample.best).take(10).enumerate() {
        let y = area.min.y + 1.5 * words + (index as f32 + 0.5) * row;
        let name = frame.task.action.fields().get(index).map_or("", |field| field.name.as_str());
        let name: String = name.replace('_', " ").chars().take(letters).collect();
        canvas.words(Vec2::new(area.min.x, y), name, words, ink::FAINT, Align::Left);
        let (left, right) = (area.min.x + names, area.max.x);
        let x = |value: f32| left + (0.5 + 0.5 * value.clamp(-1.0, 1.0)) * (right - left);
        canvas.rounded(Rect::new(left, y - 4.0, right, y + 4.0), 4.0, ink::RULE.at(0.6));
        if frame.learning && spread > 0.0 {
            let band = Rect::new(x(best - spread), y - 4.0, x(best + spread), y + 4.0);
            canvas.rounded(band, 4.0, ink::BLUE.at(0.25));
        }
        canvas.segment(Vec2::new(x(0.0), y - 5.0), Vec2::new(x(0.0), y + 5.0), 1.0, ink::FAINT.at(0.6));
        canvas.segment(Vec2::new(x(best), y - 5.0), Vec2::new(x(best), y + 5.0), 3.0, ink::BLUE);
        canvas.disc(Vec2::new(x(taken), y), 3.4, ink::RED);
    }
}

/// Scores over practice: all subjects thin, the one in focus thick.
fn practice(canvas: &mut Canvas, area: Rect, frame: &Frame, traces: &Traces, words: f32) {
    let line = area.min.y + 0.7 * words;
    let now = frame.shots.get(frame.focus).map_or(0.0, |shot| shot.so_far.1);
    let recent = traces.recent_score(frame.focus);
    let text = match recent {
        Some(recent) => format!("now {now:.2}, recent {recent:.2}"),
        None => format!("now {now:.2}"),
    };
    let last = traces.practice.get(frame.focus).and_then(|practice| practice.course.last());
    let title = last.map_or_else(|| "score".into(), |ended| format!("score, return {:.0}", ended.total_reward));
    let letters = area.width() / (words * LETTER);
    let fits = ((title.chars().count() + text.chars().count() + 2) as f32) < letters;
    canvas.words(Vec2::new(area.min.x, line), if fits { &title } else { "score" }, words, ink::INK, Align::Left);
    canvas.words(Vec2::new(area.max.x, line), text, words, ink::GREEN.towards(ink::INK, 0.2), Align::Right);
    let foot = words + 4.0;
    let plot = Rect::new(area.min.x, area.min.y + 1.5 * words, area.max.x, area.max.y - foot - 4.0);
    if plot.height() < 12.0 {
        return;
    }
    canvas.rect(plot, ink::CARD);
    let ends = traces.practice.iter().flat_map(|practice| practice.course.iter()).map(|ended| ended.steps);
    let (first, last) = ends.fold((u64::MAX, 0), |(first, last), steps| (first.min(steps), last.max(steps)));
    if first < last {
        for level in [0.0, 0.5, 1.0] {
            let y = plot.max.y - level * plot.height();
            canvas.segment(Vec2::new(plot.min.x, y), Vec2::new(plot.max.x, y), 1.0, ink::RULE);
        }
        let place = |ended: &Ended| {
            let share = (ended.steps - first) as f32 / (last - first) as f32;
            Vec2::new(plot.min.x + share * plot.width(), plot.max.y - ended.score.clamp(0.0, 1.0) * plot.height())
        };
        for (index, practice) in traces.practice.iter().enumerate() {
            let points: Vec<Vec2> = practice.course.iter().map(place).collect();
            let (width, colour) = if index == frame.focus { (2.4, ink::GREEN) } else { (1.0, ink::FAINT.at(0.45)) };
            canvas.line(&points, width, colour);
        }
        let from = format!("{} steps", grouped(first));
        canvas.words(Vec2::new(plot.min.x, plot.max.y + 0.8 * words), from, words - 1.0, ink::FAINT, Align::Left);
        canvas.words(
            Vec2::new(plot.max.x, plot.max.y + 0.8 * words),
            grouped(last),
            words - 1.0,
            ink::FAINT,
            Align::Right,
        );
    } else {
        canvas.words(plot.center(), "after the first episodes", words - 1.0, ink::FAINT, Align::Middle);
    }
}

fn parts(canvas: &mut Canvas, area: Rect, frame: &Frame, words: f32, row: f32) {
    let line = area.min.y + 0.7 * words;
    canvas.words(Vec2::new(area.min.x, line), "lesions", words, ink::INK, Align::Left);
    canvas.words(Vec2::new(area.max.x, line), "? for keys", words, ink::FAINT, Align::Right);
    for (index, (part, share)) in frame.parts.iter().enumerate() {
        let y = area.min.y + 1.6 * words + (index as f32 + 0.5) * (row + 2.0);
        canvas.disc(Vec2::new(area.min.x + 6.0, y), 4.5, lesioned(*share));
        let text = format!("{}  {}", index + 1, part.replace('-', " "));
        canvas.words(Vec2::new(area.min.x + 18.0, y), text, words, ink::INK, Align::Left);
        let state = match (*share, *part) {
            (share, _) if share <= 0.0 && part.ends_with("noise") => "none".into(),
            (share, _) if share <= 0.0 => "intact".into(),
            (share, _) if share >= 1.0 && !part.ends_with("noise") => "lesioned".into(),
            (share, _) => format!("{share:.1}"),
        };
        // Where there is no room for it, the dot says it.
        if area.width() > 200.0 {
            canvas.words(Vec2::new(area.max.x, y), state, words, lesioned(*share), Align::Right);
        }
    }
}

/// The colour in which a part of the brain is shown that is lesioned to this share.
fn lesioned(share: f32) -> Colour {
    if share > 0.0 { ink::RED } else { ink::GREEN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_practice_is_thinned_out_and_keeps_its_ends() {
        let mut practice = Practice::default();
        for steps in 0..10_000 {
            practice.add(Ended { steps, score: 1.0, total_reward: 0.0 });
        }
        assert!(practice.course.len() <= COURSE && practice.course.len() > COURSE / 4);
        assert_eq!(practice.course[0].steps, 0);
        assert!(practice.course.last().is_some_and(|last| last.steps > 9_900));
        assert_eq!(practice.mean(), 1.0);
    }
}
