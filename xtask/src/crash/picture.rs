//! What a folder holds: whole pictures, cut ones, and anything else.

use crate::error::{Error, Result};
use std::path::Path;

/// The files of a folder by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) whole: usize,
    pub(super) torn: usize,
    pub(super) left_over: usize,
}

/// Looks at every file of a folder, hidden ones too.
pub(super) fn content(folder: &Path) -> Result<Content> {
    let unreadable = |error: std::io::Error| Error::new(error.to_string()).in_file(folder);
    let mut content = Content::default();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_picture = !name.starts_with('.') && path.extension().is_some_and(|extension| extension == "png");
        if !is_picture {
            content.left_over += 1;
        } else if is_whole(&std::fs::read(&path).map_err(unreadable)?) {
            content.whole += 1;
        } else {
            content.torn += 1;
        }
    }
    Ok(content)
}

/// Whether these are the bytes of a PNG from its signature to its last chunk, and no more.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") else { return false };
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        // The kind of the chunk, its content, and its sum.
        let Some((chunk, behind)) = length.checked_add(8).and_then(|length| behind.split_at_checked(length)) else {
            return false;
        };
        if chunk.starts_with(b"IEND") {
            return behind.is_empty();
        }
        rest = behind;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x01IDAT.sum.\0\0\0\0IENDsum.";

    #[test]
    fn a_picture_that_is_cut_anywhere_is_torn() {
        assert!(is_whole(PNG));
        for length in 0..PNG.len() {
            assert!(!is_whole(PNG.get(..length).unwrap()), "{length}");
        }
        assert!(!is_whole(&[PNG, b"x"].concat()));
    }

    #[test]
    fn a_hidden_file_is_left_over() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [("fox.png", PNG), ("cut.png", &PNG[..9]), (".ideogram-1.part", PNG), ("x", b"")] {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        assert_eq!(content(folder.path()).unwrap(), Content { whole: 1, torn: 1, left_over: 2 });
    }
}
