//! Runs the program as a person would: its binary, in a folder of its own.

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::path::Path;

/// The program, to be run in `folder`.
pub fn etude(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("etude").expect("the binary is built with the tests");
    command.current_dir(folder);
    command
}

/// Runs a command that must succeed and returns its JSON document.
#[allow(dead_code)]
pub fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let output = etude(folder).args(arguments).arg("--json").output().expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    serde_json::from_slice(&output.stdout).expect("stdout is one JSON document")
}

/// Runs a command that must fail with one message; returns its exit code and the message.
#[allow(dead_code)]
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
#[allow(dead_code)]
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
