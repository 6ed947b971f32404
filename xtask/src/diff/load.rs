//! Versions from the working tree, from git, from files.

use crate::emit::workspace;
use crate::error::Error;
use crate::sources::document::Document;
use crate::sources::{Sources, UPSTREAM, WRITTEN, endpoints, files, folder};
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

type Result<T, E = Error> = std::result::Result<T, E>;

/// The most that is read of one document, in bytes.
pub const LARGEST_DOCUMENT: u64 = 16 * 1024 * 1024;

/// One version of the documents that describe the API together; a named schema that several have is one type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Version {
    /// The documents. A report points to the first one that a change is in.
    pub documents: Vec<Document>,
}

impl Version {
    /// The one document here that the given one is another version of: by file name, else by base URL, else by title.
    fn counterpart(&self, of: &Document) -> Option<Self> {
        let rules: [fn(&Document, &Document) -> bool; 3] = [
            |one, two| one.file_name() == two.file_name(),
            |one, two| same(one, two, "/servers/0/url"),
            |one, two| same(one, two, "/info/title"),
        ];
        let found = rules.iter().find_map(|belongs| self.documents.iter().find(|document| belongs(document, of)))?;
        Some(Self { documents: vec![found.clone()] })
    }
}

fn same(one: &Document, two: &Document, pointer: &str) -> bool {
    let value = one.value.pointer(pointer);
    value.is_some() && value == two.value.pointer(pointer)
}

/// Narrows a whole description to the document that it is compared with, when the other side is one file.
///
/// # Errors
/// The file is a version of none of the documents.
pub fn align(old: Version, new: Version) -> Result<(Version, Version)> {
    let narrow = |whole: &Version, one: &Version| match one.documents.as_slice() {
        [one] if whole.documents.len() > 1 => whole.counterpart(one).map(Some).ok_or_else(|| {
            let names: Vec<String> = whole.documents.iter().map(|document| format!("`{}`", document.name)).collect();
            let message =
                format!("cannot tell which of {} it is to be compared with: give two files", names.join(", "));
            Error::new(message).in_file(&one.name)
        }),
        _ => Ok(None),
    };
    let (narrow_old, narrow_new) = (narrow(&old, &new)?, narrow(&new, &old)?);
    Ok((narrow_old.unwrap_or(old), narrow_new.unwrap_or(new)))
}

/// The description in the working tree, as far as it can be made.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// What `cargo xtask codegen` would write; the endpoints' own documents where it could not be made.
    pub version: Version,
    /// The problems for which codegen stops.
    pub problems: Vec<Error>,
    /// The endpoints' own documents, where they stand in the version as they are.
    pub as_they_are: Vec<String>,
}

/// The description in the working tree of the workspace at `root`: what `cargo xtask codegen` would write, so that a fetch
/// can be judged before anything is regenerated. A tree that has the documents alone is read as it is.
///
/// # Errors
/// A document that is missing, too large, or no OpenAPI document, where there is nothing but the documents.
pub fn load_working_tree(root: &Path) -> Result<Tree> {
    if !root.join(endpoints::PATH).is_file() {
        return Ok(Tree { version: load_directory(root, "")?, ..Tree::default() });
    }
    let sources = Sources::load(root);
    let (described, problems) = workspace::problems(&sources);
    let documents = described.description.map(|description| description.documents).unwrap_or_default();
    // Problems in the assembled documents themselves do not make them incomplete.
    let is_assembled =
        |problem: &Error| problem.file().is_some_and(|file| documents.iter().any(|it| Path::new(&it.name) == file));
    if !documents.is_empty() && problems.iter().all(is_assembled) {
        return Ok(Tree { version: Version { documents }, problems, as_they_are: Vec::new() });
    }
    let entries = sources.endpoints.iter().filter_map(|entry| {
        Some(Document { name: entry.path(), value: sources.upstream.get(&entry.id)?.document.clone() })
    });
    let upstream: Vec<Document> = entries.collect();
    let as_they_are = upstream.iter().map(|document| document.name.clone()).collect();
    let documents = upstream.into_iter().chain(sources.own).collect();
    Ok(Tree { version: Version { documents }, problems, as_they_are })
}

/// The endpoints' own documents in a git revision, and the documents that we write: what [`Tree::as_they_are`] is compared
/// with.
///
/// # Errors
/// Nothing of that name, or a document that cannot be read.
pub fn load_upstream(root: &Path, spec: &str) -> Result<Version> {
    let commit = commit(root, spec).map_err(|error| {
        let message = "has no documents of upstream to compare with: give a git revision, or mend what stops codegen";
        error.unwrap_or_else(|| Error::new(format!("`{spec}` {message}")))
    })?;
    let mut documents = Vec::new();
    for folder in [UPSTREAM, files::FOLDER] {
        for name in documents_in(root, &commit, folder)? {
            if !WRITTEN.contains(&name.as_str()) {
                documents.push(Document { value: read_blob(root, &commit, spec, &name)?.value, name });
            }
        }
    }
    Ok(Version { documents })
}

