//! Where the workspace is.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// The workspace's root: the nearest folder above with `openapi/endpoints.toml`, so that the command runs anywhere below.
pub(super) fn root() -> Result<PathBuf> {
    let here = std::env::current_dir().map_err(|error| Error::new(format!("the current folder: {error}")))?;
    let found = here.ancestors().find(|folder| folder.join("openapi/endpoints.toml").is_file());
    found
        .map(Path::to_path_buf)
        .ok_or_else(|| Error::new("no `openapi/endpoints.toml` here or above: run this inside the workspace"))
}
