//! The CDN: uploads in one piece and in parts, and downloads with ranges.

use crate::chance;
use crate::clock;
use crate::http::auth;
use crate::http::caller::Caller;
use crate::http::range::{Wanted, parse_range};
use crate::http::reply;
use crate::http::rest::{file_name, lifetime};
use crate::services::Service;
use crate::world::State;
use crate::world::addresses::{Links, file_id, file_path};
use crate::world::file_store::{StoredFile, etag};
use crate::world::pending_uploads::PendingUpload;
use axum::extract::{FromRequestParts, Path, RawQuery, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Extension, Router};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

pub(crate) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/cdn/files/upload", post(upload))
        .route("/cdn/files/upload/multipart", post(start_parts))
        .route("/cdn/files/b/{id}/{name}", get(download))
        .route("/cdn/files/b/{id}/{name}/multipart/{upload}/{part}", put(token_part))
        .route("/cdn/files/b/{id}/{name}/multipart/{upload}/complete", post(token_complete))
        .route("/cdn/signed/upload/{upload}", put(signed_upload))
        .route("/cdn/signed/bucket/{upload}", put(bucket_upload))
        .route("/cdn/signed/multipart/{upload}/{part}", put(signed_part))
        .route("/cdn/signed/multipart/{upload}/complete", post(signed_complete))
}

/// An extractor for calls with a token of the storage, or with the key if that is switched on. Other calls are refused
/// before the handler runs.
struct Tokened;

impl FromRequestParts<Arc<State>> for Tokened {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<State>) -> Result<Self, Response> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        match value.and_then(|value| value.split_once(' ')) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && state.tokens.knows(token) => Ok(Self),
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("key") && state.config.cdn_takes_key => {
                auth::Keyed::from_request_parts(parts, state).await.map(|_| Self)
            }
            _ => Err(reply::detail(StatusCode::UNAUTHORIZED, "A token of the storage is needed")),
        }
    }
}

/// A signed URL is its own credential.
fn check_signature(upload: &str, query: Option<&str>) -> Result<(), Box<Response>> {
    let signature = query.and_then(|query| crate::query::parameter(query, "signature"));
    if signature.as_deref() == Some(upload) {
        return Ok(());
    }
    Err(Box::new(reply::detail(StatusCode::FORBIDDEN, "The signature does not fit the URL")))
}

/// Checks a signed URL. A further credential is refused, because a client must not send one here.
fn check_signature_alone(upload: &str, query: Option<&str>, headers: &HeaderMap) -> Result<(), Box<Response>> {
    check_signature(upload, query)?;
    if headers.contains_key(header::AUTHORIZATION) {
        return Err(Box::new(reply::detail(StatusCode::BAD_REQUEST, "A signed URL takes no `Authorization`")));
    }
    Ok(())
}

fn keep(state: &State, upload: &PendingUpload, bytes: Bytes) {
    let expires_at = upload.lifetime.and_then(|lifetime| clock::now().checked_add(lifetime));
    state.files.keep(&upload.file, StoredFile::new(bytes, &upload.content_type, expires_at));
}

fn url_of(links: &Links, upload: &PendingUpload) -> String {
    links.url(Service::Cdn, &file_path(&upload.file, &upload.name))
}

/// The metadata of an uploaded file, from the headers.
fn described(headers: &HeaderMap) -> PendingUpload {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    PendingUpload {
        file: chance::id(),
        name: file_name(text("x-fal-file-name")),
        content_type: text("content-type").unwrap_or("application/octet-stream").to_owned(),
        lifetime: lifetime(headers),
        ..PendingUpload::default()
    }
}

async fn upload(
    _: Tokened,
    Shared(state): Shared<Arc<State>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let upload = described(&headers);
    let url = url_of(&caller.links, &upload);
    keep(&state, &upload, body);
    reply::json(StatusCode::OK, &json!({ "access_url": url }))
}

