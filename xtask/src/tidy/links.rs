//! In documents, relative links lead to existing files and headings, and paths of the repository in code spans exist.

use super::Breach;
use super::markdown::Page;
use super::tree::Tree;
use std::collections::BTreeMap;

const RULE: &str = "links";
/// What a path of the repository begins with.
const FOLDERS: [&str; 6] = [".ci/", "crates/", "docs/", "openapi/", "tests/", "xtask/"];

pub(super) fn check(tree: &Tree, breaches: &mut Vec<Breach>) {
    let pages: BTreeMap<&str, Page> = tree.ending("md").map(|(file, text)| (file.as_str(), Page::read(text))).collect();
    for (file, page) in &pages {
        let mut report = |line: usize, message: String| {
            breaches.push(Breach { file: (*file).to_owned(), line, rule: RULE, message });
        };
        for (line, link) in &page.links {
            let elsewhere =
                link.starts_with('/') || link.split(['/', '#']).next().is_some_and(|start| start.contains(':'));
            if elsewhere {
                continue;
            }
            let (path, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            let target = if path.is_empty() { (*file).to_owned() } else { join(file, path) };
            if !exists(tree, &target) {
                report(*line, format!("`{link}` leads to no file: correct the link"));
            } else if let (Some(anchor), Some(page)) = (anchor, pages.get(target.as_str()))
                && !page.anchors.contains(anchor)
            {
                report(*line, format!("`{link}` leads to no heading of `{target}`: correct the link"));
            }
        }
        for (line, span) in &page.spans {
            let is_path = FOLDERS.iter().any(|folder| span.starts_with(folder))
                && span
                    .chars()
                    .all(|character| character.is_alphanumeric() || matches!(character, '/' | '.' | '_' | '-'));
            if is_path && !exists(tree, span.trim_end_matches('/')) {
                report(*line, format!("there is no `{span}`: correct the path"));
            }
        }
    }
}

/// A link from a file, as a path from the root.
fn join(file: &str, link: &str) -> String {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn exists(tree: &Tree, path: &str) -> bool {
    let folder = format!("{path}/");
    path.is_empty()
        || tree.files.contains_key(path)
        || tree.files.range(folder.clone()..).next().is_some_and(|(file, _)| file.starts_with(&folder))
}
