//! What is on the sheet: the subjects, the brain beside them, and the words around. It knows nothing of windows.

use super::messages::Frame;
use super::number::grouped;
use super::overlay::{self, Hint};
use super::panel;
use super::traces::Traces;
use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, Grip, History, Look, Rect, Vec2, draw, ink};

/// Height of the line of words at the top, in pixels.
const HEADER: f32 = 46.0;
/// Widths of the sheet from which the brain is shown, and of its panel.
const PANEL_FROM: f32 = 560.0;
const PANEL: [f32; 2] = [196.0, 330.0];
/// Trials whose trails are kept, and places in one of them.
const TRAILS: usize = 14;
const TRAIL: usize = 600;
/// Steps between two places of a trail beyond which it is broken off.
const GAP: u32 = 40;

/// What the spectator sees and how.
#[derive(Default)]
pub struct View {
    /// The newest frame.
    pub frame: Option<Frame>,
    /// Whether all subjects are shown.
    pub grid: bool,
    /// Whether the keys are shown.
    pub help: bool,
    /// How the subject in focus is looked at.
    pub look: Look,
    /// A drag under way: where it began, where it is, and whether it pushes out of the plane.
    pub drag: Option<(Vec2, Vec2)>,
    /// Something the window itself has to say; it goes before what the simulation says.
    pub notice: Option<String>,
    /// How the actions are controlled, where a person does.
    pub controls: Vec<Hint>,
    /// Whether it waits for that person to start.
    pub waiting: bool,
    traces: Traces,
    history: History,
    last_trail: (u64, u32),
    grips: Vec<Grip>,
    cells: Vec<Rect>,
}

impl View {
    /// Shows all subjects in a grid, or the one in focus.
    pub fn new(grid: bool) -> Self {
        Self { grid, ..Self::default() }
    }

    /// Takes in what the simulation tells.
    pub fn absorb(&mut self, frame: Frame) {
        let known = self.frame.as_ref();
        let another = known.is_none_or(|known| known.task.id != frame.task.id || known.focus != frame.focus);
        if another {
            self.traces.forget_samples();
            self.history = History::default();
        }
        if known.is_none_or(|known| known.task.id != frame.task.id) {
            self.look = Look::default();
        }
        for sample in &frame.samples {
            sample.pattern.into_iter().for_each(|pattern| self.history.patterns.absorb(pattern));
            let Some(place) = sample.trail else { continue };
            let (episode, step) = sample.progress;
            let goes_on = self.last_trail.0 == episode && step.saturating_sub(self.last_trail.1) <= GAP;
            let trails = &mut self.history.trails;
            match trails.last_mut() {
                Some((_, trail)) if goes_on && trail.len() < TRAIL => trail.push(place),
                _ => trails.push((episode, vec![place])),
            }
            self.last_trail = (episode, step);
            if trails.len() > TRAILS {
                trails.remove(0);
            }
        }
        self.traces.absorb(&frame);
        self.frame = Some(frame);
    }

    /// What is on stage, in words.
    pub fn title(&self) -> String {
        let Some(frame) = &self.frame else { return "etude".into() };
        let mut title = format!("{} - {}", frame.task.id, frame.agent);
        if let Some(shot) = frame.shots.get(frame.focus) {
            title.push_str(&format!(" - subject {}, episode {}", shot.subject, shot.progress.0));
        }
        title.push_str(&format!(" - {}", frame.speed));
        let lesioned = frame.parts.iter().any(|part| part.1 > 0.0);
        for (is, word) in [
            (self.waiting, "waiting"),
            (frame.paused && !self.waiting, "paused"),
            (frame.learning, "learning"),
            (lesioned, "lesioned"),
            (frame.pushed, "pushed"),
        ] {
            if is {
                title.push_str(", ");
                title.push_str(word);
            }
        }
        title
    }

    /// What lies under the pointer to be taken hold of.
    pub fn grip(&self, place: Vec2) -> Option<Grip> {
        self.grips.iter().copied().find(|grip| grip.area.contains(place))
    }

    /// The subject whose cell of the grid lies under the pointer.
    pub fn cell(&self, place: Vec2) -> Option<usize> {
        self.cells.iter().position(|cell| cell.contains(place))
    }

