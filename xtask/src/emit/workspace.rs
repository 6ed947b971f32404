//! Every generated file of this workspace.

use super::write::Output;
use super::{client, models, sandbox};
use crate::describe::Description;
use crate::error::Result;
use crate::sources::document;

/// Writes all of them, in memory.
///
/// # Errors
/// What the generators behind this one refuse, by file and JSON pointer.
pub fn output(description: &Description) -> Result<Output> {
    let mut output = Output::default();
    // Those of our own are written by hand, and formatted like the others.
    for document in &description.documents {
        output.files.insert(document.name.clone().into(), document::to_text(&document.value));
    }
    output.folder("crates/schema/src/generated", models::files(description, "crate")?);
    output.folder("crates/client/src/generated", client::files(description)?);
    output.folder("crates/sandbox/src/generated", sandbox::files(description));
    Ok(output)
}
