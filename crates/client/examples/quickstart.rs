//! A picture, saved in the folder for temporary files: `cargo run --example quickstart`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use ideogram_client::{AspectRatio, Client, GenerateInput, Style};

pub async fn run(client: Client) -> ideogram_client::Result<()> {
    let input = GenerateInput::new("A fox reading a map, poster")
        .with_aspect_ratio(AspectRatio::Ratio16x9)
        .with_style(Style::Design);
    let response = client.subscribe(&input).await?;
    for saved in response.save_to(std::env::temp_dir()).await? {
        println!("{} with seed {}", saved.path().display(), response.seed);
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _sandbox) = support::client().await?;
    Ok(run(client).await?)
}
