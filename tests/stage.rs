//! The window, in a display of its own that nobody sees (Xvfb), driven by keys and mouse (xdotool) and rendered in software
//! (Mesa's lavapipe).

#![cfg(feature = "stage")]

mod common;

use common::{Picture, contents, etude, failure, json, same_files};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Rendering in software on few cores: one window at a time.
static TURN: Mutex<()> = Mutex::new(());
/// What a slow machine may take for anything.
const PATIENCE: Duration = Duration::from_secs(180);

/// Runs xdotool on a display; nothing if that fails.
fn xdotool(display: &str, words: &[&str]) -> Option<String> {
    let output = Command::new("xdotool").env("DISPLAY", display).args(words).output();
    let output = output.expect("xdotool is installed (Debian: xdotool)");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// A display that nobody sees.
struct Display {
    server: Child,
    name: String,
    _turn: MutexGuard<'static, ()>,
}

impl Display {
    fn open() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        // A server that has just been killed may still be in the way of the next one's sockets.
        for _ in 0..5 {
            // Without -noreset it begins anew whenever its last client has left, and is not there for a moment.
            let mut server = Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("Xvfb is installed (Debian: xvfb)");
            let mut number = String::new();
            BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).expect("Xvfb tells its number");
            let name = format!(":{}", number.trim());
            if xdotool(&name, &["getdisplaygeometry"]).is_some() {
                return Self { server, name, _turn: turn };
            }
            let _ = server.kill();
            let _ = server.wait();
        }
        panic!("no display could be opened");
    }

    fn xdotool(&self, words: &[&str]) -> Option<String> {
        xdotool(&self.name, words)
    }

    /// Goes away without a word.
    fn break_down(&self) {
        let killed = Command::new("kill").args(["-9", &self.server.id().to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()));
    }

    /// Starts the program with a window in this display and waits for it to show something.
    fn show(&self, folder: &Path, arguments: &[&str]) -> Window<'_> {
        let program = Command::new(env!("CARGO_BIN_EXE_etude"))
            .args(arguments)
            .current_dir(folder)
            .env("DISPLAY", &self.name)
            .env("XDG_RUNTIME_DIR", folder)
            .stdout(Stdio::null())
            .stderr(File::create(folder.join("stderr")).unwrap())
            .spawn()
            .expect("the program starts");
        let mut window = Window { display: self, program, folder: folder.into(), id: String::new() };
        window.id = window.wait("a window", |window| {
            let id = window.display.xdotool(&["search", "--onlyvisible", "--class", "etude"])?;
            id.lines().next().map(String::from)
        });
        window.wait("a title", |window| window.title().contains("-v0").then_some(()));
        window.display.xdotool(&["mousemove", "--window", &window.id, "300", "300"]);
        window.display.xdotool(&["windowfocus", &window.id]);
        window
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The program's window.
struct Window<'a> {
    display: &'a Display,
    program: Child,
    folder: PathBuf,
    id: String,
}

