//! A client for the examples: of a sandbox in this process, or of fal, which costs money, with `-- --paid`.

#![allow(missing_docs, unreachable_pub, reason = "shared code of the examples")]

use ideogram_client::Client;
use ideogram_sandbox::Sandbox;

/// Keep the sandbox for as long as the client is used.
pub async fn client() -> Result<(Client, Option<Sandbox>), Box<dyn std::error::Error>> {
    if std::env::args().any(|argument| argument == "--paid") {
        return Ok((Client::from_env()?, None));
    }
    // Pictures that show what was asked for, not of one colour.
    let sandbox = Sandbox::builder().flat(false).start().await?;
    let client = Client::builder().with_key(sandbox.key()).with_base_url(sandbox.url()).build()?;
    Ok((client, Some(sandbox)))
}
