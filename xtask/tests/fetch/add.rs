//! `cargo xtask add` over the network: the document comes from a server, or nothing changes.

use super::{Answer, Server, Workspace};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use xtask::add::{Added, Request, add};
use xtask::fetch::Limits;

const ID: &str = "fal-ai/ideogram/v2";

/// The document of a fourth endpoint, in the shape that fal serves.
fn fourth(workspace: &Workspace) -> String {
    let text = workspace.text("upstream/turbo.json");
    text.replace("fal-ai/ideogram/v2/turbo", ID).replace("IdeogramV2Turbo", "IdeogramV2")
}

fn add_from(workspace: &Workspace, from: &str, total: Duration) -> Result<Added, String> {
    let request =
        Request { id: ID.to_owned(), verb: Some("quality".to_owned()), file: None, from: Some(from.to_owned()) };
    add(workspace.0.path(), &request, Limits { total }).map_err(|problems| problems.to_string())
}

#[test]
fn the_document_is_fetched_kept_byte_for_byte_and_locked_with_where_it_came_from() {
    let workspace = Workspace::new();
    let document = format!("\n{}\n", fourth(&workspace));
    let server = Server::start(BTreeMap::from([(ID.to_owned(), Answer::ok(document.clone()))]));
    let added = add_from(&workspace, &server.url(), Duration::from_secs(30)).unwrap();
    assert_eq!(server.asked(), [format!("/api/openapi/queue/openapi.json?endpoint_id={ID}")], "asked once");
    assert_eq!(added.entry.verb, "quality");
    assert_eq!(workspace.text("upstream/quality.json"), document);
    let lock = workspace.text("upstream.lock");
    assert!(lock.contains(&format!("source = \"{}/api/openapi/queue/openapi.json?endpoint_id={ID}\"", server.url())));
    assert_eq!(lock.matches("= \"fetched\"\n").count(), 1, "{lock}");
    // What was added is renewed like the others.
    let mut answers = workspace.answers();
    answers.insert(ID.to_owned(), Answer::ok(document));
    let (code, told) = workspace.fetch(&Server::start(answers).url(), true).unwrap();
    assert!(code == 0 && told.contains("openapi/upstream/quality.json: nothing new"), "{told}");
}

#[test]
fn an_answer_that_is_not_its_document_changes_nothing() {
    let workspace = Workspace::new();
    let document = fourth(&workspace);
    for (answer, expected) in [
        (None, ": answers 404 Not Found: no text"),
        (Some(Answer::status("500 Internal Server Error", "", "down")), ": answers 500 Internal Server Error: down"),
        (Some(Answer::ok(workspace.text("upstream/edit.json"))), "this is the document of another endpoint"),
        (Some(Answer::ok(document.clone()).cut()), ": broke off after "),
        (Some(Answer::Spaces { told: false }), ": is larger than 8 MiB"),
        (Some(Answer::Silence), ": took too long: try again later"),
        (Some(Answer::ok(document.replace("\"anime\"", "\"anime\", \"Anime\""))), "name the variants"),
    ] {
        let patience = Duration::from_millis(if matches!(answer, Some(Answer::Silence)) { 900 } else { 30_000 });
        let server = Server::start(answer.into_iter().map(|answer| (ID.to_owned(), answer)).collect());
        let before = everything(&workspace);
        let text = add_from(&workspace, &server.url(), patience).unwrap_err();
        assert!(text.contains(expected), "{expected}: {text}");
        assert_eq!(everything(&workspace), before, "{expected}");
    }
    let text = add_from(&workspace, "http://example.com", Duration::from_secs(1)).unwrap_err();
    assert!(text.contains("documents are fetched over `https://` only"), "{text}");
}

/// Every file, also those that codegen would write.
fn everything(workspace: &Workspace) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.insert(path.clone(), std::fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(workspace.0.path(), &mut found);
    found
}