    /// Puts everything on the sheet.
    pub fn paint(&mut self, canvas: &mut Canvas, size: Vec2) {
        canvas.clear(size);
        // The sheet itself is of paper; painting it would double the work.
        (self.grips, self.cells) = (Vec::new(), Vec::new());
        let Some(frame) = &self.frame else {
            canvas.words(0.5 * size, "the stage is being set", 16.0, ink::FAINT, Align::Middle);
            return;
        };
        let panel_width = if size.x < PANEL_FROM { 0.0 } else { (0.26 * size.x).clamp(PANEL[0], PANEL[1]) };
        let header = if size.y < 300.0 { 30.0 } else { HEADER };
        let whole = Rect::new(0.0, header, size.x - panel_width, size.y);
        let (stage, _) = overlay::divide(whole, &self.controls);
        self.grips = if self.grid && frame.shots.len() > 1 {
            self.cells = cells(stage, frame.shots.len());
            let unseen = History::default();
            for (index, (shot, cell)) in frame.shots.iter().zip(&self.cells).enumerate() {
                let history = if index == frame.focus { &self.history } else { &unseen };
                draw(canvas, *cell, &shot.scene, history, &Look::default());
                caption(canvas, *cell, index, frame, &self.traces);
            }
            Vec::new()
        } else {
            frame
                .shots
                .get(frame.focus)
                .map_or_else(Vec::new, |shot| draw(canvas, stage, &shot.scene, &self.history, &self.look))
        };
        header_line(canvas, Rect::new(0.0, 0.0, size.x - panel_width, header), frame);
        if panel_width > 0.0 {
            let area = Rect::new(size.x - panel_width, 0.0, size.x, size.y);
            panel::draw(canvas, area, frame, &self.traces);
        }
        if let Some((from, to)) = self.drag {
            canvas.disc(from, 5.0, ink::RED);
            canvas.arrow(from, to, 5.0, ink::RED);
        }
        overlay::controls(canvas, whole, &self.controls);
        self.words_over(canvas, frame, stage, size);
    }

    fn words_over(&self, canvas: &mut Canvas, frame: &Frame, stage: Rect, size: Vec2) {
        canvas.rise();
        if let Some(text) = self.notice.as_ref().or(frame.notice.as_ref()) {
            overlay::notice(canvas, stage, text);
        }
        if self.waiting {
            overlay::start(canvas, size, frame, &self.controls);
        }
        if self.help {
            overlay::help(canvas, size, !self.controls.is_empty());
        }
    }
}

/// A grid of cells of about the shape of the whole.
fn cells(area: Rect, count: usize) -> Vec<Rect> {
    let columns = (count as f32).sqrt().ceil().max(1.0) as usize;
    let rows = count.div_ceil(columns);
    let gap = 4.0;
    let size = Vec2::new(
        (area.width() - gap * (columns + 1) as f32) / columns as f32,
        (area.height() - gap * (rows + 1) as f32) / rows as f32,
    );
    (0..count)
        .map(|index| {
            let place = Vec2::new((index % columns) as f32, (index / columns) as f32);
            let corner = area.min + gap + place * (size + gap);
            Rect::from_corners(corner, corner + size.max(Vec2::ONE))
        })
        .collect()
}

fn caption(canvas: &mut Canvas, cell: Rect, index: usize, frame: &Frame, traces: &Traces) {
    let Some(shot) = frame.shots.get(index) else { return };
    let strip = Rect::new(cell.min.x, cell.min.y, cell.max.x, cell.min.y + 18.0);
    let own = index == frame.focus;
    canvas.rect(strip, if own { ink::BLUE } else { ink::INK.at(0.72) });
    let y = strip.center().y;
    let size = if cell.width() < 150.0 { 9.0 } else { 11.0 };
    canvas.words(Vec2::new(strip.min.x + 6.0, y), format!("subject {}", shot.subject), size, ink::CARD, Align::Left);
    let score = traces.recent_score(index).map_or_else(|| "-".into(), |score| format!("{score:.2}"));
    canvas.words(Vec2::new(strip.max.x - 6.0, y), score, size, ink::CARD, Align::Right);
    // The score as a bar at the foot, to compare at a glance.
    let share = traces.recent_score(index).unwrap_or(0.0);
    let foot = Rect::new(cell.min.x, cell.max.y - 5.0, cell.max.x, cell.max.y);
    canvas.rect(foot, ink::INK.at(0.18));
    canvas.rect(Rect { max: Vec2::new(foot.min.x + share * foot.width(), foot.max.y), ..foot }, ink::GREEN);
}

