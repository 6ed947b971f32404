//! `cargo xtask`: the maintainer's commands.

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xtask::error::{Error, Result};
use xtask::write::{Change, Output};

/// The maintainer's commands: fetch the API's documents, see what changed, regenerate everything that depends on them.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Command {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Measure the client beside others at the same work, and write `docs/BENCHMARKS.md`
    Bench(xtask::bench::Args),
    /// Regenerate everything that depends on the description in `openapi/`
    #[command(after_help = "Examples:\n  cargo xtask codegen\n  cargo xtask codegen --check\n  \
        cargo xtask codegen --document openapi.json --out my-schema")]
    Codegen(Codegen),
    /// Run fal's own clients, and a tester of descriptions, against the sandbox
    Conformance(xtask::conformance::Args),
    /// Say what changed in the description, on the wire and in the Rust API
    Diff(xtask::diff::Args),
    /// Download the upstream documents, byte for byte, all of them or none
    Fetch(xtask::fetch::Args),
    /// Name everything in the upstream documents that the Rust code does not carry
    #[command(after_help = "Examples:\n  cargo xtask lint\n  cargo xtask lint --all")]
    Lint {
        /// List every place of every allowance, not only how many there are
        #[arg(long)]
        all: bool,
    },
    /// Take the upstream documents as they are: write their hashes into `openapi/upstream.lock`
    #[command(after_help = "Examples:\n  cargo xtask lock\n  cargo xtask lock 2026-11-22")]
    Lock {
        /// The day on which they were taken, as YYYY-MM-DD [default: today]
        date: Option<String>,
    },
}

#[derive(Args)]
struct Codegen {
    /// Write nothing; print what differs and fail when anything is missing, stale, edited or extra
    #[arg(long)]
    check: bool,
    /// Add the rows of `cargo xtask diff` to the unreleased section of `CHANGELOG.md`
    #[arg(long, conflicts_with_all = ["check", "document"])]
    changelog: bool,
    /// Regenerate the models of the test corpus too
    #[arg(long, conflicts_with = "document")]
    corpus: bool,
    /// Any one document of fal's: write a schema crate for it into `--out` and touch nothing else
    #[arg(long, requires = "out", conflicts_with = "check", value_name = "FILE")]
    document: Option<PathBuf>,
    /// The folder of that crate
    #[arg(long, requires = "document", value_name = "DIR")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Some(task) = Command::parse().task else {
        let _ = Command::command().print_help();
        return ExitCode::SUCCESS;
    };
    let outcome = match task {
        Task::Bench(options) => root().and_then(|root| xtask::bench::run(&root, &options)),
        Task::Codegen(options) => codegen(&options),
        Task::Conformance(options) => root().and_then(|root| {
            let passed = xtask::conformance::run(&root, &options)?;
            Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }),
        Task::Diff(options) => root().map(|root| ExitCode::from(xtask::diff::run(&root, &options))),
        Task::Fetch(options) => root().map(|root| ExitCode::from(xtask::fetch::run(&root, &options))),
        Task::Lint { all } => lint(all),
        Task::Lock { date } => lock(&date.unwrap_or_else(xtask::lock::today)),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}

fn codegen(options: &Codegen) -> Result<ExitCode> {
    if let (Some(document), Some(out)) = (&options.document, &options.out) {
        let changes = xtask::standalone::write(document, out)?;
        tell(&changes);
        println!("{} files changed in {}", changes.len(), out.display());
        return Ok(ExitCode::SUCCESS);
    }
    let root = root()?;
    let mut output = xtask::codegen::generate(&root)?;
    if options.corpus {
        output.extend(xtask::corpus::generate(&root)?);
    }
    if options.check {
        return check(&root, &output);
    }
    let rows = if options.changelog { xtask::changelog::rows(&root)? } else { Vec::new() };
    let changes = output.write(&root)?;
    tell(&changes);
    println!("{} generated files, {} changed", output.files.len(), changes.len());
    if options.changelog {
        let added = xtask::changelog::add(&root, &rows)?;
        println!("{added} rows added to CHANGELOG.md");
    }
    Ok(ExitCode::SUCCESS)
}

fn check(root: &Path, output: &Output) -> Result<ExitCode> {
    if xtask::codegen::generate(root)?.files.iter().any(|(path, text)| output.files.get(path) != Some(text)) {
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

fn lint(all: bool) -> Result<ExitCode> {
    let report = xtask::lint::lint(&root()?)?;
    let mut places: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
    for allowed in &report.allowed {
        let place = format!("{}#{}", allowed.file, allowed.pointer);
        places.entry((allowed.pointer.last(), &allowed.reason)).or_default().push(place);
    }
    for ((keyword, reason), places) in &places {
        println!("allowed `{keyword}` in {} places: {reason}", places.len());
        places.iter().filter(|_| all).for_each(|place| println!("    {place}"));
    }
    for problem in &report.problems {
        eprintln!("error: {problem}");
    }
    println!("{} problems, {} allowances", report.problems.len(), report.allowed.len());
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn lock(date: &str) -> Result<ExitCode> {
    let is_date = date.len() == 10
        && date
            .bytes()
            .enumerate()
            .all(|(index, byte)| if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    if !is_date {
        return Err(Error::new(format!("`{date}` is no date: write it as YYYY-MM-DD")));
    }
    let changed = xtask::lock::accept(&root()?, date)?;
    for file in &changed {
        println!("accepted openapi/upstream/{file}");
    }
    println!("{} documents accepted", changed.len());
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
