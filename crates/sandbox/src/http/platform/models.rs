//! The catalogue of models, and facts about the platform.

use super::pagination::{Parameters, refuse};
use crate::description::Endpoint;
use crate::http::auth;
use crate::http::reply;
use crate::world::State;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /models`.
pub(super) async fn models(
    Shared(state): Shared<Arc<State>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = auth::check(&state, &headers, None) {
        return *refusal;
    }
    let parameters = Parameters::of(query.as_deref());
    let wanted = parameters.all("endpoint_id");
    let with_document = parameters.all("expand").contains(&"openapi-3.0");
    let models: Vec<_> =
        state.endpoints.iter().filter(|one| wanted.is_empty() || wanted.contains(&one.id.as_str())).collect();
    match parameters.page(50, 100) {
        Ok(page) => {
            let answer = page.answer("models", &models, |info| describe(info, with_document));
            reply::json(StatusCode::OK, &answer)
        }
        Err(text) => refuse(text),
    }
}

fn describe(info: &Endpoint, with_document: bool) -> Value {
    let metadata = json!({
        "display_name": info.name,
        "category": info.category,
        "description": info.summary,
        "status": "active",
    });
    if !with_document {
        return json!({ "endpoint_id": info.id, "metadata": metadata });
    }
    let document = serde_json::from_str::<Value>(&info.text).unwrap_or_else(
        |_| json!({ "error": { "code": "expansion_failed", "message": "No document for this endpoint" } }),
    );
    json!({ "endpoint_id": info.id, "metadata": metadata, "openapi": document })
}

/// `GET /meta`: webhooks come from this machine.
pub(super) async fn meta() -> Response {
    reply::json(StatusCode::OK, &json!({ "webhook_ip_ranges": ["127.0.0.1/32", "::1/128"] }))
}
