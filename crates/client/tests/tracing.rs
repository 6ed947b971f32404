//! What spans and events say, and what they must not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may")]

#[path = "client/support/mod.rs"]
mod support;

use ideogram_client::GenerateInput;
use serde_json::json;
use std::fmt::{Debug, Write};
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use support::queue::{ID, STREAM, SUBMIT, accepted, completed, in_progress, output};
use support::{Stub, answer, end, event, json, stream};
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

/// What a program prints that shows this crate's events.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Printed {
    /// Calls as a program does that is started with `RUST_LOG=ideogram_client=debug`, and gives its lines.
    async fn lines(call: impl Future<Output = ()>) -> Vec<String> {
        let printed = Self::default();
        let writer = printed.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new("ideogram_client=debug"))
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        call.await;
        drop(guard);
        let text = String::from_utf8(printed.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| line.trim().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_normal_run_tells_of_its_request_from_submit_to_result() {
    let submits = AtomicUsize::new(0);
    let stub = Stub::start(move |request| match request.line().as_str() {
        SUBMIT if submits.fetch_add(1, Ordering::SeqCst) == 0 => json(429, json!({})),
        SUBMIT => json(200, accepted()),
        STREAM => stream([event(in_progress()), event(completed()), end()]),
        _ => json(200, output()),
    })
    .await;
    let input = GenerateInput::new("a secret prompt");
    let lines = Printed::lines(async {
        stub.client().subscribe(&input).with_cancel_on_drop().await.unwrap();
    })
    .await;
    let span = |fields: &str| format!(r#"otel.name="subscribe" fal.endpoint="fal-ai/ideogram/v2/turbo"{fields}"#);
    let of_job = span(&format!(r#" fal.attempts=2 fal.request_id="{ID}""#));
    for (line, expected) in [
        (0, [span(""), "sending again".to_owned()]),
        (1, [of_job.clone(), "accepted".to_owned()]),
        (2, [of_job.clone(), r#"status state="IN_PROGRESS""#.to_owned()]),
        (3, [of_job.clone(), r#"status state="COMPLETED""#.to_owned()]),
        (4, [of_job, "done elapsed_ms=".to_owned()]),
    ] {
        assert!(expected.iter().all(|text| lines[line].contains(text)), "{expected:?} in line {line} of {lines:#?}");
    }
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("secret") && !line.contains("hush")), "{lines:#?}");
}

#[tokio::test]
async fn a_state_that_nobody_knows_is_not_repeated() {
    let mut odd = in_progress();
    odd["status"] = "YOU SENT hush".into();
    let stub = Stub::start(move |request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => stream([event(odd.clone()), event(completed()), end()]),
        _ => json(200, output()),
    })
    .await;
    let lines = Printed::lines(async {
        stub.client().subscribe(&GenerateInput::new("A fox")).await.unwrap();
    })
    .await;
    assert!(lines.iter().any(|line| line.contains(r#"status state="another""#)), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("hush") && !line.contains("YOU SENT")), "{lines:#?}");
}

#[tokio::test]
async fn a_call_that_fails_tells_why_without_repeating_the_input() {
    let refusal =
        json!({"detail": [{"loc": ["body", "prompt"], "msg": "no", "type": "x", "input": "a secret prompt"}]});
    let stub = Stub::start(move |_| json(422, refusal.clone())).await;
    let input = GenerateInput::new("a secret prompt");
    let lines = Printed::lines(async {
        stub.client().run(&input).await.unwrap_err();
    })
    .await;
    let [line] = lines.as_slice() else { panic!("{lines:#?}") };
    for text in [r#"otel.name="run""#, "ended in an error", "error.kind=Validation", r#"state="failed""#, "status=422"]
    {
        assert!(line.contains(text), "{text} in {line}");
    }
    assert!(!line.contains("secret"), "{line}");
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
