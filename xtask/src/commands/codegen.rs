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
use crate::sources::overlay::Overlay;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The arguments of `cargo xtask codegen`.
#[derive(Clone, Debug, Default, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "flags of a command line")]
#[command(after_help = "Exit status: 0 done, 1 `--check` found a difference, 2 trouble; then nothing was written.\n\n\
    Examples:\n  cargo xtask codegen\n  cargo xtask codegen --check\n  \
    cargo xtask codegen --document openapi.json --out my-schema\n  \
    cargo xtask codegen --document openapi.json --overlay mine.json --out my-schema --dry-run --report")]
pub struct Args {
    /// Write nothing; print what differs and fail when anything is missing, stale, edited or extra
    #[arg(long)]
    pub check: bool,
    /// Write nothing; print which files would change
    #[arg(long, conflicts_with_all = ["check", "changelog"])]
    pub dry_run: bool,
    /// Name every place whose Rust type is any JSON
    #[arg(long)]
    pub report: bool,
    /// Print JSON: `{"files":[{"path","change"}],"notes":[],"any_json":[]}`
    #[arg(long, conflicts_with = "changelog")]
    pub json: bool,
    /// Add the rows of `cargo xtask diff` to the unreleased section of `CHANGELOG.md`
    #[arg(long, conflicts_with_all = ["check", "document"])]
    pub changelog: bool,
    /// Regenerate the models of the test corpus too
    #[arg(long, conflicts_with = "document")]
    pub corpus: bool,
    /// Any one document: write a schema crate for it into `--out` and touch nothing else
    #[arg(long, requires = "out", value_name = "FILE")]
    pub document: Option<PathBuf>,
    /// Changes to that document: names, prices, descriptions, as an OpenAPI Overlay
    #[arg(long, requires = "document", value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// The folder of that crate
    #[arg(long, requires = "document", value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the description, by file and JSON pointer; a file that cannot be read or written.
pub fn run(args: &Args) -> Result<ExitCode, Problems> {
    let (folder, made, description) = if let (Some(path), Some(out)) = (&args.document, &args.out) {
        if out.exists() && !out.is_dir() {
            return Err(Error::new("is no folder: `--out` is the folder of the crate").in_file(out).into());
        }
        let mut made = one_document(path, args.overlay.as_deref(), &way_to_schema(out)?)?;
        // An existing manifest belongs to the user, and is not changed.
        if out.join("Cargo.toml").exists() {
            made.output.files.remove(Path::new("Cargo.toml"));
        }
        (out.clone(), made, None)
    } else {
        let root = root()?;
        let described = describe(&Sources::load(&root));
        let any_json = described.untyped();
        let description = described.complete()?;
        let mut output = workspace::output(&description)?;
        if args.corpus {
            output.extend(corpus::generate(&root)?);
        }
        (root, Made { output, notes: Vec::new(), any_json }, Some(description))
    };
    let rows = match &description {
        Some(description) if args.changelog => changelog::rows(&folder, description)?,
        _ => Vec::new(),
    };
    let changes =
        if args.check || args.dry_run { made.output.changes(&folder)? } else { made.output.write(&folder)? };
    if args.json {
        crate::print::text(&made.to_json(&changes));
    } else {
        made.tell(args, &changes, &folder);
    }
    if args.changelog {
        let added = changelog::add(&folder, &rows)?;
        say!("{added} rows added to CHANGELOG.md");
    }
    if args.check && !changes.is_empty() {
        complain!("{} files differ from what `cargo xtask codegen` writes", changes.len());
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The generated files, and notes on them.
#[derive(Clone, Debug)]
pub struct Made {
    /// The files.
    pub output: Output,
    /// What the Rust code does not express.
    pub notes: Vec<String>,
    /// The places whose Rust type is any JSON.
    pub any_json: Vec<String>,
}

impl Made {
    fn tell(&self, args: &Args, changes: &[Change], folder: &Path) {
        for note in &self.notes {
            say!("note: {note}");
        }
        if args.report {
            self.any_json.iter().for_each(|place| say!("any JSON: {place}"));
            say!("{} places are any JSON in Rust", self.any_json.len());
        }
        let count = self.output.files.len();
        if args.check {
            for change in changes {
                match change {
                    Change::Missing(path) => say!("missing: {}", path.display()),
                    Change::Extra(path) => say!("extra: {}", path.display()),
                    Change::Differs(_, diff) => crate::print::text(diff),
                }
            }
            if changes.is_empty() {
                say!("{count} generated files are up to date");
            }
            return;
        }
        tell(changes);
        match (&args.document, args.dry_run) {
            (_, true) => say!("{count} generated files, {} would change", changes.len()),
            (Some(_), false) => {
                say!("{} files written in {}", changes.len(), folder.display());
                if changes.iter().any(|change| matches!(change, Change::Missing(_))) {
                    say!("another crate takes it by `cargo add --path {}`", folder.display());
                }
            }
            (None, false) => say!("{count} generated files, {} changed", changes.len()),
        }
    }

    fn to_json(&self, changes: &[Change]) -> String {
        let file = |change: &Change| json!({"path": change.path(), "change": word(change)});
        let files: Vec<Value> = changes.iter().map(file).collect();
        format!("{:#}\n", json!({"files": files, "notes": self.notes, "any_json": self.any_json}))
    }
}

/// Every file that codegen writes, in memory.
///
/// # Errors
/// Whatever is wrong with the description, by file and JSON pointer.
pub fn generate(sources: &Sources) -> Result<Output, Problems> {
    Ok(workspace::output(&describe(sources).complete()?)?)
}

/// The path of the schema crate from a folder: a relative one, so that both can be moved together.
fn way_to_schema(from: &Path) -> Result<PathBuf, Problems> {
    let unreadable = |error: std::io::Error| Error::new(format!("cannot be read: {error}")).in_file(from);
    // The folder need not exist yet, and its existing part may contain links.
    let absolute = std::path::absolute(from).map_err(unreadable)?;
    let there = absolute.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("/"));
    let rest = absolute.strip_prefix(there).unwrap_or(Path::new(""));
    let from = there.canonicalize().map_err(unreadable)?.join(rest);
    let schema = root()?.canonicalize().map_err(unreadable)?.join("crates/schema");
    let common = from.components().zip(schema.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| Path::new(".."));
    Ok(up.chain(schema.components().skip(common).map(|part| Path::new(part.as_os_str()))).collect())
}

/// The schema crate of any one document, in memory, and what the Rust code does not express of it, in words.
///
/// # Errors
/// As [`one_document`].
pub fn schema_crate(path: &Path) -> Result<(Output, Vec<String>), Problems> {
    one_document(path, None, Path::new("../schema")).map(|made| (made.output, made.notes))
}

/// The schema crate of any one document after an overlay's changes, in memory. `schema` is where `ideogram-schema` lies, seen
/// from that crate.
///
/// # Errors
/// What in the document cannot be expressed in Rust, by file and JSON pointer.
pub fn one_document(path: &Path, overlay: Option<&Path>, schema: &Path) -> Result<Made, Problems> {
    let name = path.display().to_string();
    let folder = path.parent().unwrap_or(Path::new(""));
    let file = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| Error::new("is no file").in_file(path))?;
    let value = document::load(folder, file).map_err(|error| match error.pointer() {
        Some(pointer) => Error::new(error.message()).in_file(path).at(pointer),
        None => Error::new(error.message()).in_file(path),
    })?;
    let overlay = overlay.map(Overlay::load).transpose()?;
    let described = describe_document(&Document { name, value }, overlay.as_ref());
    let any_json = described.untyped();
    // Every schema of fal's has a title, which is not used here.
    let notes = described.notes.iter().filter(|note| note.pointer.last() != "title");
    let notes = notes.map(|note| format!("{}#{}: {}", path.display(), note.pointer, note.kind.words())).collect();
    let output = standalone::schema_crate(&described.complete()?, schema).map_err(|error| error.in_file(path))?;
    Ok(Made { output, notes, any_json })
}

/// Tells which files changed.
pub(super) fn tell(changes: &[Change]) {
    for change in changes {
        say!("{} {}", word(change), change.path().display());
    }
}

fn word(change: &Change) -> &'static str {
    match change {
        Change::Missing(_) => "added",
        Change::Differs(..) => "changed",
        Change::Extra(_) => "removed",
    }
}
