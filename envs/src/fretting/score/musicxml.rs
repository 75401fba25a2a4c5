//! MusicXML, limited to what sounds: notes, rests, ties, tuplets, tempos, repeats and endings.
//!
//! The XML is read by `roxmltree`, which bounds entities and nodes. A document model of all of MusicXML would be many
//! times what is needed here.

use super::piece::{Bar, DRUM, MOST_BARS, Piece, PieceNote, Track};
use super::repeats::{Repeats, played};
use roxmltree::{Document, Node, ParsingOptions};

/// Largest number of elements in a file.
const MOST_NODES: u32 = 4_000_000;
/// Largest duration or tempo.
const LARGEST: f64 = 1e6;

/// Reads the text of a file. Its parts are its tracks, in order.
///
/// # Errors
/// A sentence about what is wrong with the file.
pub fn read(text: &str) -> Result<Piece, String> {
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| format!("is damaged XML: {error}"))?;
    let root = document.root_element();
    if !root.has_tag_name("score-partwise") {
        let found = root.tag_name().name();
        return Err(format!("holds <{found}>; expected MusicXML, whose first element is <score-partwise>"));
    }
    let title = text_at(root, &["work", "work-title"]).or_else(|| text_at(root, &["movement-title"]));
    let mut piece = Piece { title: title.unwrap_or_default().to_string(), ..Piece::default() };
    let mut repeats: Vec<Repeats> = Vec::new();
    for (index, part) in elements(root, "part").enumerate() {
        let name = part.attribute("id").and_then(|id| name_of_part(root, id)).unwrap_or_default().to_string();
        let mut reader = Reader::new(&mut piece.bars, &mut repeats);
        for (bar, measure) in elements(part, "measure").enumerate() {
            let number = measure.attribute("number").unwrap_or("?");
            reader.measure(bar, measure).map_err(|message| format!("bar {number} of part {}: {message}", index + 1))?;
        }
        let (mut notes, jumps) = (reader.notes, reader.jumps);
        piece.jumps |= jumps;
        notes.sort_by(|one, other| one.bar.cmp(&other.bar).then(one.beat.total_cmp(&other.beat)));
        piece.tracks.push(Track { number: index + 1, name, notes });
    }
    for bar in &mut piece.bars {
        bar.tempos.sort_by(|one, other| one.0.total_cmp(&other.0));
    }
    piece.order = played(&repeats)?;
    Ok(piece)
}

/// Reads the measures of a part.
struct Reader<'a> {
    bars: &'a mut Vec<Bar>,
    repeats: &'a mut Vec<Repeats>,
    notes: Vec<PieceNote>,
    /// Divisions per beat.
    divisions: f64,
    /// Beats per bar.
    per_bar: f64,
    /// Transposition from written to sounding pitch, in semitones.
    transpose: i32,
    /// Whether there is a da capo or dal segno.
    jumps: bool,
    /// Numbers of the open endings.
    endings: Vec<u32>,
    bar: usize,
    /// Current position in the bar, in beats, and the start of the last note.
    now: f64,
    last: f64,
    /// End of the part of the bar read so far.
    end: f64,
}

impl<'a> Reader<'a> {
    fn new(bars: &'a mut Vec<Bar>, repeats: &'a mut Vec<Repeats>) -> Self {
        Self {
            bars,
            repeats,
            notes: Vec::new(),
            divisions: 1.0,
            per_bar: 4.0,
            transpose: 0,
            jumps: false,
            endings: Vec::new(),
            bar: 0,
            now: 0.0,
            last: 0.0,
            end: 0.0,
        }
    }

    fn measure(&mut self, bar: usize, measure: Node<'_, '_>) -> Result<(), String> {
        if bar >= MOST_BARS {
            return Err(format!("expected at most {MOST_BARS} bars"));
        }
        if bar == self.bars.len() {
            self.bars.push(Bar::default());
            self.repeats.push(Repeats::default());
        }
        (self.bar, self.now, self.last, self.end) = (bar, 0.0, 0.0, 0.0);
        let mut closed = false;
        for element in measure.children().filter(Node::is_element) {
            match element.tag_name().name() {
                "attributes" => self.attributes(element)?,
                "note" => self.note(element)?,
                "backup" => {
                    self.now -= self.duration(element)?;
                    if self.now < -1e-6 {
                        return Err("<backup> goes back before its start".into());
                    }
                    self.now = self.now.max(0.0);
                }
                "forward" => self.forward(element)?,
                "direction" => self.direction(element)?,
                "sound" => self.sound(element)?,
                "barline" => closed |= self.barline(element)?,
                _ => {}
            }
        }
        let marks = &mut self.repeats[bar];
        if marks.endings.is_empty() {
            marks.endings.clone_from(&self.endings);
        }
        if closed {
            self.endings.clear();
        }
        let length = if self.end > 0.0 { self.end } else { self.per_bar };
        self.bars[bar].length = self.bars[bar].length.max(length);
        Ok(())
    }

