//! `openapi/endpoints.toml`: which endpoints there are, and what they are called here.

use super::files::Files;
use crate::error::{Error, Result};
use crate::names;
use crate::names::is_reserved;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The file, below the workspace.
pub const PATH: &str = "openapi/endpoints.toml";

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointEntry {
    /// The endpoint's id, for example `fal-ai/ideogram/v2/turbo/remix`.
    pub id: String,
    /// Its document's name in `openapi/upstream/`.
    pub file: String,
    /// The Rust marker type, for example `Remix`.
    pub name: String,
    /// The command, for example `remix`.
    pub verb: String,
    /// The inputs that the command takes by position.
    pub positional: Vec<String>,
    /// One line: what the endpoint does.
    pub summary: String,
    /// Rust names for schemas of its document, where those upstream are taken: upstream name to Rust name.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    endpoint: Vec<EndpointEntry>,
}

impl EndpointEntry {
    /// The endpoint's document, below the workspace.
    pub fn path(&self) -> String {
        format!("openapi/upstream/{}", self.file)
    }

    /// The id's first segment.
    pub fn owner(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// The id's second segment.
    pub fn app(&self) -> &str {
        self.id.split('/').nth(1).unwrap_or_default()
    }

    /// What is wrong with the entry by itself, or nothing.
    pub(crate) fn fault(&self) -> Option<String> {
        let Self { id, file, name, verb, summary, .. } = self;
        if let Some(fault) = id_fault(id) {
            return Some(fault);
        }
        let stem = file.strip_suffix(".json").unwrap_or_default();
        if stem.is_empty() || !stem.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            return Some(format!(
                "`file = \"{file}\"` must be a file name such as `turbo.json`, of letters, digits, `-` and `_`"
            ));
        }
        if names::type_name(name) != *name || is_reserved(name) {
            return Some(format!(
                "`name = \"{name}\"` must be a Rust type name such as `Remix` that nothing else here has"
            ));
        }
        if let Some(fault) = verb_fault(verb) {
            return Some(fault);
        }
        if let Some(taken) = self.names.values().find(|name| names::type_name(name) != **name || is_reserved(name)) {
            return Some(format!("`names`: `{taken}` is no Rust type name that is free"));
        }
        (summary.trim().is_empty() || summary.contains('\n')).then(|| format!("`summary` of `{id}` must be one line"))
    }
}

/// Verbs become commands and modules, and these are commands or modules already.
const TAKEN_VERBS: &[&str] = &[
    "auth",
    "batch",
    "completions",
    "config",
    "doctor",
    "endpoints",
    "gallery",
    "help",
    "inspect",
    "jobs",
    "man",
    "mask",
    "mcp",
    "mod",
    "parameters",
    "platform",
    "preview",
    "protocol",
    "queue",
    "rerun",
    "run",
    "sandbox",
    "schema",
    "shared",
    "storage",
];

/// What is wrong with an endpoint's id, or nothing.
pub(crate) fn id_fault(id: &str) -> Option<String> {
    let segments: Vec<&str> = id.split('/').collect();
    let plain = |segment: &&str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    };
    if segments.len() < 2 || !segments.iter().all(plain) {
        return Some(format!("`id = {id:?}` must be an endpoint id such as `fal-ai/ideogram/v2/turbo`"));
    }
    segments.first().filter(|first| ["workflows", "comfy"].contains(first)).map(|first| {
        format!("`id = \"{id}\"`: ids under `{first}/` have their status and result at other paths, which the templates do not know")
    })
}

/// What is wrong with an endpoint's verb, or nothing.
pub(crate) fn verb_fault(verb: &str) -> Option<String> {
    let is_word = verb.starts_with(|c: char| c.is_ascii_lowercase())
        && verb.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let is_taken = TAKEN_VERBS.contains(&verb) || verb.starts_with("protocol-");
    (!is_word || names::is_keyword(&verb.replace('-', "_")) || is_taken).then(|| {
        format!(
            "`verb = {verb:?}` must be a command such as `remix`: lower-case letters, digits and `-`, no Rust keyword, none of `{}`",
            TAKEN_VERBS.join("`, `")
        )
    })
}

/// Reads the list.
///
/// # Errors
/// The file cannot be read or is no TOML, an entry is malformed, or two of them share id, file, name or verb.
pub fn read(files: &Files) -> Result<Vec<EndpointEntry>> {
    parse(files.text(PATH)?).map_err(|error| error.in_file(PATH))
}

fn parse(text: &str) -> Result<Vec<EndpointEntry>> {
    let File { endpoint: entries } = toml::from_str(text).map_err(|error| Error::new(error.to_string().trim_end()))?;
    for (index, entry) in entries.iter().enumerate() {
        let at = |message: String| Error::new(message).at(format_args!("/endpoint/{index}"));
        if let Some(fault) = entry.fault() {
            return Err(at(fault));
        }
        for earlier in entries.iter().take(index) {
            for (what, one, other) in [
                ("id", &entry.id, &earlier.id),
                ("file", &entry.file, &earlier.file),
                ("name", &entry.name, &earlier.name),
                ("verb", &entry.verb, &earlier.verb),
            ] {
                if one == other {
                    return Err(at(format!(
                        "`{what} = \"{one}\"` is that of `{}` too: each needs its own",
                        earlier.id
                    )));
                }
            }
        }
    }
    if entries.is_empty() {
        return Err(Error::new("lists no endpoint"));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::parse;

    const TURBO: &str = r#"
[[endpoint]]
id = "fal-ai/ideogram/v2/turbo"
file = "turbo.json"
name = "Generate"
verb = "generate"
positional = ["prompt"]
summary = "Make a picture."
"#;

    fn refusal(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn an_entry_gives_owner_and_app() {
        let entries = parse(TURBO).unwrap();
        assert_eq!((entries[0].owner(), entries[0].app()), ("fal-ai", "ideogram"));
        assert_eq!(entries[0].path(), "openapi/upstream/turbo.json");
    }

    #[test]
    fn a_malformed_entry_is_named() {
        for (from, to, expected) in [
            ("fal-ai/ideogram/v2/turbo", "turbo", "must be an endpoint id"),
            ("fal-ai/ideogram/v2/turbo", "fal-ai/../turbo", "must be an endpoint id"),
            ("fal-ai/ideogram/v2/turbo", "workflows/a/b", "ids under `workflows/`"),
            ("turbo.json", "../turbo.json", "must be a file name"),
            ("Generate", "generate", "must be a Rust type name"),
            ("Generate", "Self", "must be a Rust type name"),
            ("\"generate\"", "\"loop\"", "must be a command"),
            ("\"generate\"", "\"queue\"", "must be a command"),
            ("Make a picture.", " ", "must be one line"),
        ] {
            let message = refusal(&TURBO.replace(from, to));
            assert!(message.starts_with("#/endpoint/0: ") && message.contains(expected), "{message}");
        }
        assert!(refusal(&TURBO.replace("verb", "verbe")).contains("unknown field `verbe`"));
    }

    #[test]
    fn two_entries_share_nothing() {
        let message = refusal(&format!("{TURBO}{}", TURBO.replace("v2/turbo", "v3").replace("turbo.json", "v3.json")));
        assert_eq!(
            message,
            "#/endpoint/1: `name = \"Generate\"` is that of `fal-ai/ideogram/v2/turbo` too: each needs its own"
        );
    }
}