async fn start_parts(
    _: Tokened,
    Shared(state): Shared<Arc<State>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Response {
    let upload = described(&headers);
    let url = url_of(&caller.links, &upload);
    let id = state.uploads.announce(upload);
    reply::json(StatusCode::OK, &json!({ "access_url": url, "uploadId": id }))
}

async fn token_part(
    _: Tokened,
    Shared(state): Shared<Arc<State>>,
    Path((id, _, upload, part)): Path<(String, String, String, u32)>,
    body: Bytes,
) -> Response {
    if state.uploads.file_of(&upload).as_ref() != Some(&id) {
        return reply::not_found();
    }
    keep_part(&state, &upload, part, body)
}

async fn token_complete(
    _: Tokened,
    Shared(state): Shared<Arc<State>>,
    Extension(caller): Extension<Caller>,
    Path((id, _, upload)): Path<(String, String, String)>,
    body: Bytes,
) -> Response {
    if state.uploads.file_of(&upload).as_ref() != Some(&id) {
        return reply::not_found();
    }
    complete(&state, &caller.links, &upload, &body)
}

async fn signed_upload(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match check_signature_alone(&id, query.as_deref(), &headers) {
        Ok(()) => put_file(&state, &id, body),
        Err(refusal) => *refusal,
    }
}

/// The older storage checks only the signature, since callers also send their key.
async fn bucket_upload(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    match check_signature(&id, query.as_deref()) {
        Ok(()) => put_file(&state, &id, body),
        Err(refusal) => *refusal,
    }
}

fn put_file(state: &State, id: &str, body: Bytes) -> Response {
    match state.uploads.take(id) {
        Some(upload) => {
            keep(state, &upload, body);
            StatusCode::OK.into_response()
        }
        None => reply::not_found(),
    }
}

async fn signed_part(
    Shared(state): Shared<Arc<State>>,
    Path((id, part)): Path<(String, u32)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match check_signature_alone(&id, query.as_deref(), &headers) {
        Ok(()) => keep_part(&state, &id, part, body),
        Err(refusal) => *refusal,
    }
}

async fn signed_complete(
    Shared(state): Shared<Arc<State>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match check_signature_alone(&id, query.as_deref(), &headers) {
        Ok(()) => complete(&state, &caller.links, &id, &body),
        Err(refusal) => *refusal,
    }
}

fn keep_part(state: &State, upload: &str, part: u32, body: Bytes) -> Response {
    if !(1..=10_000).contains(&part) {
        return reply::detail(StatusCode::BAD_REQUEST, "Parts are numbered from 1 to 10000");
    }
    let etag = etag(&body);
    if !state.uploads.keep_part(upload, part, &etag, body) {
        return reply::not_found();
    }
    let mut response = reply::json(StatusCode::OK, &json!({ "partNumber": part, "etag": etag }));
    reply::set(&mut response, header::ETAG, &etag);
    response
}

#[derive(Deserialize)]
struct Completion {
    parts: Vec<CompletedPart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompletedPart {
    part_number: u32,
    etag: String,
}

fn complete(state: &State, links: &Links, id: &str, body: &[u8]) -> Response {
    let Ok(completion) = serde_json::from_slice::<Completion>(body) else {
        return reply::detail(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The body must be `{\"parts\": [{\"partNumber\", \"etag\"}]}`",
        );
    };
    let Some(mut upload) = state.uploads.take(id) else { return reply::not_found() };
    let file = PendingUpload { parts: std::mem::take(&mut upload.parts), ..PendingUpload::default() };
    let named: Vec<_> = completion.parts.into_iter().map(|part| (part.part_number, part.etag)).collect();
    match file.join(&named) {
        Some(bytes) => {
            keep(state, &upload, bytes);
            let url = url_of(links, &upload);
            reply::json(StatusCode::OK, &json!({ "access_url": url }))
        }
        None => reply::detail(StatusCode::BAD_REQUEST, "The parts named are not those that were uploaded"),
    }
}

async fn download(Shared(state): Shared<Arc<State>>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(id) = file_id(uri.path()) else { return reply::not_found() };
    let Some(file) = state.files.fetch(id).await else { return reply::not_found() };
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let same = |tags: &str| tags == "*" || tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.etag);
    let length = file.bytes.len();
    let mut response = if text(header::IF_NONE_MATCH).is_some_and(same) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let wanted = text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(same));
        match wanted.map_or(Wanted::Everything, |range| parse_range(range, length)) {
            Wanted::Everything => (StatusCode::OK, file.bytes.clone()).into_response(),
            Wanted::Bytes(first, last) => {
                let mut response = (StatusCode::PARTIAL_CONTENT, file.bytes.slice(first..=last)).into_response();
                reply::set(&mut response, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{length}"));
                response
            }
            Wanted::Outside => {
                let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
                reply::set(&mut response, header::CONTENT_RANGE, &format!("bytes */{length}"));
                response
            }
        }
    };
    reply::set(&mut response, header::CONTENT_TYPE, &file.content_type);
    reply::set(&mut response, header::ETAG, &file.etag);
    reply::set(&mut response, header::ACCEPT_RANGES, "bytes");
    // An uploaded file is served with the type that it was uploaded with. `nosniff` keeps a browser from running it as
    // a script of the sandbox's own page.
    reply::set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    reply::set(&mut response, header::CONTENT_SECURITY_POLICY, "sandbox");
    response
}