    fn attributes(&mut self, element: Node<'_, '_>) -> Result<(), String> {
        if let Some(divisions) = number_at(element, &["divisions"])? {
            if divisions <= 0.0 {
                return Err("<divisions> must be above 0".into());
            }
            self.divisions = divisions;
        }
        // Without numbers (senza misura), the last time signature applies.
        if let Some(time) = elements(element, "time").next()
            && let (Some(beats), Some(unit)) = (text_at(time, &["beats"]), number_at(time, &["beat-type"])?)
        {
            let terms: Option<Vec<f64>> = beats.split('+').map(|term| term.trim().parse::<f64>().ok()).collect();
            let beats: f64 = terms.unwrap_or_default().iter().sum();
            if !(beats > 0.0 && beats <= LARGEST && unit > 0.0) {
                return Err("<time> is invalid".into());
            }
            self.per_bar = 4.0 * beats / unit;
        }
        if let Some(transpose) = elements(element, "transpose").next() {
            let semitones = number_at(transpose, &["chromatic"])?.unwrap_or(0.0);
            let octaves = number_at(transpose, &["octave-change"])?.unwrap_or(0.0);
            self.transpose = (semitones + 12.0 * octaves) as i32;
        }
        Ok(())
    }

    fn note(&mut self, element: Node<'_, '_>) -> Result<(), String> {
        let has = |name| elements(element, name).next().is_some();
        // A cue note belongs to another player.
        if has("cue") {
            return if has("grace") || has("chord") { Ok(()) } else { self.forward(element) };
        }
        let grace = has("grace");
        let duration = if grace { 0.0 } else { self.duration(element)? };
        let begins = if has("chord") { self.last } else { self.now };
        let pitch = match elements(element, "pitch").next() {
            Some(pitch) => Some(self.pitch(pitch)?),
            None => None,
        };
        if pitch.is_some() || has("unpitched") {
            let stops =
                |name, within: Node<'_, '_>| elements(within, name).any(|tie| tie.attribute("type") == Some("stop"));
            let notations = || elements(element, "notations");
            self.notes.push(PieceNote {
                bar: self.bar,
                beat: begins,
                duration,
                pitch: pitch.unwrap_or(0),
                tied: stops("tie", element) || notations().any(|notations| stops("tied", notations)),
                grace,
                cannot: pitch.is_none().then_some(DRUM),
                place: notations().find_map(|notations| {
                    let whole = |name| text_at(notations, &["technical", name])?.parse::<u32>().ok();
                    whole("string").zip(whole("fret"))
                }),
            });
        }
        if !grace && !has("chord") {
            self.last = self.now;
            self.now += duration;
        }
        self.end = self.end.max(begins + duration);
        Ok(())
    }

    fn pitch(&self, element: Node<'_, '_>) -> Result<i32, String> {
        let step = match text_at(element, &["step"]) {
            Some("C") => 0,
            Some("D") => 2,
            Some("E") => 4,
            Some("F") => 5,
            Some("G") => 7,
            Some("A") => 9,
            Some("B") => 11,
            _ => return Err("<pitch> has no <step> from A to G".into()),
        };
        let alter = number_at(element, &["alter"])?.unwrap_or(0.0);
        let octave = number_at(element, &["octave"])?.ok_or("<pitch> has no <octave>")?;
        if alter.fract() != 0.0 || octave.fract() != 0.0 {
            return Err("a pitch lies between two semitones; expected semitones".into());
        }
        let pitch = 12.0 * (octave + 1.0) + f64::from(step) + alter + f64::from(self.transpose);
        if !(0.0..=127.0).contains(&pitch) {
            return Err(format!("the pitch {pitch} is out of range; expected 0 to 127, where 60 is the middle C"));
        }
        Ok(pitch as i32)
    }

