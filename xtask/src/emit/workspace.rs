//! Every generated file of this workspace.

use super::write::Output;
use super::{client, models, sandbox};
use crate::describe::{Described, Description, describe};
use crate::error::{Error, Result};
use crate::sources::{Sources, document};
use std::collections::BTreeMap;
use std::path::Path;

/// The folder of the models.
const MODELS: &str = "crates/schema/src/generated";
/// The folder of the operations.
const CLIENT: &str = "crates/client/src/generated";

/// Writes all of them, in memory.
///
/// # Errors
/// What typify or progenitor refuse, by file and JSON pointer.
pub fn output(description: &Description) -> Result<Output> {
    output_after(description, None)
}

/// Writes all of them, in memory; `before` is another description and its output; files that depend only on parts that
/// both have are reused. This is for tests that generate from many descriptions with few differences.
///
/// # Errors
/// As [`output`].
pub fn output_after(description: &Description, before: Option<(&Description, &Output)>) -> Result<Output> {
    let mut output = Output::default();
    // Those of our own are written by hand, and formatted like the others.
    for document in &description.documents {
        let known = before.and_then(|(before, output)| {
            before.documents.contains(document).then(|| output.files.get(Path::new(&document.name)).cloned())?
        });
        let text = known.unwrap_or_else(|| document::to_text(&document.value));
        output.files.insert(document.name.clone().into(), text);
    }
    let known_models = before.filter(|(before, _)| {
        (&before.components, &before.endpoints, &before.modules, &before.upstream, &before.generators)
            == (
                &description.components,
                &description.endpoints,
                &description.modules,
                &description.upstream,
                &description.generators,
            )
    });
    let known_models = known_models.map(|(_, output)| output.in_folder(MODELS));
    let known_client = before.map(|(before, output)| (before, output.in_folder(CLIENT)));
    let (models, client) = std::thread::scope(|scope| {
        let models = scope.spawn(|| known_models.map_or_else(|| models::files(description, "crate"), Ok));
        let client = client::files(description, known_client.as_ref().map(|(before, files)| (*before, files)));
        let stopped = |_| Err(Error::new("the generator of the models stopped: a mistake in it"));
        (models.join().unwrap_or_else(stopped), client)
    });
    output.folder(MODELS, models?);
    output.folder(CLIENT, client?);
    output.folder("crates/sandbox/src/generated", sandbox::files(description));
    Ok(output)
}

/// The description, and every problem for which codegen would stop, including those of typify and progenitor.
pub fn problems(sources: &Sources) -> (Described, Vec<Error>) {
    let described = describe(sources);
    let problems = match described.clone().complete().map(|description| output(&description)) {
        Ok(Ok(_)) => Vec::new(),
        Ok(Err(error)) => vec![error],
        Err(problems) => problems.into_iter().collect(),
    };
    (described, problems)
}

/// The code that a version of the documents gives, without docs and headers: what a comparison of two looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The model of each component, by the component's name.
    pub components: BTreeMap<String, String>,
    /// The table of endpoints and the operations.
    pub rest: Vec<String>,
}

impl Code {
    /// Generates it.
    ///
    /// # Errors
    /// As [`output`].
    pub fn of(description: &Description) -> Result<Self> {
        let (components, table) = models::sources(description)?;
        let operations = client::files(description, None)?;
        let code = |text: &str| -> String {
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            lines.map(|line| format!("{line}\n")).collect()
        };
        let rest = table.iter().chain(operations.iter().map(|(_, text)| text));
        Ok(Self {
            rest: rest.map(|text| code(text)).collect(),
            components: components.iter().map(|(name, text)| (name.clone(), code(text))).collect(),
        })
    }
}