fn header_line(canvas: &mut Canvas, area: Rect, frame: &Frame) {
    let Some(shot) = frame.shots.get(frame.focus) else { return };
    let scale = if area.height() < 40.0 { 0.8 } else { 1.0 };
    let line = area.center().y;
    let title = Vec2::new(14.0, line);
    canvas.words(title, frame.task.id.clone(), 17.0 * scale, ink::INK, Align::Left);
    let after = 14.0 + (frame.task.id.chars().count() as f32 + 1.5) * 17.0 * scale * LETTER;
    let who =
        format!("{}, {} steps{}", frame.agent, grouped(shot.steps), if frame.learning { ", learning" } else { "" });
    let pace = match (frame.paused, frame.rate) {
        (true, _) => "paused".into(),
        (false, rate) if rate > 0.0 => format!("{}  {}/s", frame.speed, grouped(rate as u64)),
        _ => frame.speed.to_string(),
    };
    let room = area.max.x - 14.0 - pace.chars().count() as f32 * 13.0 * LETTER;
    canvas.words(Vec2::new(area.max.x - 14.0, line), pace, 13.0 * scale, ink::FAINT, Align::Right);
    if after + who.chars().count() as f32 * 13.0 * scale * LETTER < room - 10.0 {
        canvas.words(Vec2::new(after, line), who, 13.0 * scale, ink::FAINT, Align::Left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::run::lesions::Lesions;
    use crate::show::{Programme, Speed, Theatre};
    use etude_draw::canvas::Words;
    use etude_envs::Seed;

    /// The window of a naive brain after some steps.
    fn painted(task: &str, size: Vec2) -> Canvas {
        let catalog = Catalog::default();
        let task = catalog.tasks.task(task).unwrap();
        let programme = Programme {
            siblings: vec![task.clone()],
            task,
            agent: catalog.agent("brain").unwrap(),
            seed: Seed(1),
            subjects: 1,
            cast: Vec::new(),
            learning: true,
            lesions: Lesions::new(),
            run: None,
            threads: 1,
        };
        let mut theatre = Theatre::open(programme).unwrap();
        theatre.advance(60, true).unwrap();
        let (mut view, mut canvas) = (View::new(false), Canvas::default());
        view.absorb(theatre.frame(Speed::Times(1.0), false, 0.0));
        view.paint(&mut canvas, size);
        canvas
    }

    /// Where words are seen; letters take about three quarters of their height.
    fn place(words: &Words) -> Rect {
        let wide = words.text.chars().count() as f32 * words.size * LETTER;
        let left = words.place.x - wide * [0.0, 0.5, 1.0][words.align as usize];
        let half = 0.375 * words.size;
        Rect::new(left, words.place.y - half, left + wide, words.place.y + half)
    }

    #[test]
    fn words_in_the_panel_lie_beside_each_other_and_charts_have_units_and_time() {
        for task in ["cycling/flat-v0", "reaching/curl-v0", "fretting/guitar-blind-v0", "cursor/turned-25-v0"] {
            for (size, panel) in [(Vec2::new(1280.0, 720.0), 330.0), (Vec2::new(640.0, 360.0), 196.0)] {
                let canvas = painted(task, size);
                let left = size.x - panel;
                let all: Vec<&Words> = canvas.layers[0].words.iter().filter(|words| words.place.x > left).collect();
                for (index, words) in all.iter().enumerate() {
                    let own = place(words);
                    assert!(own.min.x > left && own.max.x < size.x && own.max.y < size.y, "{task}: {}", words.text);
                    for other in &all[..index] {
                        // Clear of each other by more than the thickness of a line.
                        let shared = own.intersect(place(other)).size();
                        let apart = shared.min_element() < 0.5;
                        assert!(apart, "{task} at {size}: `{}` lies on `{}`", words.text, other.text);
                    }
                }
                let has = |text: &str| all.iter().any(|words| words.text == text);
                assert!(has("dopamine") && has("now") && all.iter().any(|words| words.text.ends_with(" s")), "{task}");
                assert!(has("score") && has("0.5"), "{task}");
                assert!(size.x < 1000.0 || has("scaled reward"), "{task}");
            }
        }
    }

    #[test]
    fn a_grid_holds_all_cells_without_overlap() {
        let area = Rect::new(0.0, 40.0, 900.0, 700.0);
        for count in 1..=17 {
            let cells = cells(area, count);
            assert_eq!(cells.len(), count);
            for (index, cell) in cells.iter().enumerate() {
                assert!(area.contains(cell.min) && area.contains(cell.max), "{count}: {cell:?}");
                assert!(cells[..index].iter().all(|other| cell.intersect(*other).is_empty()), "{count}");
            }
        }
    }
}