impl Window<'_> {
    fn stderr(&self) -> String {
        fs::read_to_string(self.folder.join("stderr")).unwrap_or_default()
    }

    fn wait<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            if let Ok(Some(status)) = self.program.try_wait() {
                panic!("waiting for {what}, the program ended with {status}: {}", self.stderr());
            }
            assert!(start.elapsed() < PATIENCE, "no {what} after {PATIENCE:?}; the title is {}", self.title());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The title says what is on stage.
    fn title(&self) -> String {
        self.display.xdotool(&["getwindowname", &self.id]).unwrap_or_default()
    }

    fn key(&self, key: &str) {
        self.display.xdotool(&["key", key]);
    }

    /// Presses a key and waits until the title has these words in it, or not.
    fn key_until(&mut self, key: &str, words: &str, there: bool) {
        self.key(key);
        self.wait(&format!("`{words}` ({there}) after the key {key}"), |window| {
            let title = window.title();
            (!title.is_empty() && title.contains(words) == there).then_some(())
        });
    }

    /// A picture of the window, saved by its own key.
    fn photograph(&mut self) -> Picture {
        let number = (1..).find(|number| !self.folder.join(format!("etude-{number}.png")).exists()).unwrap();
        let path = self.folder.join(format!("etude-{number}.png"));
        self.key("p");
        self.wait("a saved picture", |_| Picture::open(&path))
    }

    /// Waits for the end and gives the exit code and what was said.
    fn end(mut self) -> (Option<i32>, String) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.program.try_wait().unwrap() {
                return (status.code(), self.stderr());
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn leave(self) {
        self.key("q");
        let (code, stderr) = self.end();
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn the_window_shows_what_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let display = Display::open();
    for (name, interval) in [("cycling", 1.0 / 60.0), ("fretting", 1.0 / 30.0), ("reaching", 0.01), ("cursor", 0.045)] {
        // So slow that it stands still, but for the first step or two.
        let slow = ["watch", name, "--size", "640x360", "--speed", "0.01"];
        let recorded = |steps: usize| {
            let skip = format!("{}", steps as f32 * interval);
            let target = format!("{name}-{steps}");
            let more = ["--record", &target, "--seconds", "0.04", "--skip", &skip];
            etude(folder.path()).args(slow).args(more).assert().success();
            Picture::open(&folder.path().join(target).join("frame-00000.png")).expect("a picture")
        };
        // The first picture of a window: later ones tell of it. A slow machine may need a while for it to be whole.
        let nearest = |patience: u64| {
            let mut window = display.show(folder.path(), &slow);
            std::thread::sleep(Duration::from_secs(patience));
            let shown = window.photograph();
            window.leave();
            (0..20 + patience as usize).map(|steps| shown.difference(&recorded(steps))).fold(f64::MAX, f64::min)
        };
        let nearest = [1, 4, 16].into_iter().map(nearest).find(|&nearest| nearest < 0.02).unwrap_or(1.0);
        // Only edges are smoothed in another way.
        assert!(nearest < 0.02, "{name}: more than 2 % of the pixels differ");
    }
}

#[test]
fn what_cannot_be_shown_is_said_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str], parts: &[&str]| {
        let (code, text) = failure(folder.path(), arguments);
        assert_eq!((code, text.trim_end().lines().count()), (1, 1), "{text}");
        assert!(text.starts_with("error: ") && parts.iter().all(|part| text.contains(part)), "{text}");
    };
    said(&["watch", "nobody"], &["nobody does not exist", "cycling, fretting, reaching"]);
    said(&["watch", "."], &["holds no checkpoints"]);
    said(&["watch", "cycling", "--task", "reaching/curl-v0"], &["different bodies"]);
    said(&["watch", "cycling", "--lesion", "foot"], &["no part `foot`"]);
    said(&["play", "cycling/falt-v0"], &["did you mean `cycling/flat-v0`"]);
    fs::write(folder.path().join("foreign.safetensors"), b"PNG").unwrap();
    said(&["watch", "foreign.safetensors"], &["not a checkpoint of etude"]);
    for (display, part) in
        [(None, "no display"), (Some(":9999"), "no display: the window system could not be reached at DISPLAY=:9999.")]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_etude"));
        command.arg("watch").current_dir(folder.path()).env_remove("DISPLAY");
        command.env("XDG_RUNTIME_DIR", folder.path());
        display.map(|display| command.env("DISPLAY", display));
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(1) && text.contains(part) && text.trim_end().lines().count() == 1,
            "{text}"
        );
    }
}

#[test]
fn a_run_that_is_watched_writes_the_same_files_as_one_that_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let plan = ["--agent", "brain", "--subjects", "2", "--steps", "4000", "--evaluate-every", "1000"];
    let more = ["--evaluation-episodes", "1", "--signals-every", "100", "--seed", "5"];
    let mut train = vec!["train", "cycling/flat-v0", "--out", "headless"];
    train.extend(plan.iter().chain(&more));
    json(folder.path(), &train);
    let display = Display::open();
    let mut watch = vec!["watch", "--task", "cycling/flat-v0", "--out", "watched", "--speed", "8"];
    watch.extend(plan.iter().chain(&more));
    let mut window = display.show(folder.path(), &watch);
    // Looking from all sides, and all that would interfere.
    for key in ["g", "Tab", "1", "l", "n", "r"] {
        window.key(key);
    }
    window.key_until("space", "paused", true);
    window.key("period");
    window.key_until("space", "paused", false);
    window.key_until("m", "max", true);
    window.wait("the end of practice", |window| window.folder.join("watched/summary.json").exists().then_some(()));
    window.leave();
    let headless = contents(&folder.path().join("headless"));
    assert!(
        headless.contains_key("logs/subject-001.signals.csv")
            && headless.contains_key("checkpoints/subject-001.safetensors")
    );
    same_files(folder.path(), "headless", "watched");
}

