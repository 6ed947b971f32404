//! A client for the examples: of fal where `FAL_KEY` is set, else of a sandbox in this process.

#![allow(missing_docs, unreachable_pub, reason = "a support of examples")]

use ideogram_client::Client;
use ideogram_sandbox::Sandbox;

/// Keep the sandbox for as long as the client is used.
pub async fn client() -> Result<(Client, Option<Sandbox>), Box<dyn std::error::Error>> {
    match Client::from_env() {
        Ok(client) => Ok((client, None)),
        Err(error) if error.is_missing_key() => {
            // Pictures that show what was asked for, not of one colour.
            let sandbox = Sandbox::builder().flat(false).start().await?;
            let client = Client::builder().with_key(sandbox.key()).with_base_url(sandbox.url()).build()?;
            Ok((client, Some(sandbox)))
        }
        Err(error) => Err(error.into()),
    }
}
