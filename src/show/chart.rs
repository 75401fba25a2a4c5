//! Charts of the brain's signals over the last steps: what is told, in its unit, over the time that it took.

use super::axis;
use super::traces::{BACK, Traces};
use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, Colour, Rect, Vec2, ink};

/// A signal in a chart.
#[derive(Clone, Copy)]
pub(super) struct Trace {
    /// Its name among the brain's signals.
    pub signal: &'static str,
    /// What it is called, where the title does not say so.
    name: &'static str,
    colour: Colour,
    width: f32,
}

/// Signals of one unit that share axes.
pub(super) struct Chart {
    title: &'static str,
    /// The unit of all of them; `1` where there is none.
    pub unit: &'static str,
    /// Whether they are from 0 to 1.
    share: bool,
    pub traces: &'static [Trace],
}

const fn trace(signal: &'static str, name: &'static str, colour: Colour, width: f32) -> Trace {
    Trace { signal, name, colour, width }
}

/// The smallest range of an axis.
const LEAST_RANGE: f32 = 0.01;
const GREY: Colour = Colour::of(0x9AA3AB);

/// All charts, the most telling ones first.
pub(super) static CHARTS: [Chart; 6] = [
    Chart { title: "dopamine", unit: "1", share: false, traces: &[trace("dopamine_adapted", "", ink::RED, 2.2)] },
    Chart {
        title: "value",
        unit: "scaled reward",
        share: false,
        traces: &[trace("dopamine", "error", GREY, 1.4), trace("value", "", ink::BLUE, 2.2)],
    },
    Chart {
        title: "cerebellum",
        unit: "1",
        share: true,
        traces: &[
            trace("cerebellar_share", "share", ink::GREEN, 2.0),
            trace("trust", "trust", ink::GOLD, 2.0),
            trace("reward_weight", "reward", ink::RED, 2.0),
        ],
    },
    Chart {
        title: "climbing fibre",
        unit: "1",
        share: false,
        traces: &[trace("climbing_fibre", "", ink::PURPLE, 2.0)],
    },
    Chart {
        title: "memory of errors",
        unit: "1",
        share: false,
        traces: &[trace("error_sensitivity", "", ink::BLUE, 2.0)],
    },
    Chart {
        title: "contexts",
        unit: "1",
        share: false,
        traces: &[trace("contexts_known", "known", GREY, 1.4), trace("context", "present", ink::PURPLE, 2.0)],
    },
];

/// What a brain tells of a chart now.
pub(super) type Told = (&'static Chart, Vec<(Trace, Vec<f32>)>);

/// The charts of which the brain tells anything.
pub(super) fn told(traces: &Traces) -> Vec<Told> {
    let signals = |chart: &'static Chart| {
        chart.traces.iter().filter_map(|trace| Some((*trace, traces.signal(trace.signal)?))).collect()
    };
    CHARTS.iter().map(|chart| (chart, signals(chart))).filter(|(_, signals): &Told| !signals.is_empty()).collect()
}

/// Draws a chart.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, (chart, told): &Told, words: f32) {
    let line = area.min.y + 0.7 * words;
    canvas.words(Vec2::new(area.min.x, line), chart.title, words, ink::INK, Align::Left);
    let title_ends = area.min.x + (chart.title.chars().count() as f32 + 0.8) * words * LETTER;
    let values = told.iter().rev().map(|(trace, values)| {
        let value = values.last().copied().unwrap_or(0.0);
        let gap = if trace.name.is_empty() { "" } else { " " };
        (format!("{}{gap}{value:.2}", trace.name), trace.colour.towards(ink::INK, 0.15))
    });
    let values: Vec<(String, Colour)> = values.collect();
    let free = axis::row(canvas, Vec2::new(area.max.x, line), title_ends, words - 1.0, &values);
    let small = axis::label_size(words);
    if chart.unit != "1"
        && let Some(unit) = axis::fitting(free - 8.0 - title_ends, small, [chart.unit.to_string()])
    {
        canvas.words(Vec2::new(title_ends, line), unit, small, ink::FAINT, Align::Left);
    }
    let plot = Rect::new(area.min.x, area.min.y + 1.6 * words, area.max.x, area.max.y - 0.6 * words);
    let plot = axis::beside_labels(plot, words);
    let all = told.iter().flat_map(|(_, values)| values).copied().filter(|value| value.is_finite());
    let (low, high) = match chart.share {
        true => (0.0, 1.0),
        false => all.fold((0.0f32, 0.0f32), |(low, high), value| (low.min(value), high.max(value))),
    };
    // Smaller differences are not told apart in the numbers above either.
    let high = high.max(low + LEAST_RANGE);
    let about = (plot.height() / (2.4 * small)) as usize;
    let y = axis::vertical(canvas, plot, &axis::round_range(low, high, about.clamp(1, 3)), words);
    for (trace, values) in told {
        let first = BACK - values.len().min(BACK);
        let points: Vec<Vec2> = values
            .iter()
            .enumerate()
            .map(|(index, &value)| {
                Vec2::new(x_of(plot, (first + index) as f32), y(if value.is_finite() { value } else { 0.0 }))
            })
            .collect();
        canvas.line(&points, trace.width, trace.colour);
    }
}

