//! The program with the built-in tasks and agents.

fn main() -> std::process::ExitCode {
    etude::Program::new().run()
}
