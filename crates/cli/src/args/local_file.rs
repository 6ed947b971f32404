//! Local files as inputs: judged by content, inlined when small, uploaded when not.

use crate::data_uri;
use crate::exit::Failure;
use ideogram_client::{Dimensions, Format, limits};
use std::fmt::Display;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The most bytes of a file that travels inside the request. How much the service takes is not documented, so this is
/// well below what is known to work.
const MAX_INLINE: u64 = 2 << 20;

/// A local file that was looked at.
#[derive(Debug)]
pub(crate) struct LocalFile {
    /// The path as given, for messages.
    pub(crate) name: String,
    /// Width and height, where the header tells.
    pub(crate) size: Option<Dimensions>,
    pub(crate) content: Content,
}

/// How a local file gets to the service.
#[derive(Debug)]
pub(crate) enum Content {
    /// Inside the request.
    Inline(String),
    /// Uploaded before the request.
    Upload(PathBuf),
}

/// Whether a file argument is a URL or a data URI rather than a path.
pub(crate) fn is_remote(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https" | "data"))
}

/// Looks at a file for the argument that messages call `flag`.
pub(crate) fn read(path: &Path, flag: &str, must_be_picture: bool) -> Result<LocalFile, Failure> {
    let name = path.display().to_string();
    let cannot = |why: &dyn Display| Failure::file(format!("cannot read `{name}`, given as `{flag}`: {why}"));
    let file = File::open(path).map_err(|error| cannot(&error))?;
    // A pipe can be read once only, so it cannot be uploaded afterwards.
    let can_upload = file.metadata().is_ok_and(|found| found.is_file());
    let most = if can_upload { MAX_INLINE } else { limits::INLINE_BYTES };
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
    let format = Format::of(&bytes);
    if bytes.is_empty() {
        return Err(cannot(&"it is empty"));
    }
    if must_be_picture && format.is_none() {
        return Err(cannot(&"its content is no picture of a known format, such as PNG, JPEG or WebP"));
    }
    let size = Dimensions::of(&bytes);
    let content = if bytes.len() as u64 <= most {
        let content_type = format.map_or("application/octet-stream", Format::content_type);
        Content::Inline(data_uri::encode(content_type, &bytes))
    } else if can_upload {
        Content::Upload(path.to_owned())
    } else {
        return Err(cannot(&format_args!("it has more than {} MiB; save it to a file first", most >> 20)));
    };
    Ok(LocalFile { name, size, content })
}

#[cfg(test)]
mod tests {
    use super::is_remote;

    #[test]
    fn urls_and_data_uris_are_no_paths() {
        assert!(is_remote("https://example.com/a.png") && is_remote("HTTP://x") && is_remote("data:,x"));
        assert!(!is_remote("fox.png") && !is_remote("é") && !is_remote("./http:x") && !is_remote("http"));
    }
}
