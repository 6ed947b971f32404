//! Usage: quantities and costs by endpoint, by period and in total.

use super::billing::{charges, dollars};
use super::pagination::{Parameters, Refusal};
use crate::clock;
use crate::description::Endpoint;
use crate::http::auth::Keyed;
use crate::http::reply;
use crate::world::State;
use crate::world::job::Job;
use axum::extract::State as Shared;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How far back it goes by default.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// By endpoint: what it is, and how many units of it were charged.
type Quantities = BTreeMap<String, (Arc<Endpoint>, u64)>;

/// `GET /models/usage`: `expand` names `time_series` (also without it), `summary` and `auth_method`.
pub(super) async fn usage(
    _: Keyed,
    Shared(state): Shared<Arc<State>>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let (start, end) = parameters.span()?;
    let timeframe = parameters.get("timeframe").unwrap_or("day");
    if !matches!(timeframe, "minute" | "hour" | "day" | "week" | "month") {
        return Err(Refusal("`timeframe` must be `minute`, `hour`, `day`, `week` or `month`"));
    }
    let start = start.or_else(|| clock::now().checked_sub(DAY)).unwrap_or(SystemTime::UNIX_EPOCH);
    let endpoints = parameters.all("endpoint_id");
    let expand = parameters.all("expand");
    let with_method = expand.contains(&"auth_method");
    let mut buckets: BTreeMap<SystemTime, Quantities> = BTreeMap::new();
    let mut total = Quantities::new();
    for job in state.jobs.newest_first() {
        let Some((info, units, at)) = charged(&job) else { continue };
        let wanted = endpoints.is_empty() || endpoints.contains(&info.id.as_str());
        if !wanted || at < start || end.is_some_and(|end| at >= end) {
            continue;
        }
        let bucket = buckets.entry(clock::floor(at, timeframe)).or_default();
        for quantities in [bucket, &mut total] {
            quantities.entry(info.id.clone()).or_insert_with(|| (Arc::clone(&info), 0)).1 += u64::from(units);
        }
    }
    let mut answer = json!({ "next_cursor": null, "has_more": false });
    if let Some(answer) = answer.as_object_mut() {
        if expand.is_empty() || expand.contains(&"time_series") {
            let series = buckets.iter().map(|(bucket, quantities)| {
                json!({ "bucket": clock::rfc3339(*bucket), "results": lines(quantities, with_method) })
            });
            answer.insert("time_series".to_owned(), series.collect());
        }
        if expand.contains(&"summary") {
            answer.insert("summary".to_owned(), lines(&total, with_method).into());
        }
    }
    Ok(reply::json(StatusCode::OK, &answer))
}

fn charged(job: &Job) -> Option<(Arc<Endpoint>, u32, SystemTime)> {
    Some((job.endpoint.clone()?, charges(job)?, job.times().1?))
}

fn lines(quantities: &Quantities, with_method: bool) -> Vec<Value> {
    let line = |(info, quantity): &(Arc<Endpoint>, u64)| {
        let price = info.price?;
        let mut line = json!({
            "endpoint_id": info.id,
            "unit": price.unit,
            "quantity": quantity,
            "unit_price": dollars(price.micros),
            "cost": dollars(price.micros.saturating_mul(*quantity)),
            "currency": price.currency,
        });
        if let Some(line) = line.as_object_mut().filter(|_| with_method) {
            line.insert("auth_method".to_owned(), "Sandbox key".into());
        }
        Some(line)
    };
    quantities.values().filter_map(line).collect()
}
