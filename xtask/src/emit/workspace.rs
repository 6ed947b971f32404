//! `cargo xtask codegen`: the whole pipeline, from `openapi/` to every generated file.

use super::models::{EndpointFacts, Models};
use super::operations::{self, Operation};
use super::source::header;
use super::write::Output;
use crate::describe::assemble::{Assembled, assemble};
use crate::describe::components::{self, Components};
use crate::describe::references;
use crate::describe::services::{self, Service};
use crate::error::{Error, Result};
use crate::pointer::Pointer;
use crate::sources::document;
use crate::sources::lock;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// The crate of the models, as the client sees it.
const SCHEMA_CRATE: &str = "::ideogram_schema";

/// Runs the pipeline on the description below the root; writes nothing.
///
/// # Errors
/// Whatever is wrong with the description, by file and JSON pointer.
pub fn generate(root: &Path) -> Result<Output> {
    let assembled = assemble(root)?;
    let generators = generators(root)?;
    let mut documents = vec![&assembled.run, &assembled.queue];
    for (document, file) in documents.iter().zip(["openapi/run.json", "openapi/queue.json"]) {
        references::check(document).map_err(|error| error.in_file(file))?;
    }
    let facts = endpoint_facts(&assembled)?;
    let services = services::load(root)?;
    let verbs: Vec<String> = facts.iter().map(|facts| facts.verb.clone()).collect();
    let modules = services::modules(&services, &components::read(&documents)?, &verbs)?;
    documents.extend(services.iter().map(|service| &service.document));
    let components = components::read(&documents)?;
    let mut output = Output::default();
    output.files.insert("openapi/run.json".into(), document::to_text(&assembled.run));
    output.files.insert("openapi/queue.json".into(), document::to_text(&assembled.queue));
    // Written by hand, formatted like the others.
    for service in &services {
        output.files.insert(service.path().into(), document::to_text(&service.document));
    }
    let hashes = hashes(&assembled);
    let models = Models {
        components: &components,
        endpoints: &facts,
        modules: &modules,
        hashes: &hashes,
        contract: "crate",
        generators: &generators,
    };
    output.folder("crates/schema/src/generated", models.files()?);
    output.folder("crates/client/src/generated", client_files(&assembled, &services, &components, &generators)?);
    output.folder("crates/sandbox/src/generated", sandbox_files(&assembled, &generators)?);
    Ok(output)
}

/// The facts of every endpoint, in the order of `endpoints.toml`.
fn endpoint_facts(assembled: &Assembled) -> Result<Vec<EndpointFacts>> {
    let mut by_id = BTreeMap::new();
    let paths = assembled.run.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        let pointer = Pointer::root().join("paths").join(path).join("post").join("x-fal-endpoint").to_string();
        if let Some(extension) = item.pointer("/post/x-fal-endpoint") {
            let facts = EndpointFacts::read(extension, &pointer).map_err(|error| error.in_file("openapi/run.json"))?;
            by_id.insert(facts.id.clone(), facts);
        }
    }
    let missing = |id: &str| Error::new(format!("`{id}` has no operation in the assembled document"));
    assembled.endpoints.iter().map(|entry| by_id.remove(&entry.id).ok_or_else(|| missing(&entry.id))).collect()
}

fn client_files(
    assembled: &Assembled,
    services: &[Service],
    components: &Components,
    generators: &str,
) -> Result<Vec<(String, String)>> {
    let names: BTreeSet<String> = components.keys().cloned().collect();
    let run = operations::operations(&assembled.run, &names, SCHEMA_CRATE)?;
    let queue = operations::operations(&assembled.queue, &names, SCHEMA_CRATE)?;
    let generic = |operations: &[Operation]| {
        let found = operations.iter().find(|operation| operation.generic).cloned();
        found.ok_or_else(|| Error::new("the description has no endpoint to call"))
    };
    let parameters = operations::parameters(&generic(&run.operations)?, &generic(&queue.operations)?)?;
    let header = header(generators);
    let file = |about: &str, body: &str| format!("{header}\n//! {about}\n\n{body}");
    let of_document = |name: &str, document: &Value, source: &str| -> Result<(String, String)> {
        let about = format!("The operations of `openapi/{name}.json`.");
        let servers = servers(document).map_err(|error| error.in_file(format!("openapi/{name}.json")))?;
        let (imports, rest) = source.split_once("#[derive").unwrap_or(("", source));
        Ok((format!("{name}.rs"), file(&about, &format!("{}\n\n{servers}#[derive{rest}", imports.trim_end()))))
    };
    let mut files = vec![
        of_document("queue", &assembled.queue, &queue.source)?,
        of_document("run", &assembled.run, &run.source)?,
        ("parameters.rs".to_owned(), file("What may be set on a call besides its input.", &parameters)),
    ];
    for service in services {
        let own = operations::operations(&service.document, &names, SCHEMA_CRATE)
            .map_err(|error| error.in_file(service.path()))?;
        files.push(of_document(&service.name, &service.document, &own.source)?);
    }
    files.sort();
    let modules: String =
        files.iter().filter_map(|(name, _)| Some(format!("pub mod {};\n", name.strip_suffix(".rs")?))).collect();
    files.push(("mod.rs".to_owned(), file("The operations of the description.", &modules)));
    Ok(files)
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

/// The upstream documents, which the sandbox serves as fal does.
fn sandbox_files(assembled: &Assembled, generators: &str) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut table = format!(
        "{}\n//! The endpoints' own documents, as fal serves them.\n\n/// Endpoint id and document, in the description's order.\npub static DOCUMENTS: &[(&str, &str)] = &[\n",
        header(generators)
    );
    for entry in &assembled.endpoints {
        let name = Path::new(&entry.file).file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| Error::new("`file` must be a file's name").in_file("openapi/endpoints.toml"))?;
        let text = assembled.upstream_text(&entry.id).ok_or_else(|| Error::new("has no document").in_file(name))?;
        let _ = writeln!(table, "    ({:?}, include_str!({name:?})),", entry.id);
        files.push((name.to_owned(), text.to_owned()));
    }
    table.push_str("];\n");
    files.push(("mod.rs".to_owned(), table));
    Ok(files)
}

/// The sha256 of each endpoint's own document in canonical form: keys sorted, no white space.
fn hashes(assembled: &Assembled) -> BTreeMap<String, String> {
    let hash = |document: &Value| lock::sha256(document::sorted(document).to_string().as_bytes());
    let documents = assembled.endpoints.iter().filter_map(|entry| Some((entry, assembled.upstream(&entry.id)?)));
    documents.map(|(entry, document)| (entry.id.clone(), hash(document))).collect()
}

/// Which versions of the generators write this, from the lock file.
fn generators(root: &Path) -> Result<String> {
    #[derive(serde::Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(serde::Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let path = root.join("Cargo.lock");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Error::new(format!("cannot be read: {error}")).in_file("Cargo.lock"))?;
    let lock: Lock =
        toml::from_str(&text).map_err(|error| Error::new(format!("is no lock file: {error}")).in_file("Cargo.lock"))?;
    let versions: Vec<String> = ["progenitor", "typify", "prettyplease"]
        .into_iter()
        .filter_map(|name| {
            let found = lock.package.iter().find(|package| package.name == name)?;
            Some(format!("{} {}", found.name, found.version))
        })
        .collect();
    Ok(versions.join(", "))
}
