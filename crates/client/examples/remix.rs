//! A local picture made anew: `cargo run --example remix`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use ideogram_client::{Client, GenerateInput, ImageInput, RemixInput, Strength};

pub async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    // A picture to begin with.
    let source = client.run(&GenerateInput::new("A harbour")).await?;
    let saved = source.save_to(std::env::temp_dir()).await?;
    let saved = saved.first().ok_or("the answer has no picture")?;

    let image = client
        .upload(ImageInput::path(saved.path()))
        .on_progress(|progress| println!("{} of {:?} bytes", progress.bytes, progress.total))
        .await?;
    let input = RemixInput::new("The same harbour in winter", image).with_strength(Strength::new(0.6)?);
    let response = client.subscribe(&input).await?;
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
