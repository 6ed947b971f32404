//! The OpenAPI documents of the endpoints, as fal's site serves them.

use crate::http::reply;
use crate::query;
use crate::world::State;
use axum::Router;
use axum::extract::{RawQuery, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use std::sync::Arc;

pub(crate) fn router() -> Router<Arc<State>> {
    Router::new().route("/site/api/openapi/queue/openapi.json", get(document))
}

/// No key is needed for it.
async fn document(Shared(state): Shared<Arc<State>>, RawQuery(query): RawQuery) -> Response {
    let id = query.as_deref().and_then(|query| query::parameter(query, "endpoint_id"));
    match id.as_deref().and_then(|id| state.endpoints.find(id)) {
        Some(endpoint) => ([(header::CONTENT_TYPE, "application/json")], endpoint.text.to_string()).into_response(),
        None => reply::detail(StatusCode::NOT_FOUND, "No document for this endpoint"),
    }
}
