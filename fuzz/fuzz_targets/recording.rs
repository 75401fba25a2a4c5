//! Recordings of units: whatever an `.npz` file holds, it is analysed or an error.
#![no_main]

use etude::calibration::{Recording, difference, findings};
use etude::record::read_npz;
use libfuzzer_sys::fuzz_target;
use std::cell::OnceCell;
use std::fs;

/// Numbers of an array beyond which an analysis takes long, and says nothing more.
const MOST: usize = 2_000;

thread_local! {
    static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
}

fuzz_target!(|input: &[u8]| {
    FOLDER.with(|folder| {
        let path = folder.get_or_init(|| tempfile::tempdir().expect("a folder")).path().join("units.npz");
        fs::write(&path, input).expect("it can be written to");
        let Ok(arrays) = read_npz(&path) else { return };
        for (name, array) in &arrays.0 {
            if array.values.len() > MOST {
                continue;
            }
            let Ok(recording) = Recording::from_arrays(&arrays, Some(name), None) else { continue };
            let found = findings(&recording, 3);
            let _ = difference((&recording, &found), (&recording, &found));
        }
    });
});
