//! The public surface of generated code as text: what a reviewer reads in a snapshot, without bodies, docs and headers.

use crate::error::{Error, Result};
use std::fmt::Write as _;
use std::path::Path;
use syn::visit_mut::VisitMut;

/// The surface of every file directly in a folder, in the order of their names.
///
/// # Errors
/// A file that cannot be read or is no Rust.
pub fn of_folder(folder: &Path) -> Result<String> {
    let unreadable = |error: std::io::Error| Error::new(format!("cannot be read: {error}")).in_file(folder);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    let mut text = String::new();
    for path in files {
        let source = std::fs::read_to_string(&path).map_err(unreadable)?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let _ = write!(text, "// ---- {name}\n{}\n", of_source(&source).map_err(|error| error.in_file(&path))?);
    }
    Ok(text)
}

/// The surface of one file.
///
/// # Errors
/// Text that is no Rust.
pub fn of_source(source: &str) -> Result<String> {
    let mut file = syn::parse_file(source).map_err(|error| Error::new(format!("is no Rust: {error}")))?;
    Strip.visit_file_mut(&mut file);
    Ok(prettyplease::unparse(&file))
}

struct Strip;

impl VisitMut for Strip {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::of_source;

    #[test]
    fn docs_and_bodies_are_left_out_and_signatures_and_constants_stay() {
        let surface = of_source("/// Doc.\npub fn f(a: u8) -> u8 { a + 1 }\n/// Doc.\npub const N: u8 = 7;\n").unwrap();
        assert_eq!(surface, "pub fn f(a: u8) -> u8 {}\npub const N: u8 = 7;\n");
    }
}
