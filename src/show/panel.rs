//! The brain beside the body: what its signals were in the last steps, what it does and would do, and how practice goes.

use super::messages::{Frame, Sample};
use super::traces::Traces;
use super::{axis, chart, score};
use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, Colour, Rect, Vec2, ink};

/// Height in pixels below which charts are not worth their place: the least telling ones make room.
const LEAST_CHART: f32 = 30.0;
/// Share of the height that is for the scores, and where there is no brain to tell anything.
const SCORES: f32 = 0.16;
const SCORES_ALONE: f32 = 0.36;

/// Draws the panel: charts and actions from its top, scores and lesions at its foot.
pub fn draw(canvas: &mut Canvas, area: Rect, frame: &Frame, traces: &Traces) {
    canvas.segment(area.min, Vec2::new(area.min.x, area.max.y), 2.0, ink::RULE);
    let mut charts = chart::told(traces);
    let small = area.width() < 240.0 || area.height() < 420.0;
    let words = if small { 10.0 } else { 12.0 };
    let inner = Rect { min: area.min + Vec2::new(14.0, 10.0), max: area.max - Vec2::new(12.0, 8.0) };
    let actions = frame.samples.last().or(traces.last()).map_or(0, |sample| sample.action.len()).min(10);
    let row = if small { 12.0 } else { 15.0 };
    let lesions = if frame.parts.is_empty() { 0.0 } else { frame.parts.len() as f32 * (row + 2.0) + row + 8.0 };
    let policy = actions as f32 * row + row + 10.0;
    let alone = charts.is_empty() && frame.parts.is_empty();
    let scores = inner.height() * if alone { SCORES_ALONE } else { SCORES };
    let time = chart::time_height(words);
    let left = (inner.height() - lesions - policy - time - scores).max(LEAST_CHART);
    charts.truncate(((left / LEAST_CHART) as usize).max(1));
    let mut top = inner.min.y;
    let mut take = |height: f32| {
        let area = Rect::new(inner.min.x, top, inner.max.x, top + height);
        top += height;
        area
    };
    for told in &charts {
        chart::draw(canvas, take(left / charts.len() as f32), told, words);
    }
    if !charts.is_empty() {
        chart::time(canvas, take(time), traces, frame.task.physics.control_interval(), words);
    }
    if let Some(sample) = traces.last() {
        policy_bars(canvas, take(policy), frame, sample, words, row);
    }
    let foot = inner.max.y - lesions;
    score::draw(
        canvas,
        Rect { min: Vec2::new(inner.min.x, foot - scores), max: Vec2::new(inner.max.x, foot) },
        frame,
        traces,
        words,
    );
    if lesions > 0.0 {
        parts(canvas, Rect { min: Vec2::new(inner.min.x, foot), ..inner }, frame, words, row);
    }
}

/// For every action the range that is tried, the one that is taken to be best, and the one that was taken.
fn policy_bars(canvas: &mut Canvas, area: Rect, frame: &Frame, sample: &Sample, words: f32, row: f32) {
    let line = area.min.y + 0.7 * words;
    canvas.words(Vec2::new(area.min.x, line), "action", words, ink::INK, Align::Left);
    let spread = sample.signals.iter().find(|(name, _)| *name == "exploration").map_or(0.0, |&(_, value)| value);
    let mut told = vec![("taken".to_string(), ink::RED), ("best".to_string(), ink::BLUE)];
    if frame.learning && spread > 0.0 {
        told.push((format!("spread {spread:.2}"), ink::FAINT));
    }
    axis::row(canvas, Vec2::new(area.max.x, line), area.min.x + 6.8 * words * LETTER, words, &told);
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

fn parts(canvas: &mut Canvas, area: Rect, frame: &Frame, words: f32, row: f32) {
    let line = area.min.y + 0.7 * words;
    canvas.words(Vec2::new(area.min.x, line), "lesions", words, ink::INK, Align::Left);
    if frame.has_keys {
        canvas.words(Vec2::new(area.max.x, line), "? for keys", words, ink::FAINT, Align::Right);
    }
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
