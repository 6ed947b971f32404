//! The options that a caller sets for a job besides its input.

use crate::description::Endpoints;
use crate::http::reply;
use crate::query;
use crate::world::job::SubmitOptions;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// Reads the platform's headers, and the webhook from the query of a submit.
///
/// # Errors
/// A start timeout that cannot be read, or a webhook that is not a URL; other options that cannot be read are ignored.
pub(crate) fn read(headers: &HeaderMap, query: Option<&str>) -> Result<SubmitOptions, &'static str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    // The newer name wins where both are sent.
    let start_timeout = match text("x-fal-request-start-timeout").or_else(|| text("x-fal-request-timeout")) {
        None => None,
        Some(text) => match text.parse::<f64>().ok().map(Duration::try_from_secs_f64) {
            Some(Ok(limit)) if limit > Duration::from_millis(100) => Some(limit),
            _ => return Err("The start timeout must be a number of seconds greater than 0.1"),
        },
    };
    let webhook = query.and_then(|query| query::parameter(query, "fal_webhook"));
    let is_url = |text: &String| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !webhook.iter().all(is_url) {
        return Err("`fal_webhook` must be an http or https URL");
    }
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
        webhook,
    })
}

/// The `Content-Type` of the body.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok())
}

/// Lets a call through if its application exists.
///
/// # Errors
/// The refusal to send: 404 with the application's name.
pub(crate) fn check_application(endpoints: &Endpoints, owner: &str, app: &str) -> Result<(), Box<Response>> {
    if endpoints.iter().any(|endpoint| (endpoint.owner.as_str(), endpoint.app.as_str()) == (owner, app)) {
        return Ok(());
    }
    Err(Box::new(reply::detail(StatusCode::NOT_FOUND, &format!("Application \"{app}\" not found"))))
}
