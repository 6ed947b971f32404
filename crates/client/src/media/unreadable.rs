//! The error for a file that cannot be read.

use crate::error::{Error, ErrorKind};
use std::path::Path;

/// A file that cannot be read.
pub(super) fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::File, format!("`{}` cannot be read", path.display())).with_source(error)
}
