//! The array job of `docs/slurm/transfer.sh`, as far as it goes without a cluster: its tasks are run as SLURM would start them.

#![cfg(unix)]

mod common;

use common::{json, same_files};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const EXPERIMENT: &str = "experiment: small\nquestion: Does it help?\nagent: brain\nsubjects: 5\nevaluate_every: 500\n\
                          evaluation_episodes: 1\ncriterion: 0.5\nreference: scratch\ntest: {task: cycling/rough-v0, steps: 1000}\n\
                          groups:\n  scratch: {}\n  transfer:\n    practice: [{task: cycling/flat-v0, steps: 1000}]\n";

fn task(folder: &Path, index: u64, of: u64, program: &str) -> Child {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/slurm/transfer.sh");
    Command::new("bash")
        .arg(script)
        .args(["small.yaml", "wide", "--seed", "3"])
        .current_dir(folder)
        .env("ETUDE", program)
        .env("SLURM_ARRAY_TASK_ID", index.to_string())
        .env("SLURM_ARRAY_TASK_MAX", of.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("bash starts")
}

#[test]
fn an_array_job_leaves_what_one_run_leaves() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("small.yaml"), EXPERIMENT).unwrap();
    json(folder.path(), &["transfer", "small.yaml", "--out", "whole", "--seed", "3"]);
    // One task is killed in the midst of it, however far it has come, and requeued; the last one to end joins the parts.
    let etude = env!("CARGO_BIN_EXE_etude");
    let dying = folder.path().join("dying.sh");
    let script = format!("#!/usr/bin/env bash\n\"{etude}\" \"$@\" & sleep 0.2; kill -9 $!; wait; exit 137\n");
    std::fs::write(&dying, script).unwrap();
    std::fs::set_permissions(&dying, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let ended = |index, program| task(folder.path(), index, 3, program).wait().unwrap().success();
    assert!(!ended(2, dying.to_str().unwrap()));
    let together = [1, 3].map(|index| task(folder.path(), index, 3, etude));
    assert!(together.into_iter().all(|mut running| running.wait().unwrap().success()));
    assert!(!folder.path().join("wide/summary.json").exists());
    assert!(ended(2, etude));
    same_files(folder.path(), "whole", "wide");
}