    fn direction(&mut self, element: Node<'_, '_>) -> Result<(), String> {
        let mut told = false;
        for sound in elements(element, "sound") {
            told |= sound.has_attribute("tempo");
            self.sound(sound)?;
        }
        for kind in elements(element, "direction-type") {
            for metronome in elements(kind, "metronome").filter(|_| !told) {
                let unit = match text_at(metronome, &["beat-unit"]) {
                    Some("whole") => 4.0,
                    Some("half") => 2.0,
                    Some("quarter") => 1.0,
                    Some("eighth") => 0.5,
                    Some("16th") => 0.25,
                    _ => continue,
                };
                // A mark such as "ca. 80", or one that equates two units, is not a number.
                let Some(Ok(per_minute)) = text_at(metronome, &["per-minute"]).map(str::parse::<f64>) else { continue };
                let dots = elements(metronome, "beat-unit-dot").count().min(4) as i32;
                self.tempo(per_minute * unit * (2.0 - 0.5f64.powi(dots)))?;
            }
            for words in elements(kind, "words").filter_map(|words| words.text()) {
                let words = words.trim().to_lowercase();
                if ["d.c.", "d.s.", "da capo", "dal segno"].iter().any(|jump| words.starts_with(jump)) {
                    self.jumps = true;
                }
            }
        }
        Ok(())
    }

    fn sound(&mut self, element: Node<'_, '_>) -> Result<(), String> {
        if let Some(tempo) = element.attribute("tempo") {
            let tempo = tempo.trim().parse::<f64>().map_err(|_| "a tempo is not a number".to_string())?;
            self.tempo(tempo)?;
        }
        if ["dacapo", "dalsegno", "tocoda"].iter().any(|jump| element.has_attribute(*jump)) {
            self.jumps = true;
        }
        Ok(())
    }

    fn tempo(&mut self, tempo: f64) -> Result<(), String> {
        if !(tempo > 0.0 && tempo <= LARGEST) {
            return Err("a tempo is invalid; expected beats per minute".into());
        }
        self.bars[self.bar].tempos.push((self.now, tempo));
        Ok(())
    }

    /// Reads a barline; returns whether it closes an ending.
    fn barline(&mut self, element: Node<'_, '_>) -> Result<bool, String> {
        let mut closed = false;
        if let Some(ending) = elements(element, "ending").next() {
            match ending.attribute("type") {
                Some("start") => {
                    let numbers = ending.attribute("number").unwrap_or("1").split([',', ' ']);
                    let numbers = numbers.filter_map(|number| number.trim().trim_end_matches('.').parse::<u32>().ok());
                    self.endings = numbers.filter(|number| (1..=100).contains(number)).take(100).collect();
                }
                _ => closed = true,
            }
        }
        if let Some(repeat) = elements(element, "repeat").next() {
            let marks = &mut self.repeats[self.bar];
            match repeat.attribute("direction") {
                Some("forward") => marks.begins = true,
                Some("backward") => {
                    let times = repeat.attribute("times").map_or(Ok(2), str::parse::<u32>);
                    let times = times.ok().filter(|times| (1..=100).contains(times));
                    marks.ends = Some(times.ok_or("a repeat goes round from 1 to 100 times")?);
                }
                _ => return Err("<repeat> has no direction".into()),
            }
        }
        Ok(closed)
    }

    fn forward(&mut self, element: Node<'_, '_>) -> Result<(), String> {
        self.last = self.now;
        self.now += self.duration(element)?;
        self.end = self.end.max(self.now);
        Ok(())
    }

    /// The duration of an element in beats.
    fn duration(&self, element: Node<'_, '_>) -> Result<f64, String> {
        let name = element.tag_name().name();
        let divisions = number_at(element, &["duration"])?.ok_or_else(|| format!("<{name}> has no <duration>"))?;
        if divisions < 0.0 {
            return Err(format!("<{name}> has a <duration> below 0"));
        }
        Ok(divisions / self.divisions)
    }
}

/// The child elements of that name.
fn elements<'a, 'input: 'a>(node: Node<'a, 'input>, name: &'a str) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The text at the end of a path of elements.
fn text_at<'a>(node: Node<'a, '_>, path: &[&str]) -> Option<&'a str> {
    let found = path.iter().try_fold(node, |node, name| {
        node.children().find(|child| child.is_element() && child.tag_name().name() == *name)
    });
    Some(found?.text()?.trim())
}

/// The number there, if present.
fn number_at(node: Node<'_, '_>, path: &[&str]) -> Result<Option<f64>, String> {
    let Some(text) = text_at(node, path) else { return Ok(None) };
    let number = text.parse::<f64>().ok().filter(|number| number.abs() <= LARGEST);
    number.map(Some).ok_or_else(|| format!("<{}> is not a number that makes sense", path.join("/")))
}

fn name_of_part<'a>(root: Node<'a, '_>, id: &str) -> Option<&'a str> {
    let list = root.children().find(|child| child.tag_name().name() == "part-list")?;
    let part = list.children().find(|part| part.attribute("id") == Some(id))?;
    text_at(part, &["part-name"])
}
