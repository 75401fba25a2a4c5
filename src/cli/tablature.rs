//! A score as tablature in plain text.

use etude_envs::fretting::ScoreSpec;

/// Largest length of a line, in characters.
const WIDEST: usize = 96;
/// Characters per beat.
const PER_BEAT: f32 = 4.0;

/// The tablature of a fully fingered score: one line per string, the highest at the top, with the frets on it, and a
/// line with the fingers. `tuning` gives the names of the open strings from the lowest.
pub fn tablature(score: &ScoreSpec, tuning: &[String]) -> String {
    let name = tuning.iter().map(|name| name.chars().count()).max().unwrap_or(0).max("finger".len());
    let (mut text, mut system) = (String::new(), System::new(tuning.len()));
    for (index, note) in score.notes.iter().enumerate() {
        let next = score.notes.get(index + 1).map(|next| next.beat);
        let end = next.unwrap_or(note.beat + note.duration.unwrap_or(1.0));
        let (fret, finger) = (note.fret.unwrap_or(0).to_string(), note.finger.unwrap_or(0).to_string());
        let room = fret.len().max(finger.len()) + 1;
        let width = room.max(((end - note.beat) * PER_BEAT).round().min(16.0) as usize);
        if name + 1 + system.width() + width + 1 > WIDEST {
            system.write(&mut text, tuning, name);
            system = System::new(tuning.len());
        }
        if system.width() == 0 {
            system.from = note.beat;
        }
        system.add(note.string.unwrap_or(0) as usize, &fret, &finger, width);
        let bar = |beat: f32| score.beats_per_bar.map(|per_bar| ((beat + 1e-3) / per_bar).floor());
        if next.is_some_and(|next| bar(next) != bar(note.beat)) {
            system.bar();
        }
    }
    system.write(&mut text, tuning, name);
    text
}

/// Lines printed below one another.
struct System {
    from: f32,
    strings: Vec<String>,
    fingers: String,
}

impl System {
    fn new(strings: usize) -> Self {
        Self { from: 0.0, strings: vec![String::new(); strings], fingers: String::new() }
    }

    fn width(&self) -> usize {
        self.fingers.len()
    }

    fn add(&mut self, string: usize, fret: &str, finger: &str, width: usize) {
        for (index, line) in self.strings.iter_mut().enumerate() {
            let shown = if index + 1 == string { fret } else { "" };
            *line += &format!("{shown:-<width$}");
        }
        self.fingers += &format!("{finger:<width$}");
    }

    fn bar(&mut self) {
        self.strings.iter_mut().for_each(|line| line.push('|'));
        self.fingers.push(' ');
    }

    fn write(&self, text: &mut String, tuning: &[String], name: usize) {
        if self.width() == 0 {
            return;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        *text += &format!("{:name$} beat {}\n", "", self.from);
        for (string, line) in tuning.iter().zip(&self.strings).rev() {
            *text += &format!("{string:<name$} |{line}|\n");
        }
        *text += &format!("{:<name$}  {}\n", "finger", self.fingers.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_envs::document::Document;

    #[test]
    fn frets_stand_on_their_strings_and_fingers_below() {
        let yaml = "score: s\nsummary: S.\ntempo: 60\nbeats_per_bar: 2\nnotes:\n\
                    - {beat: 0, string: 1, fret: 12, finger: 3}\n- {beat: 1, duration: 1, string: 2, fret: 0, finger: 0}\n\
                    - {beat: 2, duration: 0.5, string: 1, fret: 5, finger: 1}\n";
        let score: ScoreSpec = Document::parse("s", yaml).unwrap().read().unwrap();
        let tuning = ["E2", "A2"].map(String::from);
        assert_eq!(
            tablature(&score, &tuning),
            "       beat 0\nA2     |----0---|--|\nE2     |12------|5-|\nfinger  3   0    1\n"
        );
    }
}
