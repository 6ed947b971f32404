//! What can go wrong, and what to do about it: `cargo run --example errors`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use ideogram_client::{
    Allowed, Client, EndpointInput, Error, ErrorKind, Found, GenerateInput, Job, Output, RemixInput, Strength,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Submits, and does not pay twice for a reply that was lost.
async fn submit(client: &Client, input: &GenerateInput) -> Result<Job<Output>, Error> {
    match client.submit(input).await {
        // The seed makes the input unlike any other, so what the history has is this very request.
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

/// One sentence for the user of a program: first what became of the request, then what went wrong.
fn advice(error: &Error) -> String {
    if error.may_have_been_accepted() {
        return match error.request_id() {
            Some(id) => format!("continue with request {id} before paying again"),
            None => "look for it with `find_submitted` before paying again".to_owned(),
        };
    }
    match error.kind() {
        ErrorKind::ContentPolicy => "change the prompt".to_owned(),
        ErrorKind::Validation => {
            let faults = error.details().iter().map(|detail| match Allowed::of(detail).to_string().as_str() {
                "" => format!("`{}`", detail.location()),
                allowed => format!("`{}`, which must be {allowed}", detail.location()),
            });
            // A job whose input the model refused may be billed, says fal's documentation; a request refused at once is not.
            let bill = if error.is_job_failure() { " (it may be billed)" } else { "" };
            format!("correct {}{bill}", faults.collect::<Vec<_>>().join("; "))
        }
        ErrorKind::ExhaustedBalance => "top up the account".to_owned(),
        ErrorKind::Auth | ErrorKind::MissingKey => "check the key".to_owned(),
        ErrorKind::RateLimited => format!("try again in {:?}", error.retry_after().unwrap_or(Duration::from_secs(30))),
        _ if error.is_retryable() => "try again later; nothing was paid".to_owned(),
        _ => error.to_string(),
    }
}

/// An input as JSON, checked before it costs anything; each kind of error here becomes the client's own.
fn input(json: Value) -> Result<RemixInput, Error> {
    Ok(RemixInput::from_json(json)?.with_strength(Strength::new(1.0)?))
}

pub async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    let job = submit(&client, &GenerateInput::new("A clock tower").with_seed(20_260_131)).await?;
    println!("{} picture(s)", job.wait().await?.images.len());

    // A misspelled field would be ignored by the service, and paid for.
    if let Err(error) = input(json!({"prompt": "A clock tower", "imgae_url": "https://example.invalid/none.png"})) {
        println!("{error}");
    }

    // A picture that cannot be fetched is known only when the job is done: the error has the model's own details.
    let input = input(json!({"prompt": "A clock tower", "image_url": "https://example.invalid/none.png"}))?;
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
