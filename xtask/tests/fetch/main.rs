//! `cargo xtask fetch` against a server on this machine, for every way in which a download can go wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod add;
mod refusals;
mod server;
mod updates;

use server::{Answer, Server};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use xtask::fetch::{Limits, fetch};

const IDS: [(&str, &str); 3] = [
    ("fal-ai/ideogram/v2/turbo", "turbo"),
    ("fal-ai/ideogram/v2/turbo/remix", "remix"),
    ("fal-ai/ideogram/v2/turbo/edit", "edit"),
];

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(path, target).unwrap();
        }
    }
}

/// A description whose documents a server has too.
struct Workspace(TempDir);

impl Workspace {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&crate_folder.join("tests/fixtures/description"), &root.path().join("openapi"));
        copy(&crate_folder.join("../openapi/template"), &root.path().join("openapi/template"));
        Self(root)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join("openapi").join(file)
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    /// Answers with the documents as they are here.
    fn answers(&self) -> BTreeMap<String, Answer> {
        let document =
            |(id, file): (&str, &str)| (id.to_owned(), Answer::ok(self.text(&format!("upstream/{file}.json"))));
        IDS.into_iter().map(document).collect()
    }

    /// Every file and when it was last written.
    fn state(&self) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
        let mut state = BTreeMap::new();
        for folder in [self.path(""), self.path("upstream")] {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let modified = path.metadata().unwrap().modified().unwrap();
                    state.insert(path.clone(), (std::fs::read(&path).unwrap(), modified));
                }
            }
        }
        state
    }

    fn fetch(&self, from: &str, check: bool) -> Result<(u8, String), String> {
        self.fetch_within(Duration::from_secs(30), from, check)
    }

    fn fetch_within(&self, total: Duration, from: &str, check: bool) -> Result<(u8, String), String> {
        let mut out = Vec::new();
        let code =
            fetch(self.0.path(), Some(from), check, Limits { total }, &mut out).map_err(|error| error.to_string())?;
        Ok((code, String::from_utf8(out).unwrap()))
    }

    /// What a server's answer for the second document is refused with; nothing may have changed here.
    fn refusal(&self, answer: Answer) -> String {
        let mut answers = self.answers();
        answers
            .insert(IDS[0].0.to_owned(), Answer::ok(self.text("upstream/turbo.json").replace("\"anime\"", "\"new\"")));
        let patience = Duration::from_millis(if matches!(answer, Answer::Silence) { 900 } else { 30_000 });
        answers.insert(IDS[1].0.to_owned(), answer);
        let server = Server::start(answers);
        let before = self.state();
        let text = self.fetch_within(patience, &server.url(), false).expect_err("the answer is taken");
        assert_eq!(self.state(), before, "something was written");
        let place = format!("{}/api/openapi/queue/openapi.json?endpoint_id={}", server.url(), IDS[1].0);
        text.strip_prefix(&place).unwrap_or_else(|| panic!("{text} does not name {place}")).to_owned()
    }
}
