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
mod flags;
mod kinds;
mod list;
mod merge;
#[cfg(not(feature = "stage"))]
mod no_stage;
mod numbers;
#[cfg(feature = "stage")]
mod play;
mod report;
mod runs;
mod score;
mod showcase;
mod stdout;
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
use crate::tell::tell;
use clap::{Parser, Subcommand};
use std::ffi::OsString;
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
        Some(Command::Analyse(command)) => command.run(catalog),
        Some(Command::Validate(command)) => command.run(catalog),
        Some(Command::Merge(command)) => command.run(catalog),
        Some(Command::Report(command)) => command.run(catalog),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
