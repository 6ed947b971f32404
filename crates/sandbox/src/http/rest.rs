//! The REST service: tokens, announced uploads, and the keys that webhooks are signed with.

use crate::chance;
use crate::clock;
use crate::http::auth::Keyed;
use crate::http::caller::Caller;
use crate::http::reply;
use crate::query;
use crate::services::Service;
use crate::world::State;
use crate::world::addresses::{Links, file_path};
use crate::world::pending_uploads::PendingUpload;
use crate::world::tokens::TOKEN_TTL;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/rest/tokens/", post(access_token))
        .route("/rest/tokens", post(access_token))
        .route("/rest/storage/auth/token", post(storage_token))
        .route("/rest/storage/upload/initiate", post(initiate))
        .route("/rest/storage/upload/initiate-multipart", post(initiate_multipart))
        .route("/rest/.well-known/jwks.json", get(jwks))
}

#[derive(Deserialize)]
struct AccessToken {
    #[serde(default)]
    allowed_apps: Vec<String>,
    #[serde(default)]
    token_expiration: Option<u64>,
}

async fn access_token(_: Keyed, Shared(state): Shared<Arc<State>>, body: Bytes) -> Response {
    match serde_json::from_slice::<AccessToken>(&body) {
        Ok(wanted) if !wanted.allowed_apps.is_empty() => {
            let ttl = Duration::from_secs(wanted.token_expiration.unwrap_or(120));
            reply::json(StatusCode::OK, &state.tokens.issue(ttl).0)
        }
        _ => reply::detail(StatusCode::UNPROCESSABLE_ENTITY, "`allowed_apps` must name at least one application"),
    }
}

async fn storage_token(
    _: Keyed,
    Shared(state): Shared<Arc<State>>,
    RawQuery(query): RawQuery,
    Extension(caller): Extension<Caller>,
) -> Response {
    if query.as_deref().and_then(|query| query::parameter(query, "storage_type")).as_deref() != Some("fal-cdn-v3") {
        return reply::detail(StatusCode::UNPROCESSABLE_ENTITY, "`storage_type` must be `fal-cdn-v3`");
    }
    let (token, expires_at) = state.tokens.issue(TOKEN_TTL);
    let body = json!({
        "token": token,
        "token_type": "Bearer",
        "base_url": caller.links.url(Service::Cdn, ""),
        "expires_at": clock::rfc3339(expires_at),
    });
    reply::json(StatusCode::OK, &body)
}

#[derive(Deserialize)]
struct Announcement {
    #[serde(default)]
    file_name: Option<String>,
    #[serde(default)]
    content_type: Option<String>,
}

async fn initiate(
    _: Keyed,
    Shared(state): Shared<Arc<State>>,
    RawQuery(query): RawQuery,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let storage_type = query.as_deref().and_then(|query| query::parameter(query, "storage_type"));
    announce(
        &state,
        &caller.links,
        &headers,
        &body,
        if storage_type.as_deref() == Some("gcs") { "bucket" } else { "upload" },
    )
}

async fn initiate_multipart(
    _: Keyed,
    Shared(state): Shared<Arc<State>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    announce(&state, &caller.links, &headers, &body, "multipart")
}

/// Announces a file. The upload URL is signed, so the upload needs no other credential.
fn announce(state: &State, links: &Links, headers: &HeaderMap, body: &[u8], kind: &str) -> Response {
    let Ok(announcement) = serde_json::from_slice::<Announcement>(body) else {
        return reply::detail(StatusCode::UNPROCESSABLE_ENTITY, "The body must be an object");
    };
    let upload = PendingUpload {
        file: chance::id(),
        name: file_name(announcement.file_name.as_deref()),
        content_type: announcement.content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        lifetime: lifetime(headers),
        ..PendingUpload::default()
    };
    let file_url = links.url(Service::Cdn, &file_path(&upload.file, &upload.name));
    let id = state.uploads.announce(upload);
    let upload_url = links.url(Service::Cdn, &format!("/signed/{kind}/{id}?signature={id}"));
    reply::json(StatusCode::OK, &json!({ "upload_url": upload_url, "file_url": file_url }))
}

/// A name that is safe in a URL, made of the requested one.
pub(crate) fn file_name(wanted: Option<&str>) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = wanted.unwrap_or_default().chars().map(|c| if allowed(c) { c } else { '_' }).take(120).collect();
    let name = name.trim_start_matches('.').to_owned();
    if name.is_empty() { "file".to_owned() } else { name }
}

/// How long a file is to be kept, by either name of the header.
pub(crate) fn lifetime(headers: &HeaderMap) -> Option<Duration> {
    let header =
        ["x-fal-object-lifecycle-preference", "x-fal-object-lifecycle"].into_iter().find_map(|n| headers.get(n))?;
    let preference: Value = serde_json::from_slice(header.as_bytes()).ok()?;
    preference.get("expiration_duration_seconds")?.as_u64().map(Duration::from_secs)
}

async fn jwks(Shared(state): Shared<Arc<State>>) -> Response {
    reply::json(StatusCode::OK, &state.signer.jwks())
}
