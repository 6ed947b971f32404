//! The pictures that answers link to.

use super::answer::{MOST, uri};
use super::desk::Desk;
use crate::exit::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ideogram_client::Format;
use rmcp::model::{ReadResourceResult, ResourceContents};
use std::path::PathBuf;

/// The rows that are looked through.
const RECENT: u32 = 10_000;

/// A picture that a call to this server has made; no other file is read.
pub(super) fn read(desk: &Desk, wanted: &str) -> Result<ReadResourceResult, Failure> {
    let files = desk.rows(RECENT)?.into_iter().flat_map(|row| row.files).map(PathBuf::from);
    let missing = || Failure::file("there is no such picture");
    let path = files.into_iter().find(|path| uri(path) == wanted).ok_or_else(missing)?;
    let small_enough = std::fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() <= MOST);
    let bytes = std::fs::read(&path).ok().filter(|_| small_enough).ok_or_else(missing)?;
    let content_type = Format::of(&bytes).map_or("application/octet-stream", Format::content_type);
    let contents = ResourceContents::blob(STANDARD.encode(bytes), wanted).with_mime_type(content_type);
    Ok(ReadResourceResult::new(vec![contents]))
}