#[test]
fn keys_and_mouse_do_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let display = Display::open();
    let mut window = display.show(folder.path(), &["watch", "--subjects", "2", "--size", "1000x640"]);
    window.key_until("space", "paused", true);
    window.key("g");
    let alone = window.photograph();
    assert!(alone.colours() > 200, "something is drawn");
    window.key("question");
    let with_help = window.photograph();
    assert!(alone.difference(&with_help) > 0.1, "the help covers much of the picture");
    window.key("question");
    window.key_until("1", "lesioned", true);
    window.key_until("1", "lesioned", false);
    window.key_until("l", "learning", true);
    window.key_until("n", "geared", true);
    window.key_until("b", "flat", true);
    window.key_until("Tab", "subject 1", true);
    window.key_until("plus", "2x", true);
    window.key_until("minus", "1x", true);
    // A drag draws its arrow and pushes for as long as it lasts.
    let before = window.photograph();
    display.xdotool(&["mousemove", "--window", &window.id, "300", "350"]);
    display.xdotool(&["mousedown", "1"]);
    for x in ["320", "340", "380", "420"] {
        display.xdotool(&["mousemove", "--window", &window.id, x, "350"]);
    }
    window.wait("a push", |window| window.title().contains("pushed").then_some(()));
    display.xdotool(&["mouseup", "1"]);
    window.wait("no push", |window| (!window.title().contains("pushed")).then_some(()));
    for _ in 0..6 {
        display.xdotool(&["click", "4"]);
    }
    window.key("period");
    let nearer = window.photograph();
    assert!(before.difference(&nearer) > 0.05, "the wheel brings it nearer");
    window.leave();
}

#[test]
fn a_person_can_play() {
    let folder = tempfile::tempdir().unwrap();
    let display = Display::open();
    let mut window = display.show(folder.path(), &["play", "cycling/flat-v0", "--speed", "8", "--size", "800x500"]);
    // Nothing moves before it is started, whatever other keys are pressed: at this speed a ride takes less than a second.
    let before = window.photograph();
    assert!(before.colours() > 200, "the first picture is whole");
    for key in ["w", "period", "m", "Right"] {
        window.key(key);
    }
    std::thread::sleep(Duration::from_secs(2));
    assert!(window.title().contains("episode 0") && window.title().contains("waiting"), "{}", window.title());
    window.key_until("space", "waiting", false);
    window.wait("the first ride's end", |window| window.title().contains("episode 1").then_some(()));
    // Letters are not commands here, and leaving is by escape.
    window.key("q");
    window.key_until("space", "paused", true);
    let after = window.photograph();
    assert!(before.difference(&after) > 0.2, "the card of the start covers much of the picture, and goes away");
    window.key("question");
    let help = window.photograph();
    assert!(after.difference(&help) > 0.1, "the help can be had at any time");
    window.key("question");
    window.key("Escape");
    let (code, stderr) = window.end();
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_window_that_is_resized_closed_or_loses_its_display_ends_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let display = Display::open();
    let mut window = display.show(folder.path(), &["watch", "fretting", "--size", "900x600"]);
    display.xdotool(&["windowsize", &window.id, "640", "400"]);
    window.wait("a picture of the new size", |window| (window.photograph().size == (640, 400)).then_some(()));
    display.xdotool(&["windowunmap", &window.id]);
    std::thread::sleep(Duration::from_millis(500));
    display.xdotool(&["windowmap", &window.id]);
    display.xdotool(&["windowfocus", &window.id]);
    window.key_until("space", "paused", true);
    display.xdotool(&["windowclose", &window.id]);
    let (code, stderr) = window.end();
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    drop(display);
    // Xlib, the window system's library and the renderer are each the first to notice at times.
    for moment in [0, 40, 170, 410] {
        let display = Display::open();
        let window = display.show(folder.path(), &["watch", "reaching"]);
        std::thread::sleep(Duration::from_millis(moment));
        display.break_down();
        let (code, said) = window.end();
        assert_eq!(code, Some(1), "{said}");
        let told = said.contains("the display was lost")
            || said.contains(&format!("to {} broken", display.name))
            || said.contains("fatal IO error");
        assert!(told && !said.contains("panic") && said.lines().count() <= 3, "{said}");
    }
}
