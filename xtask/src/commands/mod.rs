//! The command line: each command is a file.

pub mod add;
pub mod bench;
pub mod codegen;
pub mod conformance;
pub mod crash;
pub mod diff;
pub mod fetch;
pub mod fuzz;
pub mod lint;
pub mod lock;
mod root;
pub mod tidy;

use crate::error::Problems;
use crate::print::complain;
use clap::{CommandFactory as _, Parser, Subcommand};
use root::root;
use std::process::ExitCode;

/// The maintainer's commands: fetch the API's documents, see what changed, regenerate everything that depends on them.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Command {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Add an endpoint: fetch its document, write its entry, regenerate
    Add(add::Args),
    /// Measure the client beside others at the same work, and write `docs/BENCHMARKS.md`
    Bench(bench::Args),
    /// Regenerate everything that depends on the description in `openapi/`
    Codegen(codegen::Args),
    /// Run fal's own clients, and a tester of descriptions, against the sandbox
    Conformance(conformance::Args),
    /// Kill the command line with -9 at seeded points of a paid call, take its requests up again, and count what is wrong
    Crash(crash::Args),
    /// Say what changed in the description, on the wire and in the Rust API
    Diff(diff::Args),
    /// Download the upstream documents, byte for byte, all of them or none
    Fetch(fetch::Args),
    /// Test everything that reads data from outside with random inputs
    Fuzz(fuzz::Args),
    /// Name everything in the upstream documents that the Rust code does not carry
    Lint(lint::Args),
    /// Take the upstream documents as they are: write their hashes into `openapi/upstream.lock`
    Lock(lock::Args),
    /// Check what the compiler does not: layers and cycles of modules, sizes of files, links, licences
    Tidy,
}

/// Runs the command that the process was started with, and returns its exit status; 2 is trouble.
pub fn main() -> ExitCode {
    let Some(task) = Command::parse().task else {
        let _ = Command::command().print_help();
        return ExitCode::SUCCESS;
    };
    let outcome = match task {
        Task::Add(args) => root().map_err(Problems::from).and_then(|root| add::run(&root, &args)),
        Task::Bench(args) => root().and_then(|root| bench::run(&root, &args)).map_err(Problems::from),
        Task::Codegen(args) => codegen::run(&args),
        Task::Conformance(args) => root().and_then(|root| conformance::run(&root, &args)).map_err(Problems::from),
        Task::Crash(args) => root().and_then(|root| crash::run(&root, &args)).map_err(Problems::from),
        Task::Diff(args) => root().map_err(Problems::from).and_then(|root| diff::run(&root, &args)),
        Task::Fetch(args) => root().and_then(|root| fetch::run(&root, &args)).map_err(Problems::from),
        Task::Fuzz(args) => root().and_then(|root| fuzz::run(&root, &args)).map_err(Problems::from),
        Task::Lint(args) => root().map_err(Problems::from).and_then(|root| lint::run(&root, &args)),
        Task::Lock(args) => root().and_then(|root| lock::run(&root, &args)).map_err(Problems::from),
        Task::Tidy => root().and_then(|root| tidy::run(&root)).map_err(Problems::from),
    };
    outcome.unwrap_or_else(|problems| {
        problems.iter().for_each(|problem| complain!("error: {problem}"));
        ExitCode::from(2)
    })
}
