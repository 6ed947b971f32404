//! Documents of other shapes than ours: what they generate is checked in and compiled, or they stop with a pointer.

use super::standalone;
use super::write::Output;
use crate::describe::assemble;
use crate::error::Result;
use crate::sources::{document, folder};
use std::path::Path;

/// Where the documents lie.
pub const DOCUMENTS: &str = "xtask/tests/corpus";
/// Where their generated modules lie: in the integration tests, which compile them.
pub const MODULES: &str = "tests/it/corpus";

/// Generates a module for every document of the corpus; a document in its `refused` folder is not one of them.
///
/// # Errors
/// A document that cannot be carried into Rust, by file and JSON pointer.
pub fn generate(root: &Path) -> Result<Output> {
    let mut output = Output::default();
    let mut modules = String::new();
    for name in folder::names(root, DOCUMENTS)? {
        let file = format!("{DOCUMENTS}/{name}.json");
        let document = document::load(root, &file)?;
        let normal = assemble::standalone(&document).map_err(|error| error.in_file(&file))?;
        let (_, files) = standalone::models(&normal, "crate").map_err(|error| error.in_file(&file))?;
        output.folder(format!("{MODULES}/{name}"), files);
        output.files.insert(format!("{MODULES}/{name}/description.json").into(), document::to_text(&normal));
        modules.push_str(&format!("pub(crate) mod {name};\n"));
    }
    let mut text = super::source::header("");
    text.push_str("\n//! Models of the documents in `xtask/tests/corpus`, compiled to show that they compile.\n\n");
    text.push_str(&modules);
    output.folder(MODULES, [("mod.rs".to_owned(), text)]);
    Ok(output)
}
