//! What the colours and shapes of a drawn scene mean.

use etude_draw::canvas::LETTER;
use etude_draw::{Align, Canvas, Colour, Rect, Vec2, ink};
use etude_envs::scene::Scene;

/// Height of a line of the legend, size of its letters, and pixels that a sign takes and between entries.
const LINE: f32 = 20.0;
const LETTERS: f32 = 12.0;
const SIGN: f32 = 22.0;
const BETWEEN: f32 = 20.0;
/// Pixels below the last line.
const BELOW: f32 = 6.0;

/// What something looks like.
#[derive(Clone, Copy)]
enum Sign {
    Disc,
    Ring,
    Line,
    Arrow,
}

/// Something that is explained where it is to be seen.
struct Entry {
    seen: fn(&Scene) -> bool,
    sign: Sign,
    colour: Colour,
    meaning: &'static str,
}

const fn entry(sign: Sign, colour: Colour, meaning: &'static str, seen: fn(&Scene) -> bool) -> Entry {
    Entry { seen, sign, colour, meaning }
}

/// All that is explained: what an arm and its hand do, what a cursor does, what a hand on a fretboard does.
static ENTRIES: [Entry; 23] = [
    entry(Sign::Ring, ink::FAINT, "start", |scene| circle(scene, "start")),
    entry(Sign::Disc, ink::GREEN, "target", |scene| circle(scene, "target")),
    entry(Sign::Ring, ink::FAINT, "places of other targets", |scene| told(scene, "unit") && circle(scene, "target")),
    entry(Sign::Line, ink::FAINT, "straight way", |scene| line(scene, "desired way") || line(scene, "wanted way")),
    entry(Sign::Line, ink::BLUE, "way so far", |scene| told(scene, "trail")),
    entry(Sign::Disc, ink::BLUE, "cursor", |scene| circle(scene, "cursor")),
    entry(Sign::Disc, ink::SKIN, "hand", |scene| circle(scene, "hand")),
    entry(Sign::Ring, ink::GOLD, "estimated place of the hand", |scene| circle(scene, "estimate")),
    entry(Sign::Arrow, ink::RED, "force of the field on the hand, 1 cm for 1 N", forced),
    entry(Sign::Arrow, ink::RED, "velocity of the cursor, as its way in 0.3 s", |scene| line(scene, "velocity")),
    entry(Sign::Line, ink::BLUE, "a unit's direction and rate", |scene| told(scene, "unit")),
    entry(Sign::Line, ink::GOLD, "the same of a perturbed unit", perturbed),
    entry(Sign::Disc, ink::BLUE, "finger 1 (index)", fingers),
    entry(Sign::Disc, ink::SKY, "finger 2", fingers),
    entry(Sign::Disc, ink::GOLD, "finger 3", fingers),
    entry(Sign::Disc, ink::PURPLE, "finger 4 (little)", fingers),
    entry(Sign::Disc, ink::FAINT, "open string", fingers),
    entry(Sign::Ring, ink::BLUE, "closes in on a note that comes", fingers),
    entry(Sign::Ring, ink::FAINT, "around a fingertip: share of the force that is needed", fingers),
    entry(Sign::Line, ink::GOLD, "string that sounds", |scene| fingers(scene) && told(scene, "sound")),
    entry(Sign::Disc, ink::GREEN, "note hit", |scene| outcome(scene, |outcome| outcome > 0.0)),
    entry(Sign::Disc, ink::RED, "note missed", |scene| outcome(scene, |outcome| outcome < 0.0)),
    entry(Sign::Line, ink::SKIN, "arm that moves the cursor", |scene| line(scene, "arm")),
];

