//! Files of music: whatever is in them, they can be played or are one line of what is wrong.
#![no_main]

use etude::envs::Registry;
use etude::envs::document::Document;
use etude::envs::fretting::FrettingSpec;
use etude::envs::fretting::score::{Choice, Voice, perform, read};
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::LazyLock;

static SPEC: LazyLock<FrettingSpec> = LazyLock::new(|| {
    let task = Registry::default().task("fretting/guitar-v0").expect("a task that comes with the program");
    Document::parse("guitar", &task.yaml()).and_then(|document| document.read()).expect("its own document")
});

fuzz_target!(|bytes: &[u8]| {
    match read(Path::new("fuzzed"), bytes.to_vec()) {
        Ok(material) => {
            for track in [None, Some(1), Some(2)] {
                for voice in [None, Some(Voice::Highest)] {
                    let choice = Choice { track, voice, ..Choice::default() };
                    if let Err(error) = perform(&material, &choice, &SPEC) {
                        assert!(!error.to_string().chars().any(char::is_control), "{error:?}");
                    }
                }
            }
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error:?}"),
    }
});
