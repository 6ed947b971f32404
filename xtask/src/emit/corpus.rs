//! Documents unlike ours: the code that they generate is checked in and compiled, or codegen stops with a pointer.

use super::source::header;
use super::write::Output;
use super::{models, standalone};
use crate::describe::describe_document;
use crate::error::Problems;
use crate::sources::document::{self, Document};
use crate::sources::folder;
use std::path::{Path, PathBuf};

/// Where the documents lie.
pub const DOCUMENTS: &str = "xtask/tests/corpus";
/// Where their generated modules lie: in the integration tests, which compile them.
pub const MODULES: &str = "tests/it/corpus";
/// The crate of one document, which the client calls in its tests.
pub const CRATE: &str = "tests/from-document";

/// Generates a module for every document of the corpus, and the crate of one more; a document in its `refused` folder is
/// not one of them.
///
/// # Errors
/// What cannot be expressed in Rust, by file and JSON pointer.
pub fn generate(root: &Path) -> Result<Output, Problems> {
    let mut output = Output::default();
    let mut modules = String::new();
    let mut problems = Vec::new();
    for name in folder::names(root, DOCUMENTS)? {
        let file = format!("{DOCUMENTS}/{name}.json");
        let document = Document { value: document::load(root, &file)?, name: file.clone() };
        let written = describe_document(&document, None).complete().and_then(|description| {
            let files = models::files(&description, "::ideogram_schema").map_err(|error| error.in_file(&file))?;
            Ok((description, files))
        });
        let (description, files) = match written {
            Ok(written) => written,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        output.folder(format!("{MODULES}/{name}"), files);
        for normal in &description.documents {
            let text = document::to_text(&normal.value);
            output.files.insert(format!("{MODULES}/{name}/description.json").into(), text);
        }
        modules.push_str(&format!("pub(crate) mod {name};\n"));
    }
    Problems::none(problems)?;
    output.extend(whole_crate(root)?);
    let mut text = header("");
    text.push_str("\n//! Models of the documents in `xtask/tests/corpus`, compiled to show that they compile.\n\n");
    text.push_str(&modules);
    output.folder(MODULES, [("mod.rs".to_owned(), text)]);
    Ok(output)
}

/// The crate, as a user of `--document` gets it, whose manifest is our own.
fn whole_crate(root: &Path) -> Result<Output, Problems> {
    let file = format!("{CRATE}/openapi.json");
    let document = Document { value: document::load(root, &file)?, name: file };
    let description = describe_document(&document, None).complete()?;
    let mut made = standalone::schema_crate(&description, Path::new("../../crates/schema"))?;
    made.files.remove(Path::new("Cargo.toml"));
    let below = |path: PathBuf| Path::new(CRATE).join(path);
    Ok(Output {
        files: made.files.into_iter().map(|(path, text)| (below(path), text)).collect(),
        owned: made.owned.into_iter().map(below).collect(),
    })
}