/// Writes the legend of what is to be seen in any of the scenes, from the top of an area downwards, as many lines as it takes;
/// returns their height.
pub fn legend(canvas: &mut Canvas, area: Rect, scenes: &[&Scene]) -> f32 {
    let (mut x, mut line) = (area.min.x, 0);
    for Entry { sign, colour, meaning, .. } in
        ENTRIES.iter().filter(|entry| scenes.iter().any(|scene| (entry.seen)(scene)))
    {
        let wide = SIGN + LETTER * LETTERS * meaning.chars().count() as f32;
        if x > area.min.x && x + wide > area.max.x {
            (x, line) = (area.min.x, line + 1);
        }
        let place = Vec2::new(x, area.min.y + LINE * (line as f32 + 0.5));
        let (left, middle, right) = (place, place + Vec2::X * 8.0, place + Vec2::X * 16.0);
        match sign {
            Sign::Disc => canvas.disc(middle, 5.0, *colour),
            Sign::Ring => canvas.ring(middle, 6.0, 2.0, *colour),
            Sign::Line => canvas.segment(left, right, 3.0, *colour),
            Sign::Arrow => canvas.arrow(left, right, 3.0, *colour),
        }
        canvas.words(place + Vec2::X * SIGN, *meaning, LETTERS, ink::INK, Align::Left);
        x += wide + BETWEEN;
    }
    if x > area.min.x { LINE * (line + 1) as f32 + BELOW } else { 0.0 }
}

fn circle(scene: &Scene, name: &str) -> bool {
    scene.circles(name).next().is_some()
}

fn line(scene: &Scene, name: &str) -> bool {
    scene.lines(name).next().is_some()
}

fn told(scene: &Scene, name: &str) -> bool {
    scene.told(name).next().is_some()
}

fn forced(scene: &Scene) -> bool {
    let acts = |numbers: &[f32]| matches!(*numbers, [_, _, x, y, ..] if x.hypot(y) > 1e-3);
    line(scene, "force") && scene.told("field").any(acts)
}

fn perturbed(scene: &Scene) -> bool {
    let turned = |numbers: &[f32]| match *numbers {
        [own_x, own_y, now_x, now_y, _] => {
            let [own, now] = [Vec2::new(own_x, own_y), Vec2::new(now_x, now_y)].map(Vec2::normalize_or_zero);
            (own - now).length() > 0.05
        }
        _ => false,
    };
    scene.told("unit").any(turned)
}

fn fingers(scene: &Scene) -> bool {
    told(scene, "board") && told(scene, "tip")
}

fn outcome(scene: &Scene, is: fn(f32) -> bool) -> bool {
    scene.told("note").any(|note| matches!(*note, [_, _, _, _, _, outcome, ..] if is(outcome)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_envs::lane::SoloLane;
    use etude_envs::{Registry, Seed};

    fn words(task: &str) -> String {
        let mut lane = SoloLane::new(&Registry::default().task(task).unwrap(), Seed(0));
        let mut scene = Scene::default();
        lane.access().draw(&mut scene);
        let mut canvas = Canvas::default();
        canvas.clear(Vec2::new(900.0, 100.0));
        let height = legend(&mut canvas, Rect::new(0.0, 0.0, 900.0, 0.0), &[&scene]);
        let written = &canvas.layers[0].words;
        assert!(written.iter().all(|words| words.place.y < height && words.place.x < 900.0), "{task}");
        assert!(written.iter().all(|words| words.text.is_ascii()), "the font has no other letters");
        written.iter().map(|words| words.text.as_str()).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_legend_explains_what_is_to_be_seen_and_nothing_else() {
        for (task, there, not_there) in [
            (
                "reaching/curl-v0",
                &["target", "way so far", "force of the field"][..],
                &["finger", "unit", "estimated"][..],
            ),
            ("reaching/null-v0", &["target", "hand"], &["force"]),
            ("reaching/null-v1", &["estimated place of the hand"], &["force"]),
            ("cursor/turned-25-v0", &["target", "perturbed unit", "velocity"], &["finger", "arm"]),
            ("cursor/intuitive-v0", &["rate"], &["perturbed"]),
            ("fretting/guitar-v0", &["finger 1 (index)", "finger 4"], &["target", "hit", "missed"]),
            ("cycling/flat-v0", &[], &["target", "finger", "unit"]),
        ] {
            let words = words(task);
            assert!(there.iter().all(|part| words.contains(part)), "{task}: {words}");
            assert!(not_there.iter().all(|part| !words.contains(part)), "{task}: {words}");
        }
    }
}
