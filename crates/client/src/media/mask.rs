//! Checks that a mask has the same size as its picture, before anything is paid, if both are on this machine.

use super::input::{ImageInput, Source, decode};
use super::unreadable::unreadable;
use crate::error::{Error, Result};
use crate::picture::dimensions::Dimensions;
use ideogram_schema::{EndpointInfo, FieldKind, FileRole};
use serde_json::{Map, Value};

impl ImageInput {
    /// Width and height in pixels, read from the picture's header; `None` for a URL and a reader, which are not read, and for
    /// a format that this crate does not know.
    ///
    /// ```
    /// use ideogram_client::ImageInput;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> ideogram_client::Result<()> {
    /// let gif = ImageInput::bytes(b"GIF89a\x03\x00\x02\x00\x00\x00\x00".to_vec());
    /// assert_eq!(gif.dimensions().await?.map(|size| (size.width, size.height)), Some((3, 2)));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_file`](Error::is_file) when the file cannot be read; [`is_input`](Error::is_input) for a text that is no `data:`
    /// URI, and one that cannot be decoded.
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

/// Compares the sizes of a picture and its mask, if both are on this machine.
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
