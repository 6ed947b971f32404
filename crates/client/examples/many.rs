//! Many pictures, some at once, each saved; what failed is told with its request id: `cargo run --example many`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use futures_util::{StreamExt, stream};
use ideogram_client::{Client, Error, GenerateInput};
use std::path::{Path, PathBuf};

/// Requests under way at once. The client would bear more; this bounds what is paid for when something goes wrong.
const AT_ONCE: usize = 8;

/// Makes one picture and saves it in the folder.
async fn card(client: &Client, index: i64, folder: &Path) -> Result<PathBuf, Error> {
    let input = GenerateInput::new(format!("Playing card number {index}, art nouveau")).with_seed(index);
    let response = client.subscribe(&input).await?;
    let saved = response.save_to(folder.join(format!("card-{index}.png"))).await?;
    Ok(saved.first().map_or_else(PathBuf::new, |file| file.path().to_owned()))
}

pub async fn run(client: Client) -> ideogram_client::Result<()> {
    let folder = std::env::temp_dir();
    let (client, folder) = (&client, &folder);
    let mut cards = stream::iter(0..20)
        .map(|index| async move { (index, card(client, index, folder).await) })
        .buffer_unordered(AT_ONCE);
    let mut open = Vec::new();
    while let Some((index, outcome)) = cards.next().await {
        match outcome {
            Ok(path) => println!("{index}: {}", path.display()),
            Err(error) => {
                println!("{index}: {error}");
                // It may be paid for: `client.job(id)` takes it up again.
                if error.may_have_been_accepted() {
                    open.push((index, error.request_id().map(str::to_owned)));
                }
            }
        }
    }
    println!("to look at before anything is sent again: {open:?}");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _sandbox) = support::client().await?;
    Ok(run(client).await?)
}
