//! The OpenAPI documents of the endpoints, as fal's site serves them.

use crate::http::reply;
use crate::query;
use crate::world::State;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use std::sync::Arc;

pub(crate) fn router() -> Router<Arc<State>> {
    Router::new().route("/site/api/openapi/queue/openapi.json", get(document))
}

/// The document of that endpoint, as JSON text.
pub(crate) fn of(endpoint_id: &str) -> Option<&'static str> {
    crate::generated::DOCUMENTS.iter().find(|(id, _)| *id == endpoint_id).map(|(_, text)| *text)
}

/// No key is needed for it.
async fn document(RawQuery(query): RawQuery) -> Response {
    let id = query.as_deref().and_then(|query| query::parameter(query, "endpoint_id"));
    match id.as_deref().and_then(of) {
        Some(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        None => reply::detail(StatusCode::NOT_FOUND, "No document for this endpoint"),
    }
}