/// Where a step is, counted from the oldest that has room.
fn x_of(plot: Rect, step: f32) -> f32 {
    plot.min.x + plot.width() * step / (BACK - 1) as f32
}

/// Height in pixels of the axis of time.
pub(super) fn time_height(words: f32) -> f32 {
    axis::label_size(words) + 8.0
}

/// Draws the axis of time that all charts above it share; `interval` is the time between two steps in s.
pub(super) fn time(canvas: &mut Canvas, area: Rect, traces: &Traces, interval: f32, words: f32) {
    let (plot, size) = (axis::beside_labels(area, words), axis::label_size(words));
    let line = area.min.y + 3.0 + 0.6 * size;
    if !traces.gapless() {
        let text = format!("last {} steps that were looked at", traces.len());
        if let Some(text) = axis::fitting(plot.width(), size, [text, format!("{} samples", traces.len())]) {
            canvas.words(Vec2::new(plot.center().x, line), text, size, ink::FAINT, Align::Middle);
        }
        return;
    }
    let back = interval * (BACK - 1) as f32;
    let numbers = axis::round_range(-back, 0.0, 3);
    for &number in numbers.iter().filter(|&&number| number as f32 >= -1.001 * back) {
        let x = x_of(plot, (BACK - 1) as f32 + number as f32 / interval.max(1e-6));
        canvas.segment(Vec2::new(x, area.min.y - 3.0), Vec2::new(x, area.min.y), 1.0, ink::FAINT);
        let (text, align) = match number {
            0.0 => ("now".to_string(), Align::Right),
            _ => (format!("{} s", axis::label(number, &numbers)), Align::Middle),
        };
        canvas.words(Vec2::new(x, line), text, size, ink::FAINT, align);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::messages::{Frame, Sample};
    use etude_agents::Brain;

    #[test]
    fn signals_in_a_chart_share_its_unit() {
        let known = Brain::known_signals();
        for chart in &CHARTS {
            for trace in chart.traces {
                let signal = known.iter().find(|signal| signal.name == trace.signal);
                assert_eq!(signal.map(|signal| signal.unit), Some(chart.unit), "{} in {}", trace.signal, chart.title);
            }
        }
    }

    fn traces(steps: u32, every: u32) -> Traces {
        let mut traces = Traces::default();
        let signals = vec![("dopamine", 0.4), ("dopamine_adapted", -1.3), ("value", 4.81), ("trust", 0.9)];
        let samples = (0..steps).map(|step| Sample {
            signals: signals.clone(),
            progress: (0, step * every),
            ..Sample::default()
        });
        traces.absorb(&Frame { samples: samples.collect(), ..Frame::empty() });
        traces
    }

    fn said(canvas: &Canvas) -> Vec<String> {
        canvas.layers[0].words.iter().map(|words| words.text.clone()).collect()
    }

    #[test]
    fn a_chart_says_its_range_and_its_unit() {
        let traces = traces(50, 1);
        let all = told(&traces);
        assert_eq!(all.iter().map(|(chart, _)| chart.title).collect::<Vec<_>>(), ["dopamine", "value", "cerebellum"]);
        let area = Rect::new(10.0, 10.0, 314.0, 90.0);
        for (told, words) in all.iter().zip([
            &["dopamine", "-1.30", "-2", "-1", "0"][..],
            &["value", "4.81", "error 0.40", "scaled reward", "0", "5"],
            &["cerebellum", "trust 0.90", "0", "0.5", "1"],
        ]) {
            let mut canvas = Canvas::default();
            draw(&mut canvas, area, told, 12.0);
            assert_eq!(said(&canvas), words);
            for words in &canvas.layers[0].words {
                let width = words.text.len() as f32 * words.size * LETTER;
                let left = words.place.x - width * [0.0, 0.5, 1.0][words.align as usize];
                assert!(left >= area.min.x - 0.5 && left + width <= area.max.x + 0.5, "{}", words.text);
            }
        }
    }

    #[test]
    fn time_is_in_seconds_unless_steps_are_missing() {
        let area = Rect::new(10.0, 10.0, 314.0, 27.0);
        let axis = |traces: &Traces| {
            let mut canvas = Canvas::default();
            time(&mut canvas, area, traces, 1.0 / 60.0, 12.0);
            said(&canvas)
        };
        // 179 intervals of a sixtieth of a second.
        assert_eq!(axis(&traces(180, 1)), ["-2 s", "-1 s", "now"]);
        assert_eq!(axis(&traces(100, 7)), ["last 100 steps that were looked at"]);
    }
}
