//! What can go wrong, and what to do about it: `cargo run --example errors`.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::missing_errors_doc,
    reason = "an example, which a test runs as well"
)]

mod support;

use ideogram_client::{Allowed, Client, Error, Found, GenerateInput, Job, Output, RemixInput, Strength};

/// Submits, and does not pay twice for a reply that was lost.
async fn submit(client: &Client, input: &GenerateInput) -> Result<Job<Output>, Error> {
    match client.submit(input).await {
        // With a random seed in the input, what the history has is this very request.
        Err(error) if error.may_have_been_accepted() => match error.sent_within() {
            Some(window) => match client.find_submitted(input, window).await? {
                Found::Once(job) => Ok(job),
                _ => Err(error),
            },
            None => Err(error),
        },
        outcome => outcome,
    }
}

/// One sentence for the user of a program.
fn advice(error: &Error) -> String {
    if error.is_content_policy() {
        "change the prompt".to_owned()
    } else if error.is_validation() {
        let fields = error.details().iter().map(|detail| format!("{:?} {:?}", detail.loc, Allowed::of(detail).at_most));
        format!("correct {}", fields.collect::<Vec<_>>().join(", "))
    } else if error.is_exhausted_balance() {
        "top up the account".to_owned()
    } else if error.is_auth() {
        "check the key".to_owned()
    } else if error.is_retryable() {
        "try again later; nothing was paid".to_owned()
    } else if error.may_have_been_accepted() {
        format!("look for request {:?} before paying again", error.request_id())
    } else {
        error.to_string()
    }
}

pub async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    let job = submit(&client, &GenerateInput::new("A clock tower").with_seed(20_260_131)).await?;
    println!("{}", job.wait().await?.images[0].url);

    // A picture that cannot be fetched is known only when the job is done: the error has the model's own details.
    let input = RemixInput::new("A clock tower", "https://example.invalid/none.png").with_strength(Strength::new(1.0)?);
    if let Err(error) = client.subscribe(&input).await {
        println!("{error}\n  so: {}", advice(&error));
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _sandbox) = support::client().await?;
    run(client).await
}
