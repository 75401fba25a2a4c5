//! Run folders: whatever stands in `run.yaml` and `evaluations.csv`, they are set side by side or an error.
#![no_main]

use etude::compare::compare;
use etude::run::folder::read_record;
use etude::transfer::TransferSpec;
use etude::transfer::results::Results;
use libfuzzer_sys::fuzz_target;
use std::cell::OnceCell;
use std::fs;

thread_local! {
    static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
}

fuzz_target!(|input: &str| {
    let (record, table) = input.split_once("===\n").unwrap_or((input, ""));
    FOLDER.with(|folder| {
        let path = folder.get_or_init(|| tempfile::tempdir().expect("a folder")).path().to_path_buf();
        fs::write(path.join("run.yaml"), record).expect("it can be written to");
        fs::write(path.join("evaluations.csv"), table).expect("it can be written to");
        let _ = compare(&[path.clone()], 0.5);
        if let Ok(record) = read_record::<TransferSpec>(&path) {
            let _ = Results::read(&record.run.experiment, &record.run.subjects(), table.as_bytes());
        }
    });
});
