//! Local files as inputs: read within a bound, judged by content, inlined as data URIs.

use crate::exit::Failure;
use crate::media::{self, Format};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// The most bytes of a local file: an inlined one travels inside the request, which services limit.
pub(crate) const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// A local file that was read.
#[derive(Debug)]
pub(crate) struct Local {
    /// The path as given, for messages.
    pub(crate) name: String,
    pub(crate) data_uri: String,
    /// Width and height in pixels, where the header tells.
    pub(crate) size: Option<(u32, u32)>,
}

/// Whether a file argument is a URL or a data URI rather than a path.
pub(crate) fn is_remote(text: &str) -> bool {
    ["http://", "https://", "data:"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Reads a file for the argument that messages call `flag`.
pub(crate) fn read(path: &Path, flag: &str, must_be_picture: bool) -> Result<Local, Failure> {
    let name = path.display().to_string();
    let cannot = |why: &dyn std::fmt::Display| Failure::file(format!("cannot read `{name}`, given as `{flag}`: {why}"));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| cannot(&error))?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(cannot(&format_args!("it has more than {} MiB; give the URL of a hosted copy", MAX_BYTES >> 20)));
    }
    if bytes.is_empty() {
        return Err(cannot(&"it is empty"));
    }
    if must_be_picture && !Format::of(&bytes).is_picture() {
        return Err(cannot(&"its content is no PNG, JPEG, WebP or GIF picture"));
    }
    Ok(Local { data_uri: media::data_uri(&bytes), size: media::dimensions(&bytes), name })
}

#[cfg(test)]
mod tests {
    use super::is_remote;

    #[test]
    fn urls_and_data_uris_are_no_paths() {
        assert!(is_remote("https://example.com/a.png") && is_remote("HTTP://x") && is_remote("data:,x"));
        assert!(!is_remote("fox.png") && !is_remote("é") && !is_remote("./http:") && !is_remote("http"));
    }
}
