//! Without an async runtime: `cargo run --example blocking --features blocking`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use ideogram_client::{GenerateInput, Result, blocking::Client};
use std::time::Duration;

pub fn run(client: &Client) -> Result<()> {
    let input = GenerateInput::new("A tram in the rain, linocut");
    let response = client.subscribe_with(&input, |call| {
        call.with_deadline(Duration::from_secs(60)).on_status(|status| println!("{}", status.status))
    })?;
    for saved in client.save_to(&response, std::env::temp_dir())? {
        println!("{}", saved.path().display());
    }
    Ok(())
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    // Only the sandbox needs a runtime.
    let runtime = tokio::runtime::Runtime::new()?;
    let (client, _sandbox) = runtime.block_on(support::client())?;
    Ok(run(&Client::new(client)?)?)
}
