//! The platform API: history, prices, bills, usage, models.

mod billing;
mod history;
mod models;
mod pagination;
mod usage;

use crate::world::State;
use axum::Router;
use axum::routing::{delete, get, post};
use std::sync::Arc;

pub(crate) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/platform/v1/models", get(models::models))
        .route("/platform/v1/models/usage", get(usage::usage))
        .route("/platform/v1/models/pricing", get(billing::pricing))
        .route("/platform/v1/models/pricing/estimate", post(billing::estimate))
        .route("/platform/v1/models/billing-events", get(billing::billing_events))
        .route("/platform/v1/models/requests/by-endpoint", get(history::by_endpoint))
        .route("/platform/v1/models/requests/search", get(history::search))
        .route("/platform/v1/models/requests/{request_id}/payloads", delete(history::forget))
        .route("/platform/v1/meta", get(models::meta))
}
