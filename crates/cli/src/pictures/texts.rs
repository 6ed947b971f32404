//! The texts in a PNG file.

use crate::made::{KEYWORD, Made};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The most memory that reading them may take: a row of pixels, and the texts.
const MAX_MEMORY: usize = 16 << 20;

/// Keyword and text of each, in the order of the file; none where it is no PNG. What comes after a damaged place is not
/// read.
pub(crate) fn texts(path: &Path) -> std::io::Result<Vec<(String, String)>> {
    let file = BufReader::new(File::open(path)?);
    let decoder = png::Decoder::new_with_limits(file, png::Limits { bytes: MAX_MEMORY });
    let Ok(mut reader) = decoder.read_info() else { return Ok(Vec::new()) };
    // Texts may come after the pixels. What was read before a damaged place is kept.
    let _ = reader.finish();
    let info = reader.info();
    let plain = info.uncompressed_latin1_text.iter().map(|text| (text.keyword.clone(), text.text.clone()));
    let unicode = info.utf8_text.iter().filter_map(|text| Some((text.keyword.clone(), text.get_text().ok()?)));
    Ok(plain.chain(unicode).collect())
}

/// What made a picture, where it says so.
pub(crate) fn made(path: &Path) -> std::io::Result<Option<Made>> {
    Ok(made_by(&texts(path)?))
}

/// What made a picture, by its texts.
pub(crate) fn made_by(texts: &[(String, String)]) -> Option<Made> {
    let (_, text) = texts.iter().find(|(keyword, _)| keyword == KEYWORD)?;
    serde_json::from_str(text).ok()
}
