//! The catalogue of models, and facts about the platform.

use super::pagination::{Parameters, Refusal};
use crate::description::Endpoint;
use crate::http::auth::Keyed;
use crate::http::reply;
use crate::world::State;
use axum::extract::State as Shared;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /models`.
pub(super) async fn models(
    _: Keyed,
    Shared(state): Shared<Arc<State>>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let wanted = parameters.all("endpoint_id");
    let with_document = parameters.all("expand").contains(&"openapi-3.0");
    let models: Vec<_> =
        state.endpoints.iter().filter(|one| wanted.is_empty() || wanted.contains(&one.id.as_str())).collect();
    parameters.list("models", &models, 100, |info| describe(info, with_document))
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
