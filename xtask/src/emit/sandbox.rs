//! The sandbox's generated module: the upstream documents, which it serves as fal does.

use super::source::header;
use crate::describe::Description;
use std::fmt::Write as _;

/// The files of the module.
pub(super) fn files(description: &Description) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut table = format!(
        "{}\n//! The endpoints' own documents, as fal serves them.\n\n/// Endpoint id and document, in the description's order.\npub static DOCUMENTS: &[(&str, &str)] = &[\n",
        header(&description.generators)
    );
    for upstream in &description.upstream {
        let _ = writeln!(table, "    ({:?}, include_str!({:?})),", upstream.id, upstream.file);
        files.push((upstream.file.clone(), upstream.text.clone()));
    }
    table.push_str("];\n");
    files.push(("mod.rs".to_owned(), table));
    files
}
