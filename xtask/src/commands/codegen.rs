//! `cargo xtask codegen`: regenerate everything that depends on the description.

use super::root::root;
use crate::describe::{describe, describe_document};
use crate::diff::changelog;
use crate::emit::write::{Change, Output};
use crate::emit::{corpus, standalone, workspace};
use crate::error::{Error, Problems};
use crate::print::{complain, say};
use crate::sources::Sources;
use crate::sources::document::{self, Document};
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
pub fn run(args: &Args) -> Result<ExitCode, Problems> {
    if let (Some(document), Some(out)) = (&args.document, &args.out) {
        let changes = {
            let (mut output, notes) = schema_crate(document)?;
            for note in &notes {
                say!("note: {note}");
            }
            // A manifest that is there already is the user's.
            if out.join("Cargo.toml").exists() {
                output.files.remove(Path::new("Cargo.toml"));
            }
            output.write(out)?
        };
        tell(&changes);
        say!("{} files changed in {}", changes.len(), out.display());
        return Ok(ExitCode::SUCCESS);
    }
    let root = root()?;
    let description = describe(&Sources::load(&root)).complete()?;
    let mut output = workspace::output(&description)?;
    if args.corpus {
        output.extend(corpus::generate(&root)?);
    }
    if args.check {
        return check(&root, &output);
    }
    let rows = if args.changelog { changelog::rows(&root, &description)? } else { Vec::new() };
    let changes = output.write(&root)?;
    tell(&changes);
    say!("{} generated files, {} changed", output.files.len(), changes.len());
    if args.changelog {
        let added = changelog::add(&root, &rows)?;
        say!("{added} rows added to CHANGELOG.md");
    }
    Ok(ExitCode::SUCCESS)
}

/// Every file that codegen writes, in memory.
///
/// # Errors
/// Whatever is wrong with the description, by file and JSON pointer.
pub fn generate(sources: &Sources) -> Result<Output, Problems> {
    Ok(workspace::output(&describe(sources).complete()?)?)
}

/// The schema crate of any one document of fal's, in memory, and what the Rust code does not carry of it, in words.
///
/// # Errors
/// What the document has that cannot be carried into Rust, by file and JSON pointer.
pub fn schema_crate(path: &Path) -> Result<(Output, Vec<String>), Problems> {
    let name = path.display().to_string();
    let folder = path.parent().unwrap_or(Path::new(""));
    let file = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| Error::new("is no file").in_file(path))?;
    let value = document::load(folder, file).map_err(|error| match error.pointer() {
        Some(pointer) => Error::new(error.message()).in_file(path).at(pointer),
        None => Error::new(error.message()).in_file(path),
    })?;
    let described = describe_document(&Document { name, value });
    // Every schema of fal's has a title, which names nothing here.
    let notes = described.notes.iter().filter(|note| note.pointer.last() != "title");
    let notes = notes.map(|note| format!("{}#{}: {}", path.display(), note.pointer, note.kind.words())).collect();
    let output = standalone::schema_crate(&described.complete()?).map_err(|error| error.in_file(path))?;
    Ok((output, notes))
}

fn check(root: &Path, output: &Output) -> Result<ExitCode, Problems> {
    let again = generate(&Sources::load(root))?;
    if again.files.iter().any(|(path, text)| output.files.get(path) != Some(text)) {
        let message = "two runs gave different files: the generator depends on more than `openapi/`";
        return Err(Error::new(message).into());
    }
    let changes = output.changes(root)?;
    for change in &changes {
        match change {
            Change::Missing(path) => say!("missing: {}", path.display()),
            Change::Extra(path) => say!("extra: {}", path.display()),
            Change::Differs(_, diff) => crate::print::text(diff),
        }
    }
    if changes.is_empty() {
        say!("{} generated files are up to date", output.files.len());
        return Ok(ExitCode::SUCCESS);
    }
    complain!("{} files differ from what `cargo xtask codegen` writes", changes.len());
    Ok(ExitCode::FAILURE)
}

/// Tells which files changed.
pub(super) fn tell(changes: &[Change]) {
    for change in changes {
        let word = match change {
            Change::Missing(_) => "added",
            Change::Differs(..) => "changed",
            Change::Extra(_) => "removed",
        };
        say!("{word} {}", change.path().display());
    }
}
