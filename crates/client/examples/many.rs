//! Many pictures at once, over few connections: `cargo run --example many`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use futures_util::{StreamExt, stream};
use ideogram_client::{Client, GenerateInput};

pub async fn run(client: Client) -> ideogram_client::Result<()> {
    // A client is cheap to clone and keeps its own bounds, so all of them may start at once; fal's queue holds them.
    let calls = stream::iter(0..20).map(|index| {
        let client = client.clone();
        async move {
            let input = GenerateInput::new(format!("Playing card number {index}, art nouveau")).with_seed(index);
            (index, client.subscribe(&input).await)
        }
    });
    let mut outcomes = calls.buffer_unordered(1000);
    while let Some((index, outcome)) = outcomes.next().await {
        match outcome {
            Ok(response) => println!("{index}: {:?} after {:?}", response.images, response.elapsed()),
            Err(error) => println!("{index}: {error}"),
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _sandbox) = support::client().await?;
    Ok(run(client).await?)
}