/// The JSON documents directly in a folder of a commit.
fn documents_in(root: &Path, commit: &str, folder: &str) -> Result<Vec<String>> {
    let listed = git(root, &["ls-tree", "--name-only", "-z", commit, &format!("{folder}/")])?.unwrap_or_default();
    let listed = String::from_utf8_lossy(&listed);
    let is_json = |file: &&str| Path::new(file).extension().is_some_and(|extension| extension == "json");
    Ok(listed.split('\0').filter(is_json).map(str::to_owned).collect())
}

fn read_blob(root: &Path, commit: &str, revision: &str, file: &str) -> Result<Document> {
    let name = format!("{revision}:{file}");
    let bytes = git(root, &["cat-file", "blob", &format!("{commit}:./{file}")])?
        .ok_or_else(|| Error::new(format!("the revision `{revision}` has no file `{file}`")))?;
    parse(&name, &bytes)
}

/// The description that `spec` names: a document, a directory with the documents, a git revision of the workspace at `root`
/// (`HEAD`, `v1.0.0`), or a file in one (`HEAD:openapi/run.json`). Paths are taken from the current directory.
///
/// # Errors
/// Nothing of that name, or a document that is missing, too large, or no OpenAPI document.
pub fn load(root: &Path, spec: &str) -> Result<Version> {
    let path = Path::new(spec);
    if path.is_dir() && WRITTEN.iter().any(|document| path.join(document).is_file()) {
        return load_directory(path, spec);
    }
    if path.exists() && !path.is_dir() {
        let document = load_file(path, spec)?;
        return Ok(Version { documents: vec![document] });
    }
    let (revision, file) = match spec.split_once(':') {
        Some((revision, file)) => (revision, Some(file)),
        None => (spec, None),
    };
    let commit = commit(root, revision).map_err(|error| {
        error.unwrap_or_else(|| Error::new(format!("`{spec}` is neither a file nor a git revision")))
    })?;
    let read = |file: &str| read_blob(root, &commit, revision, file);
    let documents = if let Some(file) = file {
        vec![read(file)?]
    } else {
        let files = with_others(documents_in(root, &commit, files::FOLDER)?.into_iter());
        files.map(|name| Ok(Document { value: read(&name)?.value, name })).collect::<Result<_>>()?
    };
    Ok(Version { documents })
}

fn load_directory(directory: &Path, shown: &str) -> Result<Version> {
    let read = |name: String| {
        let shown = Path::new(shown).join(&name);
        Ok(Document { value: load_file(&directory.join(&name), &shown.to_string_lossy())?.value, name })
    };
    let names = folder::names(directory, "openapi")?;
    let files = with_others(names.into_iter().map(|name| format!("openapi/{name}.json")));
    Ok(Version { documents: files.map(read).collect::<Result<_>>()? })
}

/// The documents that there must be, then the others of those that there are.
fn with_others(files: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    let others = files.filter(|file| !WRITTEN.contains(&file.as_str()));
    WRITTEN.into_iter().map(str::to_owned).chain(others)
}

fn load_file(path: &Path, name: &str) -> Result<Document> {
    let file = File::open(path).map_err(|error| Error::new(format!("cannot be read: {error}")).in_file(name))?;
    let bytes = read_bounded(file).map_err(|error| error.in_file(name))?;
    parse(name, &bytes)
}

fn read_bounded(source: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = source.take(LARGEST_DOCUMENT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::new(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST_DOCUMENT {
        return Err(Error::new(format!("is larger than {} MiB", LARGEST_DOCUMENT / 1024 / 1024)));
    }
    Ok(bytes)
}

fn parse(name: &str, bytes: &[u8]) -> Result<Document> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Error::new(format!("is not JSON: {error}; give an OpenAPI document")).in_file(name))?;
    if value.get("openapi").is_none_or(|version| !version.is_string())
        || !value.get("paths").is_some_and(Value::is_object)
    {
        return Err(Error::new("is JSON, but no OpenAPI document: it lacks `openapi` or `paths`").in_file(name));
    }
    Ok(Document { name: name.to_owned(), value })
}

/// The hash of the commit that a revision names; an error without a message when there is none.
fn commit(root: &Path, revision: &str) -> std::result::Result<String, Option<Error>> {
    // What starts with a dash would be read as an option.
    if revision.is_empty() || revision.starts_with('-') {
        return Err(None);
    }
    let output = git(root, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?.ok_or(None)?;
    Ok(String::from_utf8_lossy(&output).trim().to_owned())
}

/// The output of a git command; none when git says no.
fn git(root: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>> {
    let cannot = |error: std::io::Error| Error::new(format!("cannot run `git`: {error}; give two files instead"));
    let mut child = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(cannot)?;
    let output = child.stdout.take().map_or_else(|| Ok(Vec::new()), read_bounded);
    if output.is_err() {
        // git may want to write more than is read.
        let _ = child.kill();
    }
    let status = child.wait().map_err(cannot)?;
    let output = output
        .map_err(|error| Error::new(format!("what git has under `{}` {}", arguments.join(" "), error.message())))?;
    Ok(status.success().then_some(output))
}
