//! What happens to a job, as it happens, and how to stop it: `cargo run --example progress`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use futures_util::TryStreamExt;
use ideogram_client::{Client, GenerateInput, Update};
use std::time::Duration;

/// Ends when the user presses Ctrl-C; if that cannot be noticed, never.
async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

pub async fn run(client: Client) -> ideogram_client::Result<()> {
    // Step by step: store the id before you wait; `client.job::<Generate>(id)` continues with it after a crash.
    let job = client.submit(&GenerateInput::new("A lighthouse, woodcut")).await?;
    println!("submitted {}", job.request_id());
    let mut updates = job.updates();
    while let Some(update) = updates.try_next().await? {
        match update {
            Update::Queued { position: Some(ahead) } => println!("queued, {ahead} ahead"),
            Update::Queued { position: None } => println!("queued"),
            Update::Started => println!("running"),
            Update::Log(entry) => println!("  {}", entry.message),
            // It may have failed: `result` says.
            Update::Completed(status) => match status.metrics.and_then(|metrics| metrics.inference_time) {
                Some(seconds) => println!("done after {seconds} s"),
                None => println!("done"),
            },
            _ => {}
        }
    }
    let response = job.result().await?;
    println!("{} picture(s)", response.images.len());

    // Or in one call, with a deadline and a way to stop: the job is cancelled, not only forgotten.
    let input = GenerateInput::new("A lighthouse at night, woodcut");
    let call = client
        .subscribe(&input)
        .with_deadline(Duration::from_secs(120))
        .cancel_when(ctrl_c())
        .on_status(|status| println!("{}", status.status));
    println!("{} picture(s)", call.await?.images.len());
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _sandbox) = support::client().await?;
    Ok(run(client).await?)
}
