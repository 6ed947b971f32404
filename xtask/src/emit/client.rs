//! The client's generated module: the operations of each document, and what may be set on a call.

use super::operations::{self, Operations};
use super::source::header;
use crate::describe::Description;
use crate::error::{Error, Result};
use crate::sources::WRITTEN;
use crate::sources::document::Document;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The crate of the models, as the client sees it.
const SCHEMA_CRATE: &str = "::ideogram_schema";

/// The file of what may be set on a call.
const PARAMETERS: &str = "parameters.rs";

/// The files of the module. `before` is another description and the files generated from it; files that would be the
/// same are reused.
///
/// # Errors
/// What progenitor refuses, by file and JSON pointer.
pub(super) fn files(
    description: &Description,
    before: Option<(&Description, &BTreeMap<String, String>)>,
) -> Result<Vec<(String, String)>> {
    let names: BTreeSet<String> = description.components.keys().cloned().collect();
    let header = header(&description.generators);
    let file = |about: &str, body: &str| format!("{header}\n//! {about}\n\n{body}");
    let before = before.filter(|(before, _)| {
        before.generators == description.generators && before.components.keys().eq(description.components.keys())
    });
    let known = |document: &Document| {
        let (before, files) = before?;
        let same = |known: &&Document| {
            known.name == document.name && operations::has_same_operations(&known.value, &document.value)
        };
        before.documents.iter().find(same).and_then(|_| files.get(&format!("{}.rs", document.stem())).cloned())
    };
    let is_endpoints = |document: &&Document| WRITTEN.contains(&document.name.as_str());
    let mut endpoints = description.documents.iter().filter(is_endpoints);
    // Both are needed for the parameters of calls, or neither.
    let known_parameters =
        endpoints.all(|document| known(document).is_some()).then(|| before?.1.get(PARAMETERS).cloned()).flatten();
    let mut of_endpoints = Vec::new();
    let mut files = Vec::new();
    for document in &description.documents {
        let name = format!("{}.rs", document.stem());
        let needed = is_endpoints(&document) && known_parameters.is_none();
        if let Some(text) = known(document).filter(|_| !needed) {
            files.push((name, text));
            continue;
        }
        let written = operations::operations(&document.value, &names, SCHEMA_CRATE)
            .and_then(|operations| Ok((servers(&document.value)?, operations)))
            .map_err(|error| error.in_file(&document.name));
        let (servers, operations) = written?;
        let about = format!("The operations of `{}`.", document.name);
        let (imports, rest) = operations.source.split_once("#[derive").unwrap_or(("", &operations.source));
        let body = format!("{}\n\n{servers}#[derive{rest}", imports.trim_end());
        files.push((name, file(&about, &body)));
        if is_endpoints(&document) {
            of_endpoints.push(operations);
        }
    }
    let about = "What may be set on a call besides its input.";
    let parameters = match known_parameters {
        Some(text) => text,
        None => file(about, &parameters(&of_endpoints)?),
    };
    files.push((PARAMETERS.to_owned(), parameters));
    files.sort();
    let modules: String =
        files.iter().filter_map(|(name, _)| Some(format!("pub mod {};\n", name.strip_suffix(".rs")?))).collect();
    files.push(("mod.rs".to_owned(), file("The operations of the description.", &modules)));
    Ok(files)
}

/// What may be set on a call. `documents` are the operations of single calls and those of the queue.
fn parameters(documents: &[Operations]) -> Result<String> {
    let [run, queue] = documents else { return Err(Error::new("single calls and the queue need a document each")) };
    let generic = |operations: &Operations| {
        let found = operations.operations.iter().find(|operation| operation.generic).cloned();
        found.ok_or_else(|| Error::new("the description has no endpoint to call"))
    };
    operations::parameters(&generic(run)?, &generic(queue)?)
}

/// The servers of a document as constants: the first, the one to fall back to, and the one that single paths have.
fn servers(document: &Value) -> Result<String> {
    let urls = |list: Option<&Value>| -> Vec<String> {
        let list = list.and_then(Value::as_array).into_iter().flatten();
        let urls = list.filter_map(|server| server.get("url")?.as_str()).filter(|url| !url.contains('{'));
        urls.map(|url| url.trim_end_matches('/').to_owned()).collect()
    };
    let own = urls(document.get("servers"));
    let paths = document.get("paths").and_then(Value::as_object);
    let of_paths: BTreeSet<String> =
        paths.into_iter().flatten().flat_map(|(_, item)| urls(item.get("servers"))).collect();
    let (Some(first), true) = (own.first(), of_paths.len() < 2) else {
        return Err(Error::new("needs a server, and at most one other for single paths").at("/servers"));
    };
    let mut text = format!("/// The server of the description.\npub const SERVER: &str = {first:?};\n\n");
    if let Some(second) = own.get(1) {
        text.push_str(&format!("/// The server for when no connection to the first can be made.\npub const BACKUP_SERVER: &str = {second:?};\n\n"));
    }
    for path_server in of_paths {
        text.push_str(&format!(
            "/// The server that single paths have.\npub const PATH_SERVER: &str = {path_server:?};\n\n"
        ));
    }
    Ok(text)
}
