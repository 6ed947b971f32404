//! Many pictures, some at once, each saved; what failed is listed with its request id: `cargo run --example many`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use futures_util::{StreamExt, stream};
use ideogram_client::{Client, Error, GenerateInput, RequestState};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Requests under way at once. The client can handle more; this limits the cost when something goes wrong.
const AT_ONCE: usize = 8;

/// Makes one picture and saves it in the folder.
async fn card(client: &Client, index: i64, folder: &Path) -> Result<PathBuf, Error> {
    // A seed of its own makes each input different, so that a request whose reply was lost can be found by its input.
    let input = GenerateInput::new(format!("Playing card number {index}, art nouveau")).with_seed(index);
    let response = client.subscribe(&input).await?;
    let saved = response.save_to(folder.join(format!("card-{index}.png"))).await?;
    Ok(saved.first().map_or_else(|| folder.to_owned(), |file| file.path().to_owned()))
}

pub async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir();
    let (client, folder) = (&client, &folder);
    let mut cards = stream::iter(0..20)
        .map(|index| async move { (index, card(client, index, folder).await) })
        .buffer_unordered(AT_ONCE);
    let list = folder.join("failed.jsonl");
    let (mut failures, mut failed) = (File::create(&list)?, 0);
    while let Some((index, outcome)) = cards.next().await {
        match outcome {
            Ok(path) => println!("{index}: {}", path.display()),
            Err(error) => {
                println!("{index}: {error}");
                failed += 1;
                // Written at once, so that the list is there when this program is stopped. Before you send one again: if
                // its state is `accepted`, continue with `client.job::<Generate>(request_id)`; if it is `unknown`, look for it
                // with `client.find_submitted(&input, Window::new(begin, end))`.
                let line = json!({
                    "index": index,
                    "state": error.state().map(RequestState::as_str),
                    "request_id": error.request_id(),
                    "sent_within": error.sent_within().map(|window| [window.begin(), window.end()]),
                });
                if let Err(unwritten) = writeln!(failures, "{line}") {
                    eprintln!("{}: {unwritten}", list.display());
                }
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} failed, see {}", list.display()).into()) }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _sandbox) = support::client().await?;
    run(client).await
}
