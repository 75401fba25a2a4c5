//! Runs the program as a person would: its binary, in a folder of its own.
#![allow(dead_code, reason = "no test file uses all of it")]

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The program, to be run in `folder`.
pub fn etude(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("etude").expect("the binary is built with the tests");
    command.current_dir(folder);
    command
}

/// Runs a command that must succeed and returns its JSON document.
pub fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let output = etude(folder).args(arguments).arg("--json").output().expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    serde_json::from_slice(&output.stdout).expect("stdout is one JSON document")
}

/// Runs a command that must fail with one message; returns its exit code and the message.
pub fn failure(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = etude(folder).args(arguments).output().expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code().expect("it ends by itself");
    assert_ne!(code, 0, "{arguments:?} succeeded");
    assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{arguments:?} wrote to stdout");
    (code, stderr)
}

/// All files below a folder with their contents.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").display().to_string();
                files.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

/// A row of a table, by column.
pub type Row = BTreeMap<String, String>;

/// The rows of a table.
pub fn rows(path: &Path) -> Vec<Row> {
    csv::Reader::from_path(path).expect("a table").deserialize().map(|row| row.expect("a row")).collect()
}

/// Asserts that two folders hold the same files.
pub fn same_files(folder: &Path, one: &str, other: &str) {
    let (one, other) = (contents(&folder.join(one)), contents(&folder.join(other)));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(&other[name] == bytes, "{name} differs");
    }
}

/// Starts a command that goes on with what it finds, kills it after each pause in ms, and then lets it end.
pub fn kill_and_resume(folder: &Path, arguments: &[&str], pauses: [u64; 6]) {
    for pause in pauses {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("etude"))
            .args(arguments)
            .current_dir(folder)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(pause));
        // SIGKILL: no chance to tidy up.
        let _ = child.kill();
        child.wait().expect("it ends");
    }
    etude(folder).args(arguments).assert().success();
}

/// A picture as rows of red, green and blue bytes.
#[derive(PartialEq)]
pub struct Picture {
    /// Width and height.
    pub size: (u32, u32),
    /// Three bytes for each pixel.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// The picture in a file, if it is there and whole.
    pub fn open(path: &Path) -> Option<Self> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path).ok()?));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().ok()?;
        let mut rgb = vec![0; reader.output_buffer_size()?];
        let info = reader.next_frame(&mut rgb).ok()?;
        Some(Self { size: (info.width, info.height), rgb })
    }

    /// Share of the pixels that clearly differ from another picture's.
    pub fn difference(&self, other: &Self) -> f64 {
        assert_eq!(self.size, other.size);
        let pairs = self.rgb.chunks(3).zip(other.rgb.chunks(3));
        let differs = |(one, two): &(&[u8], &[u8])| one.iter().zip(*two).any(|(one, two)| one.abs_diff(*two) > 40);
        pairs.filter(differs).count() as f64 / (self.rgb.len() / 3) as f64
    }

    /// How many colours it has.
    pub fn colours(&self) -> usize {
        self.rgb.chunks(3).collect::<std::collections::HashSet<_>>().len()
    }
}
