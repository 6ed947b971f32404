//! What spans and events say, and what they must not.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use ideogram_client::GenerateInput;
use serde_json::json;
use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use support::{Stub, answer, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down every field of every span and event.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<String>>);

impl Visit for Notes {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0.lock().unwrap(), "{}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Notes {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn requests_are_told_by_their_standard_names_without_key_prompt_or_query() {
    let met = AtomicUsize::new(0);
    let stub = Stub::start(move |_| match met.fetch_add(1, Ordering::SeqCst) {
        0 => json(429, json!({})),
        _ => answer(200, &[("x-fal-request-id", "r-1")], r#"{"request_id":"r-1","status":"IN_QUEUE"}"#),
    })
    .await;
    let notes = Notes::default();
    let guard = tracing::subscriber::set_default(notes.clone());
    let input = GenerateInput::new("a secret prompt");
    stub.client().submit(&input).with_webhook("https://app.example/hook?token=hidden").await.unwrap();
    drop(guard);
    let told = notes.0.lock().unwrap().clone();
    for expected in [
        "http.request.method=\"POST\"",
        "http.response.status_code=429",
        "http.response.status_code=200",
        "http.request.resend_count=1",
        "url.path=\"/queue/fal-ai/ideogram/v2/turbo\"",
        "fal.request_id=\"r-1\"",
        "server.address=\"127.0.0.1\"",
    ] {
        assert!(told.contains(expected), "{expected} is missing in\n{told}");
    }
    for secret in ["hush", "a secret prompt", "hidden"] {
        assert!(!told.contains(secret), "{secret} in\n{told}");
    }
}
