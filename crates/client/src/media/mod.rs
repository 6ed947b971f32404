//! Pictures that go in: uploading, inlining, and what can be checked before anything is paid.

mod content;
mod hosted;
mod input;
mod mask;
mod multipart;
mod storage;
mod upload;

pub use hosted::HostedUrl;
pub use input::ImageInput;
pub use mask::Dimensions;
pub use upload::{Progress, Upload};

pub(crate) use mask::check_inlined;
pub(crate) use storage::Tokens;

use crate::client::Client;
use crate::error::Result;
use crate::limits;

impl Client {
    /// Makes a picture available to the endpoints: a local one is uploaded, a URL is taken as it is.
    ///
    /// ```no_run
    /// use ideogram_client::{Client, ImageInput, RemixInput};
    ///
    /// # async fn example(client: Client) -> ideogram_client::Result<()> {
    /// let image = client.upload(ImageInput::path("fox.png")).await?;
    /// let response = client.subscribe(&RemixInput::new("An ice cream, poster", image)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload(&self, image: impl Into<ImageInput>) -> Upload {
        Upload::new(self.clone(), image.into())
    }

    /// Uploads a picture and the mask over it, at the same time. Where both are local and their sizes differ, it ends in
    /// an error before anything is sent: the endpoint would refuse them, after the bill.
    ///
    /// # Errors
    /// [`is_input`](crate::Error::is_input) when the sizes differ; else as [`Upload`].
    pub async fn upload_with_mask(
        &self,
        image: impl Into<ImageInput>,
        mask: impl Into<ImageInput>,
    ) -> Result<(HostedUrl, HostedUrl)> {
        let (image, mask) = (image.into(), mask.into());
        mask::check(&image, &mask).await?;
        futures_util::future::try_join(async { self.upload(image).await }, async { self.upload(mask).await }).await
    }
}

/// Sizes above which an upload goes in parts, as fal's own clients do.
const SINGLE: u64 = limits::SINGLE_UPLOAD_BYTES;
