//! A mask must be as large as the picture under it: known before anything is paid, where both are here.

use super::input::{ImageInput, Source, decode};
use super::unreadable::unreadable;
use crate::error::{Error, Result};
use crate::picture::format::Format;
use ideogram_schema::{EndpointInfo, FieldKind, FileRole};
use serde_json::{Map, Value};
use std::fmt;

/// Width and height of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimensions {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Dimensions {
    /// Reads them from a picture's header; no pixel is decoded.
    ///
    /// ```
    /// use ideogram_client::Dimensions;
    ///
    /// let gif = b"GIF89a\x03\x00\x02\x00\x00\x00\x00";
    /// assert_eq!(Dimensions::of(gif), Some(Dimensions { width: 3, height: 2 }));
    /// ```
    pub fn of(bytes: &[u8]) -> Option<Self> {
        Format::of(bytes)?;
        imagesize::blob_size(bytes).ok().map(Self::from)
    }

    fn from(size: imagesize::ImageSize) -> Self {
        Self { width: size.width, height: size.height }
    }
}

impl fmt::Display for Dimensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

impl ImageInput {
    /// Width and height, where the picture is here and of a known kind.
    ///
    /// # Errors
    /// [`is_file`](Error::is_file) when the file cannot be read.
    pub async fn dimensions(&self) -> Result<Option<Dimensions>> {
        match &self.source {
            Source::Url(_) | Source::Reader(_) => Ok(None),
            Source::Bytes(bytes) => Ok(Dimensions::of(bytes)),
            Source::DataUri(uri) => Ok(Dimensions::of(&decode(uri)?)),
            Source::Path(path) => {
                let path = path.clone();
                let read = move || match imagesize::size(&path) {
                    Ok(size) => Ok(Some(Dimensions::from(size))),
                    Err(imagesize::ImageError::IoError(error)) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
                        Err(unreadable(&path, error))
                    }
                    Err(_) => Ok(None),
                };
                tokio::task::spawn_blocking(read).await.unwrap_or(Ok(None))
            }
        }
    }
}

/// Compares a picture and its mask, as far as both are here.
pub(crate) async fn check(image: &ImageInput, mask: &ImageInput) -> Result<()> {
    if image.is_local()
        && mask.is_local()
        && let (Some(image), Some(mask)) = (image.dimensions().await?, mask.dimensions().await?)
    {
        return compare(image, mask);
    }
    Ok(())
}

fn compare(image: Dimensions, mask: Dimensions) -> Result<()> {
    if image == mask {
        return Ok(());
    }
    Err(Error::input(format!("the mask is {mask} pixels and the picture {image}: make them the same size")))
}

/// Compares picture and mask where an input holds both as `data:` URIs, by the roles that the description gives them.
pub(crate) fn check_inlined(info: &EndpointInfo, input: &Map<String, Value>) -> Result<()> {
    let field = |role| info.inputs.iter().find(|field| field.kind == FieldKind::File(role));
    let (Some(image), Some(mask)) = (field(FileRole::Image), field(FileRole::Mask)) else { return Ok(()) };
    let dimensions = |name: &str| {
        let text = input.get(name)?.as_str()?;
        Dimensions::of(&decode(text).ok()?)
    };
    match (dimensions(image.name), dimensions(mask.name)) {
        (Some(image), Some(mask)) => compare(image, mask),
        _ => Ok(()),
    }
}
