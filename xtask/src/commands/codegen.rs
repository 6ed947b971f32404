//! `cargo xtask codegen`: regenerate everything that depends on the description.

use super::root::root;
use crate::diff::changelog;
use crate::emit::write::{Change, Output};
use crate::emit::{corpus, standalone, workspace};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The arguments of `cargo xtask codegen`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:\n  cargo xtask codegen\n  cargo xtask codegen --check\n  \
    cargo xtask codegen --document openapi.json --out my-schema")]
pub struct Args {
    /// Write nothing; print what differs and fail when anything is missing, stale, edited or extra
    #[arg(long)]
    pub check: bool,
    /// Add the rows of `cargo xtask diff` to the unreleased section of `CHANGELOG.md`
    #[arg(long, conflicts_with_all = ["check", "document"])]
    pub changelog: bool,
    /// Regenerate the models of the test corpus too
    #[arg(long, conflicts_with = "document")]
    pub corpus: bool,
    /// Any one document of fal's: write a schema crate for it into `--out` and touch nothing else
    #[arg(long, requires = "out", conflicts_with = "check", value_name = "FILE")]
    pub document: Option<PathBuf>,
    /// The folder of that crate
    #[arg(long, requires = "document", value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the description, by file and JSON pointer; a file that cannot be read or written.
pub fn run(options: &Args) -> Result<ExitCode> {
    if let (Some(document), Some(out)) = (&options.document, &options.out) {
        let changes = standalone::write(document, out)?;
        tell(&changes);
        println!("{} files changed in {}", changes.len(), out.display());
        return Ok(ExitCode::SUCCESS);
    }
    let root = root()?;
    let mut output = workspace::generate(&root)?;
    if options.corpus {
        output.extend(corpus::generate(&root)?);
    }
    if options.check {
        return check(&root, &output);
    }
    let rows = if options.changelog { changelog::rows(&root)? } else { Vec::new() };
    let changes = output.write(&root)?;
    tell(&changes);
    println!("{} generated files, {} changed", output.files.len(), changes.len());
    if options.changelog {
        let added = changelog::add(&root, &rows)?;
        println!("{added} rows added to CHANGELOG.md");
    }
    Ok(ExitCode::SUCCESS)
}

fn check(root: &Path, output: &Output) -> Result<ExitCode> {
    if workspace::generate(root)?.files.iter().any(|(path, text)| output.files.get(path) != Some(text)) {
        return Err(Error::new("two runs gave different files: the generator depends on more than `openapi/`"));
    }
    let changes = output.changes(root)?;
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
    Ok(ExitCode::FAILURE)
}

fn tell(changes: &[Change]) {
    for change in changes {
        let word = match change {
            Change::Missing(_) => "added",
            Change::Differs(..) => "changed",
            Change::Extra(_) => "removed",
        };
        println!("{word} {}", change.path().display());
    }
}
