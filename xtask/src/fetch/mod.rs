//! `cargo xtask fetch`: the upstream documents as they are served now, byte for byte, all of them or none.

mod changes;
mod http;

pub use http::Limits;

use crate::describe::envelope;
use crate::emit::workspace;
use crate::error::Result;
use crate::print;
use crate::sources::endpoints;
use crate::sources::files::Files;
use crate::sources::lock::{self, Lock, Locked, Origin};
use crate::sources::{Sources, document};
use crate::store;
use std::io::Write;
use std::path::Path;

/// Where fal serves the documents.
pub const DEFAULT: &str = "https://fal.ai";

/// Where below its host.
const PLACE: &str = "/api/openapi/queue/openapi.json";

/// Fetches every document within the limits, from fal or from another server, and prints a line per document to `out`, then
/// all for which codegen will stop.
/// With `check` it writes nothing; 1 says that there is something new.
///
/// # Errors
/// A document cannot be downloaded, or is not that of its endpoint, or a file cannot be written. In each case nothing
/// was changed.
pub fn fetch(root: &Path, from: Option<&str>, check: bool, limits: Limits, out: &mut dyn Write) -> Result<u8> {
    let here = Files::read(root);
    let endpoints = endpoints::read(&here)?;
    let from = from.unwrap_or(DEFAULT);
    http::check(from)?;
    let old = if here.has(lock::PATH) { Lock::read(&here)? } else { Lock::default() };
    let mut new = Lock::default();
    let mut files = Vec::new();
    let mut lines = Vec::new();
    let fetcher = http::Fetcher::new(limits);
    for endpoint in &endpoints {
        let url = url(from, &endpoint.id);
        let bytes = download(&fetcher, &endpoint.id, &url).map_err(|error| error.in_file(&url))?;
        let path = endpoint.path();
        // A file that cannot be read is replaced too.
        let present = here.has(&path).then(|| here.bytes(&path).unwrap_or_default());
        let sha256 = lock::sha256(&bytes);
        let locked = old.entry(&endpoint.file);
        let line = match (&present, locked) {
            (Some(present), Some(locked)) if *present == bytes.as_slice() && locked.sha256 == sha256 => {
                new.documents.push(locked.clone());
                lines.push((false, format!("{path}: nothing new")));
                continue;
            }
            (None, _) => "new".to_owned(),
            (Some(present), _) if *present == bytes.as_slice() => {
                "as it is here, which the lock did not know".to_owned()
            }
            (Some(present), locked) => {
                let edited = locked.is_none_or(|locked| lock::sha256(present) != locked.sha256);
                let what = changes::describe(present, &bytes);
                if edited { format!("{what}; what was here had been edited by hand") } else { what }
            }
        };
        lines.push((true, format!("{path}: {line}")));
        let (file, date) = (endpoint.file.clone(), lock::today());
        new.documents.push(Locked { file, source: url, date, origin: Origin::Fetched, sha256 });
        files.push((path, bytes));
    }
    let moved = new != old;
    let mut stops = Vec::new();
    if moved {
        files.push((lock::PATH.to_owned(), new.to_text()?.into_bytes()));
        let mut there = here.clone();
        for (path, bytes) in &files {
            there.insert(path.as_str(), bytes.clone());
        }
        stops = workspace::problems(&Sources::parse(&there)).1;
        if !check {
            store::replace(root, &files, &[])?;
        }
    }
    tell(out, &lines, moved, check);
    for stop in &stops {
        print::to(out, format_args!("codegen will stop: {stop}\n"));
    }
    Ok(u8::from(moved && check))
}

fn tell(out: &mut dyn Write, lines: &[(bool, String)], moved: bool, check: bool) {
    for (_, line) in lines {
        print::to(out, format_args!("{line}\n"));
    }
    let last = match (moved, check) {
        (false, _) => format!("upstream is as `{}` has it", lock::PATH),
        (true, true) => "upstream has moved: take it with `cargo xtask fetch`".to_owned(),
        (true, false) => format!("`{}` is updated; next: `cargo xtask diff`, then `cargo xtask codegen`", lock::PATH),
    };
    print::to(out, format_args!("{last}\n"));
}

/// One endpoint's document from fal or from another server, and the URL that it came from.
///
/// # Errors
/// The document cannot be downloaded, or is that of another endpoint.
pub fn document(id: &str, from: Option<&str>, limits: Limits) -> Result<(String, Vec<u8>)> {
    let from = from.unwrap_or(DEFAULT);
    http::check(from)?;
    let url = url(from, id);
    let bytes = download(&http::Fetcher::new(limits), id, &url).map_err(|error| error.in_file(&url))?;
    Ok((url, bytes))
}

/// Downloads one document, and checks that it is the requested one.
fn download(fetcher: &http::Fetcher, id: &str, url: &str) -> Result<Vec<u8>> {
    let bytes = fetcher.get(url)?;
    envelope::identify(&document::parse(&bytes)?, id)?;
    Ok(bytes)
}

/// The URL of an endpoint's document on a server.
fn url(from: &str, id: &str) -> String {
    let (base, query) = from.split_once('?').unwrap_or((from, ""));
    let base = base.trim_end_matches('/');
    let is_whole = Path::new(base).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let place = if is_whole { "" } else { PLACE };
    let joint = if query.is_empty() { "" } else { "&" };
    format!("{base}{place}?{query}{joint}endpoint_id={id}")
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn a_server_may_be_given_with_or_without_the_documents_place() {
        let id = "fal-ai/ideogram/v2";
        for (from, expected) in [
            ("https://fal.ai", "https://fal.ai/api/openapi/queue/openapi.json?endpoint_id=fal-ai/ideogram/v2"),
            (
                "http://[::1]:80/site/",
                "http://[::1]:80/site/api/openapi/queue/openapi.json?endpoint_id=fal-ai/ideogram/v2",
            ),
            ("https://a.b/openapi.json", "https://a.b/openapi.json?endpoint_id=fal-ai/ideogram/v2"),
            ("https://a.b/openapi.json?x=1", "https://a.b/openapi.json?x=1&endpoint_id=fal-ai/ideogram/v2"),
        ] {
            assert_eq!(url(from, id), expected);
        }
    }
}
