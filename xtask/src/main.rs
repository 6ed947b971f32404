//! `cargo xtask`: the maintainer's commands.

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xtask::error::{Error, Result};
use xtask::write::Change;

/// The maintainer's commands: fetch the API's documents, see what changed, regenerate everything that depends on them.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Command {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Regenerate everything that depends on the description in `openapi/`
    #[command(after_help = "Example:\n  cargo xtask codegen --check")]
    Codegen(Codegen),
}

#[derive(Args)]
struct Codegen {
    /// Write nothing; print what differs and fail when anything is missing, stale, edited or extra
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    let Some(task) = Command::parse().task else {
        let _ = Command::command().print_help();
        return ExitCode::SUCCESS;
    };
    let outcome = match task {
        Task::Codegen(options) => codegen(&options),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}

fn codegen(options: &Codegen) -> Result<ExitCode> {
    let root = root()?;
    let output = xtask::codegen::generate(&root)?;
    if options.check {
        if xtask::codegen::generate(&root)? != output {
            return Err(Error::new("two runs gave different files: the generator depends on more than `openapi/`"));
        }
        let changes = output.changes(&root)?;
        for change in &changes {
            match change {
                Change::Missing(path) => println!("missing: {}", path.display()),
                Change::Extra(path) => println!("extra: {}", path.display()),
                Change::Differs(_, diff) => print!("{diff}"),
            }
        }
        if changes.is_empty() {
            println!("{} generated files are up to date", output.files.len());
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("{} files differ from what `cargo xtask codegen` writes", changes.len());
        return Ok(ExitCode::FAILURE);
    }
    let changes = output.write(&root)?;
    for change in &changes {
        let word = match change {
            Change::Missing(_) => "added",
            Change::Differs(..) => "changed",
            Change::Extra(_) => "removed",
        };
        println!("{word} {}", change.path().display());
    }
    println!("{} generated files, {} changed", output.files.len(), changes.len());
    Ok(ExitCode::SUCCESS)
}

/// The workspace's root: the nearest folder above with `openapi/endpoints.toml`, so that the command runs anywhere below.
fn root() -> Result<PathBuf> {
    let here = std::env::current_dir().map_err(|error| Error::new(format!("the current folder: {error}")))?;
    let found = here.ancestors().find(|folder| folder.join("openapi/endpoints.toml").is_file());
    found
        .map(Path::to_path_buf)
        .ok_or_else(|| Error::new("no `openapi/endpoints.toml` here or above: run this inside the workspace"))
}
