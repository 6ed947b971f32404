//! Documents of other shapes than ours: what they generate is checked in and compiled, or they stop with a pointer.

use crate::error::{Error, Result};
use crate::write::Output;
use crate::{assemble, document, standalone};
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
    for name in names(root, DOCUMENTS)? {
        let file = format!("{DOCUMENTS}/{name}.json");
        let document = document::load(root, &file)?;
        let normal = assemble::standalone(&document).map_err(|error| error.in_file(&file))?;
        let (_, files) = standalone::models(&normal, "crate").map_err(|error| error.in_file(&file))?;
        output.folder(format!("{MODULES}/{name}"), files);
        output.files.insert(format!("{MODULES}/{name}/description.json").into(), document::to_text(&normal));
        modules.push_str(&format!("pub(crate) mod {name};\n"));
    }
    let mut text = crate::emit::header("");
    text.push_str("\n//! Models of the documents in `xtask/tests/corpus`, compiled to show that they compile.\n\n");
    text.push_str(&modules);
    output.folder(MODULES, [("mod.rs".to_owned(), text)]);
    Ok(output)
}

/// The names of the documents directly in a folder, without `.json`, in order.
///
/// # Errors
/// A folder that cannot be read.
pub fn names(root: &Path, folder: &str) -> Result<Vec<String>> {
    let unreadable = |error: std::io::Error| Error::new(format!("cannot be listed: {error}")).in_file(folder);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join(folder)).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(".json")).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}
