//! The command line: one file per subcommand.

mod analyse;
mod bench;
mod calibrate;
mod cast;
mod check;
mod columns;
mod compare;
mod describe;
mod evaluate;
mod filming;
mod list;
mod merge;
#[cfg(not(feature = "stage"))]
mod no_stage;
#[cfg(feature = "stage")]
mod play;
mod report;
mod score;
mod showcase;
mod sweep;
mod tablature;
mod table;
mod train;
mod transfer;
mod transfer_matrix;
mod trials;
mod validate;
mod watch;

use crate::catalog::Catalog;
use crate::run::interrupt::Interrupted;
use crate::run::lesions::Lesions;
use crate::run::limits::LARGEST_SEED;
use crate::tell::{plain_lines, tell};
use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A gym for motor skills and their transfer.
///
/// Without a command, etude runs a small study of transfer in the folder etude-showcase, which takes a few minutes.
///
/// Tasks are physics worlds in which a body learns a skill; agents learn them from reward. Wherever a TASK, AGENT or
/// EXPERIMENT is expected, the path of a YAML file works too.
#[derive(Parser)]
#[command(name = "etude", version, max_term_width = 110, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Multiply the steps of the study that runs without a command
    #[arg(long, hide = true, value_parser = transfer::factor)]
    scale_steps: Option<f64>,
}

#[derive(Subcommand)]
enum Command {
    /// List tasks, agents and experiments
    List(list::List),
    /// Describe a task, an agent or an experiment
    Describe(describe::Describe),
    /// Check that tasks keep the gym's contract
    Check(check::Check),
    /// Measure the speed of tasks and of learning on them
    Bench(bench::Bench),
    /// Train a cohort of subjects on a task
    Train(train::Train),
    /// Evaluate a trained subject, learning disabled
    Evaluate(evaluate::Evaluate),
    /// Run an experiment: what is practice of one skill worth for another?
    Transfer(transfer::Transfer),
    /// Measure transfer between all pairs of tasks, and along a sequence of tasks
    TransferMatrix(transfer_matrix::TransferMatrix),
    /// Find the best settings of an agent or a task, selected on some subjects and confirmed on others
    Sweep(sweep::SweepArgs),
    /// Fit the decoder of a cursor task to a subject, as in the laboratory
    Calibrate(calibrate::Calibrate),
    /// Analyse learning over the trials of a run, or the tuning of its recorded units
    Analyse(analyse::Analyse),
    /// Reproduce published findings on motor learning, each against a band fixed in advance
    Validate(validate::Validate),
    /// Join parts of an experiment, a transfer matrix or a sweep that were run separately
    Merge(merge::Merge),
    /// Regenerate the report of an experiment from its tables
    Report(report::Report),
    /// Show how a fretting task plays a score (YAML, MIDI, MusicXML, Guitar Pro), and with which fingers
    Score(score::Score),
    /// Compare runs on one task: training runs, and tests of experiments
    Compare(compare::Compare),
    /// Watch subjects practise or perform, in a window (needs a build with --features stage) or as a recording
    Watch(watch::Watch),
    /// Take the controls of a task yourself
    #[cfg(feature = "stage")]
    Play(play::Play),
    /// Take the controls of a task yourself (needs a build with --features stage)
    #[cfg(not(feature = "stage"))]
    Play(no_stage::Away),
}

/// Flags that every command has.
#[derive(Args, Clone)]
struct Common {
    /// Print one JSON document to stdout, and nothing else
    #[arg(long)]
    json: bool,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Args, Clone)]
struct Threads {
    /// Number of threads; results do not depend on it [default: all cores]
    #[arg(long, value_parser = whole_number::<1, 1024>)]
    threads: Option<u64>,
}

impl Threads {
    fn count(&self) -> usize {
        match self.threads {
            Some(threads) => threads as usize,
            None => std::thread::available_parallelism().map_or(1, |cores| cores.get()),
        }
    }
}

#[derive(Args, Clone)]
struct Settings {
    /// Change a setting of the agent (e.g. brain.basal_ganglia.policy_rate=0.1) or of the task (e.g. episode.time_limit=10);
    /// `describe NAME --yaml` prints all settings; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = crate::settings::setting)]
    set: Vec<crate::settings::Setting>,
}

impl Settings {
    /// Refuses settings of the agent where it is a trained one.
    fn refuse_of_agent(&self) -> Result<()> {
        match self.set.iter().find(|setting| setting.of_agent()) {
            Some(setting) => bail!("--set {setting}: a trained agent cannot be changed; expected settings of the task"),
            None => Ok(()),
        }
    }

    /// Refuses settings of the task where there are many tasks.
    fn refuse_of_task(&self) -> Result<()> {
        match self.set.iter().find(|setting| !setting.of_agent()) {
            Some(setting) => bail!(
                "--set {setting}: the tasks cannot be changed here; expected settings of the agent, such as \
                 brain.basal_ganglia.policy_rate=0.1"
            ),
            None => Ok(()),
        }
    }
}

