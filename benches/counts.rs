//! Instructions that the single operations take, counted by valgrind: the same in every run, however busy the machine is.
//!
//! `cargo bench --bench counts` counts all operations, `cargo bench --bench counts -- 'env step'` those whose name contains it.
//! It needs `valgrind`. Time also depends on what the instructions are: see `step.rs`.

mod operations;

use std::process::{Command, ExitCode};

/// Marks a run of this program within valgrind, followed by the operation and how often it is done.
const INSIDE: &str = "--inside";
/// The operation is done so often, and once more this often: the difference is its own.
const FEW: u64 = 20;
const MORE: u64 = 100;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [inside, name, times] = arguments.as_slice()
        && inside == INSIDE
    {
        repeat(name, times.parse().unwrap_or(0));
        return ExitCode::SUCCESS;
    }
    // `cargo test --benches` only asks whether it starts.
    if arguments.iter().any(|argument| argument == "--test") {
        return ExitCode::SUCCESS;
    }
    let wanted = arguments.first().map_or("", String::as_str);
    println!("instructions  operation");
    for operation in operations::operations().iter().filter(|operation| operation.name.contains(wanted)) {
        match (count(&operation.name, FEW), count(&operation.name, FEW + MORE)) {
            (Ok(few), Ok(many)) => println!("{:12}  {}", many.saturating_sub(few) / MORE, operation.name),
            (Err(problem), _) | (_, Err(problem)) => {
                eprintln!("error: {problem}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Does an operation some times.
fn repeat(name: &str, times: u64) {
    if let Some(operation) = operations::operations().iter().find(|operation| operation.name == name) {
        let mut ready = (operation.prepare)();
        (0..times).for_each(|_| ready());
    }
}

/// Instructions of a run of this program that does so.
fn count(name: &str, times: u64) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program is not found: {error}"))?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([INSIDE, name, &times.to_string()])
        .output()
        .map_err(|error| {
            format!("valgrind cannot be run ({error}); it is in the package `valgrind` of most systems")
        })?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, number)| number.trim().parse().ok());
    count.ok_or_else(|| format!("valgrind counted nothing of `{name}`: {}", told.trim()))
}
