//! A server that receives a webhook when a job is done: `cargo run --example webhook --features webhook`.

#![allow(missing_docs, unreachable_pub, clippy::missing_errors_doc, reason = "an example, which a test runs as well")]

mod support;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use ideogram_client::webhook::Verifier;
use ideogram_client::{Client, Generate, GenerateInput};
use tokio::sync::mpsc;

#[derive(Clone)]
struct Receiver {
    verifier: Verifier,
    done: mpsc::Sender<String>,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match receiver.verifier.verify::<Generate>(&headers, &body).await {
        Ok(delivery) => {
            let line = match delivery.output() {
                Ok(output) => format!("{}: {:?}", delivery.request_id, output.images),
                Err(error) => format!("{}: {error}", delivery.request_id),
            };
            // A full channel or a receiver that is gone: let fal try again.
            if receiver.done.try_send(line).is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
        }
        Err(error) if error.is_forged() => StatusCode::FORBIDDEN,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

pub async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    let (done, mut lines) = mpsc::channel(100);
    let state = Receiver { verifier: client.webhook_verifier(), done };
    let router = Router::new().route("/hook", post(receive)).with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/hook", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    // fal delivers to public `https` URLs only; the sandbox delivers to this one.
    client.submit(&GenerateInput::new("A bell tower")).with_webhook(url).await?;
    println!("{}", lines.recv().await.unwrap_or_default());
    server.abort();
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, sandbox) = support::client().await?;
    if sandbox.is_none() {
        return Err("fal cannot reach a server of this machine: run this without `--paid`".into());
    }
    run(client).await
}
