//! Prices and bills.

use super::pagination::{Parameters, Refusal};
use crate::clock;
use crate::description::Endpoint;
use crate::http::auth::Keyed;
use crate::http::reply;
use crate::world::State;
use crate::world::job::Job;
use axum::extract::State as Shared;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use ideogram_schema::Price;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Millionths of a dollar as a number with a point.
pub(super) fn dollars(micros: u64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "prices are far below 2^53 millionths")]
    let micros = micros as f64;
    micros / 1e6
}

fn priced<'a>(state: &'a State, id: &str) -> Option<(&'a Endpoint, Price)> {
    let endpoint = state.endpoints.find(id)?;
    Some((endpoint, endpoint.price?))
}

/// `GET /models/pricing`.
pub(super) async fn pricing(
    _: Keyed,
    Shared(state): Shared<Arc<State>>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let endpoints = parameters.endpoints()?;
    let Some(prices) = endpoints.iter().map(|id| priced(&state, id)).collect::<Option<Vec<_>>>() else {
        return Ok(unpriced());
    };
    parameters.list("prices", &prices, 100, |(info, price)| {
        json!({
            "endpoint_id": info.id,
            "unit_price": dollars(price.micros),
            "unit": price.unit,
            "currency": price.currency,
        })
    })
}

fn unpriced() -> Response {
    reply::detail(StatusCode::NOT_FOUND, "No such endpoint, or none with a price")
}

#[derive(Deserialize)]
struct Estimate {
    estimate_type: String,
    endpoints: BTreeMap<String, Quantity>,
}

#[derive(Deserialize)]
struct Quantity {
    #[serde(alias = "unit_quantity")]
    call_quantity: f64,
}

/// `POST /models/pricing/estimate`. A call makes one picture, so calls and units cost the same.
pub(super) async fn estimate(_: Keyed, Shared(state): Shared<Arc<State>>, body: Bytes) -> Result<Response, Refusal> {
    let wanted: Estimate = serde_json::from_slice(&body)
        .map_err(|_| Refusal("The body must be `{\"estimate_type\", \"endpoints\": {id: {\"unit_quantity\"}}}`"))?;
    if !matches!(wanted.estimate_type.as_str(), "unit_price" | "historical_api_price") {
        return Err(Refusal("`estimate_type` must be `unit_price` or `historical_api_price`"));
    }
    let mut total = 0.0;
    let mut currency = "USD";
    for (id, quantity) in &wanted.endpoints {
        let Some((_, price)) = priced(&state, id) else { return Ok(unpriced()) };
        total += dollars(price.micros) * quantity.call_quantity;
        currency = price.currency;
    }
    let body = json!({ "estimate_type": wanted.estimate_type, "total_cost": total, "currency": currency });
    Ok(reply::json(StatusCode::OK, &body))
}

/// `GET /models/billing-events`: what was charged, the newest first. A request that made nothing has no event.
pub(super) async fn billing_events(
    _: Keyed,
    Shared(state): Shared<Arc<State>>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let ids = parameters.all("request_id");
    if ids.len() > 50 {
        return Err(Refusal("`request_id` must name 1 to 50 requests"));
    }
    let (start, end) = parameters.span()?;
    let mut jobs = state.jobs.newest_first();
    jobs.retain(|job| {
        let at = job.times().1;
        charged(job).is_some()
            && (ids.is_empty() || ids.contains(&job.id.as_str()))
            && start.is_none_or(|start| at.is_some_and(|at| at >= start))
            && end.is_none_or(|end| at.is_some_and(|at| at < end))
    });
    parameters.list("billing_events", &jobs, 10_000, |job| charged(job).unwrap_or_default())
}

/// How many units a job was charged for; none for one that made nothing.
pub(super) fn charges(job: &Job) -> Option<u32> {
    job.charge().map(|charge| charge.units)
}

/// The billing event of a job that was charged.
fn charged(job: &Job) -> Option<Value> {
    let quantity = charges(job)?;
    let price = job.endpoint.as_ref()?.price?;
    let micros = price.micros * u64::from(quantity);
    Some(json!({
        "request_id": job.id,
        "endpoint_id": job.endpoint_id(),
        "timestamp": clock::rfc3339(job.times().1?),
        "output_units": quantity,
        "unit_price": dollars(price.micros),
        "percent_discount": 0,
        "cost_subtotal": dollars(micros),
        "cost_discount": 0,
        "cost_total": dollars(micros),
        "cost_estimate_nano_usd": micros * 1000,
    }))
}
