//! The description of this workspace, from its sources.

use super::components::{self, Components};
use super::description::{Described, Description, UpstreamDocument};
use super::endpoint::EndpointFacts;
use super::{assemble, own, references};
use crate::error::{Error, Result};
use crate::pointer::Pointer;
use crate::sources::Sources;
use crate::sources::document::{self, Document};
use crate::sources::endpoints::{self, EndpointEntry};
use crate::sources::lock::sha256;

/// Makes the description from the sources, and continues after problems, so that all of them are reported at once.
pub fn describe(sources: &Sources) -> Described {
    let mut described = Described { problems: sources.problems.clone(), ..Described::default() };
    let assembled = assemble::assemble(sources, &mut described);
    for stray in &sources.strays {
        let message = format!("belongs to no endpoint of `{}`: delete it", endpoints::PATH);
        described.problems.push(Error::new(message).in_file(stray));
    }
    let verbs: Vec<&str> = sources.endpoints.iter().map(|endpoint| endpoint.verb.as_str()).collect();
    for document in &sources.own {
        described.problems.extend(own::check(document, &verbs));
    }
    if let Some(assembled) = assembled {
        described.description = Some(description(sources, assembled, &mut described.problems));
    }
    described
}

/// Describes documents that were assembled before, as codegen writes them: the one for single calls first, then the queue's,
/// then those of our own.
pub fn describe_assembled(documents: Vec<Document>) -> Described {
    let mut described = Described::default();
    for document in &documents {
        described
            .problems
            .extend(references::check(&document.value).into_iter().map(|error| error.in_file(&document.name)));
    }
    let mut description = of_documents(documents, &mut described.problems);
    let run = description.documents.first();
    let paths = run.and_then(|run| run.value.get("paths")?.as_object()).into_iter().flatten();
    let posts = paths.filter_map(|(_, item)| item.get("post")?.get("x-fal-endpoint"));
    for endpoint in posts.map(|extension| EndpointFacts::read(extension, "/paths")) {
        match endpoint {
            Ok(facts) => {
                described.problems.extend(facts.check(&description.components));
                description.endpoints.push(facts);
            }
            Err(error) => described.problems.push(error),
        }
    }
    described.description = Some(description);
    described
}

/// Documents and the components that they have together.
fn of_documents(documents: Vec<Document>, problems: &mut Vec<Error>) -> Description {
    let each: Vec<Components> = documents.iter().map(|document| components::read(document, problems)).collect();
    let pairs: Vec<(&Document, &Components)> = documents.iter().zip(&each).collect();
    let (of_endpoints, of_own) = pairs.split_at(2.min(pairs.len()));
    let components = components::merge(pairs.iter().copied(), problems);
    let modules =
        own::modules(of_own.iter().copied(), &components::merge(of_endpoints.iter().copied(), &mut Vec::new()));
    Description { documents, components, modules, ..Description::default() }
}

fn description(sources: &Sources, assembled: [Document; 2], problems: &mut Vec<Error>) -> Description {
    for document in &assembled {
        problems.extend(references::check(&document.value).into_iter().map(|error| error.in_file(&document.name)));
    }
    let documents = assembled.into_iter().chain(sources.own.iter().cloned()).collect();
    let mut description = of_documents(documents, problems);
    for entry in &sources.endpoints {
        match facts(entry, description.documents.first()) {
            Ok(facts) => {
                problems.extend(facts.check(&description.components));
                description.endpoints.push(facts);
            }
            Err(error) => problems.push(error),
        }
    }
    let upstream = sources.endpoints.iter().filter_map(|entry| {
        let upstream = sources.upstream.get(&entry.id)?;
        let canonical = document::canonical(&upstream.document);
        Some(UpstreamDocument {
            id: entry.id.clone(),
            file: entry.file.clone(),
            text: upstream.text.clone(),
            sha256: sha256(canonical.as_bytes()),
        })
    });
    description.upstream = upstream.collect();
    description.generators.clone_from(&sources.generators);
    description
}

/// What the document of single calls says of an endpoint.
fn facts(entry: &EndpointEntry, run: Option<&Document>) -> Result<EndpointFacts> {
    let at = Pointer::root().join("paths").join(&format!("/{}", entry.id)).join("post").join("x-fal-endpoint");
    let extension = run.and_then(|run| run.value.pointer(at.as_str()));
    let extension =
        extension.ok_or_else(|| Error::new(format!("`{}` has no operation in the assembled document", entry.id)))?;
    let name = run.map(|run| run.name.as_str()).unwrap_or_default();
    EndpointFacts::read(extension, at.as_str()).map_err(|error| error.in_file(name))
}
