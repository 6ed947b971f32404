//! What a caller says about a job in the platform's headers.

use crate::world::job::SubmitOptions;
use http::{HeaderMap, header};
use serde_json::Value;
use std::time::Duration;

/// Reads the platform's headers.
///
/// # Errors
/// A start timeout that is none, which fal refuses; what else cannot be read is ignored.
pub(crate) fn read(headers: &HeaderMap) -> Result<SubmitOptions, &'static str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    // The newer name wins where both are sent.
    let start_timeout = match text("x-fal-request-start-timeout").or_else(|| text("x-fal-request-timeout")) {
        None => None,
        Some(text) => match text.parse::<f64>().ok().map(Duration::try_from_secs_f64) {
            Some(Ok(limit)) if limit > Duration::from_millis(100) => Some(limit),
            _ => return Err("The start timeout must be a number of seconds greater than 0.1"),
        },
    };
    let lifecycle = text("x-fal-object-lifecycle-preference")
        .and_then(|value| serde_json::from_str::<Value>(value).ok())
        .and_then(|value| value.get("expiration_duration_seconds")?.as_u64());
    Ok(SubmitOptions {
        start_timeout,
        low_priority: text("x-fal-queue-priority") == Some("low"),
        store_io: text("x-fal-store-io").and_then(|value| match value {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        }),
        file_lifetime: lifecycle.map(Duration::from_secs),
        webhook: None,
    })
}

/// The type that the caller says its body has.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok())
}
