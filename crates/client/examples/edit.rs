//! A part of a picture painted again: `cargo run --example edit`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use ideogram_client::{Client, EditInput, GenerateInput, ImageInput};
use image::{GrayImage, ImageFormat, Luma};
use std::io::Cursor;

pub async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    let source = client.run(&GenerateInput::new("A table in a garden")).await?;
    let picture = source.images.first().ok_or("the answer has no picture")?;
    let picture = client.image(picture).bytes().await?;

    // A mask is as large as the picture. fal does not document which of its colours is painted again: here, a black square in
    // the middle of white.
    let size = image::load_from_memory(&picture)?;
    let (width, height) = (size.width(), size.height());
    let middle = |at: u32, length: u32| (length / 3..length * 2 / 3).contains(&at);
    let mask =
        GrayImage::from_fn(width, height, |x, y| Luma([if middle(x, width) && middle(y, height) { 0 } else { 255 }]));
    let mut png = Cursor::new(Vec::new());
    mask.write_to(&mut png, ImageFormat::Png)?;

    // Both at once; pictures of different size would be refused here, before anything is paid.
    let (image, mask) = client.upload_with_mask(picture, ImageInput::bytes(png.into_inner())).await?;
    let response = client.subscribe(&EditInput::new("A bowl of oranges on the table", image, mask)).await?;
    for saved in response.save_to(std::env::temp_dir()).await? {
        println!("{}", saved.path().display());
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _sandbox) = support::client().await?;
    run(client).await
}