#[derive(Args, Clone)]
struct Lesioning {
    /// Switch off a part of the agent (e.g. cerebellum), or a share of it (e.g. cerebellum=0.5); may be repeated
    #[arg(long = "lesion", value_name = "PART[=SHARE]", value_parser = lesion)]
    parts: Vec<(String, f32)>,
}

impl Lesioning {
    /// The parts with their shares; for a part that is named twice, the last share counts.
    fn lesions(&self) -> Lesions {
        self.parts.iter().cloned().collect()
    }
}

fn lesion(text: &str) -> Result<(String, f32), String> {
    let (part, share) = text.split_once('=').unwrap_or((text, "1"));
    let expected = || format!("expected a part and a number, such as cerebellum=0.5, found `{text}`");
    let share = share.parse::<f32>().ok().filter(|share| share.is_finite() && !part.is_empty()).ok_or_else(expected)?;
    Ok((part.into(), share))
}

/// Parses and runs a command; errors go to stderr with exit code 1, or 2 for wrong usage.
pub fn run(catalog: &Catalog, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are what was asked for: if they cannot be written, that is an error.
            let failed = error.print().err().filter(|failed| failed.kind() != std::io::ErrorKind::BrokenPipe);
            if let Some(failed) = failed.filter(|_| error.exit_code() == 0) {
                tell(&format!("error: cannot write to stdout: {failed}"));
                return ExitCode::FAILURE;
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let result = match &cli.command {
        None => showcase::run(catalog, cli.scale_steps),
        Some(Command::List(command)) => command.run(catalog),
        Some(Command::Describe(command)) => command.run(catalog),
        Some(Command::Check(command)) => command.run(catalog),
        Some(Command::Bench(command)) => command.run(catalog),
        Some(Command::Train(command)) => command.run(catalog),
        Some(Command::Evaluate(command)) => command.run(catalog),
        Some(Command::Transfer(command)) => command.run(catalog),
        Some(Command::TransferMatrix(command)) => command.run(catalog),
        Some(Command::Sweep(command)) => command.run(catalog),
        Some(Command::Calibrate(command)) => command.run(catalog),
        Some(Command::Analyse(command)) => command.run(),
        Some(Command::Validate(command)) => command.run(catalog),
        Some(Command::Merge(command)) => command.run(),
        Some(Command::Report(command)) => command.run(),
        Some(Command::Score(command)) => command.run(catalog),
        Some(Command::Compare(command)) => command.run(),
        Some(Command::Watch(command)) => command.run(catalog),
        #[cfg(feature = "stage")]
        Some(Command::Play(command)) => command.run(catalog),
        #[cfg(not(feature = "stage"))]
        Some(Command::Play(command)) => command.run(),
    };
    match result {
        Ok(code) => code,
        Err(error) => match error.downcast_ref::<Interrupted>() {
            Some(interrupted) => {
                tell(&interrupted.to_string());
                ExitCode::from(interrupted.exit_code())
            }
            None => {
                tell(&format!("error: {error:#}"));
                ExitCode::FAILURE
            }
        },
    }
}

/// Prints to stdout; a reader that has gone away is not an error, a full disk is.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(plain_lines(text).as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to stdout"))
        }
        _ => Ok(()),
    }
}

fn print_json(document: &serde_json::Value) -> Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(document)?))
}

/// The first numbered folder of that name in `runs/` that does not exist.
fn first_free(name: &str) -> PathBuf {
    numbered(name, free_number(name))
}

/// The last numbered folder of that name in `runs/` that exists; the first if none does.
fn last_taken(name: &str) -> PathBuf {
    numbered(name, free_number(name).saturating_sub(1).max(1))
}

fn free_number(name: &str) -> u32 {
    (1..u32::MAX).find(|&number| !numbered(name, number).exists()).unwrap_or(1)
}

fn numbered(name: &str, number: u32) -> PathBuf {
    let runs = Path::new("runs");
    if number == 1 { runs.join(name) } else { runs.join(format!("{name}_{number}")) }
}

/// Parses a seed.
fn seed(text: &str) -> Result<u64, String> {
    whole_number::<0, LARGEST_SEED>(text)
}

/// Parses `300000`, `300_000` and `3e5` alike.
fn whole_number<const LOW: u64, const HIGH: u64>(text: &str) -> Result<u64, String> {
    let plain = text.replace('_', "");
    let expected = || format!("expected a whole number from {LOW} to {HIGH}, such as 300000, 300_000 or 3e5");
    let number = match plain.parse::<u64>() {
        Ok(number) => number,
        Err(_) => {
            let float = plain.parse::<f64>().map_err(|_| expected())?;
            if float.fract() != 0.0 || !(0.0..=9e15).contains(&float) {
                return Err(expected());
            }
            float as u64
        }
    };
    if (LOW..=HIGH).contains(&number) { Ok(number) } else { Err(expected()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_may_be_written_in_three_ways() {
        let parse = whole_number::<1, 1_000_000>;
        assert_eq!(parse("300000"), Ok(300_000));
        assert_eq!(parse("300_000"), Ok(300_000));
        assert_eq!(parse("3e5"), Ok(300_000));
        for wrong in ["", "0", "-1", "1.5", "nan", "inf", "1e9", "many", "1e400"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
