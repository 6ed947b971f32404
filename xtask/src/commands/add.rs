//! `cargo xtask add`: adds an endpoint.

use crate::add::{Request, add};
use crate::error::Problems;
use crate::fetch::Limits;
use crate::print::say;
use crate::sources::endpoints;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The arguments of `cargo xtask add`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "When a step fails, nothing has changed.\n\n\
    Examples:\n  cargo xtask add fal-ai/ideogram/v2\n  cargo xtask add fal-ai/ideogram/v2 --verb quality --file openapi.json")]
pub struct Args {
    /// The endpoint's id, such as `fal-ai/ideogram/v2`
    #[arg(value_name = "ENDPOINT")]
    pub endpoint: String,
    /// The command that it becomes, and with it the names of its types [default: made of the id]
    #[arg(long)]
    pub verb: Option<String>,
    /// Take the document from a file instead of fetching it
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub file: Option<PathBuf>,
    /// Fetch from another server: its URL, or the whole URL of the documents without `endpoint_id`
    #[arg(long, value_name = "URL")]
    pub from: Option<String>,
}

/// Runs the command for the workspace at `root`.
///
/// # Errors
/// As [`add`].
pub fn run(root: &Path, args: &Args) -> Result<ExitCode, Problems> {
    let Args { endpoint, verb, file, from } = args.clone();
    let added = add(root, &Request { id: endpoint, verb, file, from }, Limits::default())?;
    super::codegen::tell(&added.changes);
    let entry = &added.entry;
    say!(
        "\n`{}` is the command `{}`, with the types `{name}Input` and `{name}Output`. To review:",
        entry.id,
        entry.verb,
        name = entry.name
    );
    let positional =
        if entry.positional.is_empty() { "none".to_owned() } else { format!("`{}`", entry.positional.join("`, `")) };
    say!("  {}: the summary \"{}\"; inputs by position: {positional}", endpoints::PATH, entry.summary);
    for (from, to) in &entry.names {
        say!("  {}: `{from}` of its document is `{to}`, since `{from}` is another type here", endpoints::PATH);
    }
    if added.stubs > 0 {
        say!("  {}: {} things that its document does not say, as comments", endpoints::PATH, added.stubs);
    }
    for line in &added.left_out {
        say!("  left out of the Rust code: {line}");
    }
    say!("Then `cargo test --workspace`.");
    Ok(ExitCode::SUCCESS)
}
