//! Where descriptions come from: the working tree, git, files, and what is wrong with them.

use super::fixtures;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use xtask::commands::diff::{Args, run_to};
use xtask::diff::{LARGEST_DOCUMENT, load, load_working_tree};
use xtask::sources::WRITTEN;

/// A workspace with the fixture committed and tagged `v1`.
fn workspace() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("openapi")).unwrap();
    for document in WRITTEN {
        let name = Path::new(document).file_name().unwrap();
        std::fs::copy(fixtures().join(name), root.path().join(document)).unwrap();
    }
    git(root.path(), &["init", "--quiet"]);
    git(root.path(), &["add", "openapi"]);
    git(root.path(), &["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "first"]);
    git(root.path(), &["tag", "v1"]);
    root
}

fn git(root: &Path, arguments: &[&str]) {
    let status = Command::new("git").arg("-C").arg(root).args(arguments).status().unwrap();
    assert!(status.success(), "git {arguments:?}");
}

fn replace(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(old));
    std::fs::write(path, text.replace(old, new)).unwrap();
}

fn diff(root: &Path, old: Option<&str>, new: Option<&str>) -> Result<(u8, String), String> {
    let args = Args { old: old.map(str::to_owned), new: new.map(str::to_owned), json: false, exit_code: true };
    let mut out = Vec::new();
    let code = run_to(root, &args, &mut out).map_err(|error| error.to_string())?;
    Ok((code, String::from_utf8(out).unwrap()))
}

#[test]
fn by_default_the_commit_is_compared_with_the_working_tree() {
    let root = workspace();
    assert_eq!(diff(root.path(), None, None), Ok((0, "No change: both say the same.\n".to_owned())));
    for document in WRITTEN {
        replace(&root.path().join(document), "\"maximum\": 50", "\"maximum\": 25");
    }
    let (code, table) = diff(root.path(), None, None).unwrap();
    assert_eq!(code, 1);
    assert!(table.contains("`PaintInput.steps` must be at most 25, had to be at most 50"), "{table}");
    assert!(table.contains("openapi/run.json#/components/schemas/PaintInput/properties/steps/maximum"), "{table}");
    assert_eq!(table.matches("at most 25").count(), 1, "once for both documents: {table}");
}

#[test]
fn revisions_files_and_directories_can_be_given() {
    let root = workspace();
    let run = root.path().join("openapi/run.json");
    replace(&run, "\"maximum\": 50", "\"maximum\": 60");
    let run = run.to_str().unwrap();
    for (old, new) in [
        ("v1", None),
        ("HEAD", Some(root.path().to_str().unwrap())),
        ("HEAD:openapi/run.json", None),
        ("HEAD:openapi/run.json", Some(run)),
        ("HEAD", Some(run)),
    ] {
        let (code, table) = diff(root.path(), Some(old), new).unwrap();
        assert_eq!(code, 0, "{old} {new:?}: {table}");
        assert!(table.contains("at most 60, had to be at most 50"), "{old} {new:?}: {table}");
        assert_eq!(table.lines().count(), 4, "{old} {new:?}: {table}");
    }
    assert_eq!(diff(root.path(), Some("v1"), Some("HEAD")).unwrap().0, 0);
}

#[test]
fn a_document_beside_the_endpoints_own_is_compared_too() {
    let root = workspace();
    let fixture = std::fs::read_to_string(fixtures().join("run.json")).unwrap();
    std::fs::write(root.path().join("openapi/other.json"), fixture).unwrap();
    let (_, table) = diff(root.path(), Some("v1"), None).unwrap();
    assert!(table.contains("`openapi/other.json` is a new document"), "{table}");
    git(root.path(), &["add", "openapi"]);
    git(root.path(), &["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "other"]);
    assert_eq!(diff(root.path(), None, None), Ok((0, "No change: both say the same.\n".to_owned())));
    replace(&root.path().join("openapi/other.json"), "\"maximum\": 50", "\"maximum\": 25");
    let (code, table) = diff(root.path(), None, None).unwrap();
    assert!(code == 1 && table.contains("openapi/other.json#/components/schemas/PaintInput"), "{table}");
}

#[test]
fn a_workspace_below_the_repository_s_root_works_too() {
    let root = workspace();
    let below = root.path().join("below");
    std::fs::create_dir(&below).unwrap();
    git(root.path(), &["mv", "openapi", "below/openapi"]);
    git(root.path(), &["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "moved"]);
    assert_eq!(diff(&below, None, None).unwrap().0, 0);
}

#[test]
fn bad_input_is_told_in_one_sentence_that_names_it() {
    let root = workspace();
    let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, text: &str| {
        std::fs::write(root.path().join(name), text).unwrap();
        path(name)
    };
    let html = write("page.json", "<!doctype html><title>404</title>");
    let cut = write("cut.json", "{\"openapi\": \"3.0.3\", \"paths\": {");
    let other = write("other.json", "{\"detail\": \"not found\"}");
    let deep = write("deep.json", &"[".repeat(100_000));
    let stranger = write("stranger.json", "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Other\"}, \"paths\": {}}");
    let large = path("large.json");
    std::fs::File::create(&large).unwrap().set_len(LARGEST_DOCUMENT * 64).unwrap();
    for (spec, message) in [
        ("missing.json", "`missing.json` is neither a file nor a git revision"),
        ("--output=x", "`--output=x` is neither a file nor a git revision"),
        ("", "`` is neither a file nor a git revision"),
        ("HEAD:openapi/none.json", "the revision `HEAD` has no file `openapi/none.json`"),
        (&html, "is not JSON"),
        (&cut, "is not JSON"),
        (&deep, "is not JSON"),
        (&other, "is JSON, but no OpenAPI document"),
        (&large, "is larger than 16 MiB"),
        (&stranger, "cannot tell which of `openapi/run.json`, `openapi/queue.json` it is to be compared with"),
    ] {
        let error = diff(root.path(), Some(spec), None).unwrap_err();
        assert!(error.contains(message) && error.lines().count() == 1, "{spec}: {error}");
    }
}

#[test]
fn a_document_that_is_missing_is_named() {
    let root = workspace();
    std::fs::remove_file(root.path().join("openapi/queue.json")).unwrap();
    assert!(load_working_tree(root.path()).unwrap_err().to_string().starts_with("openapi/queue.json: cannot be read"));
    let empty = tempfile::tempdir().unwrap();
    assert!(load(empty.path(), "HEAD").is_err(), "no repository");
}
