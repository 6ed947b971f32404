//! Checks whether the services answer at all.

use crate::clock::{self, milliseconds};
use crate::error::{Error, Result};
use crate::transport::base::Base;
use crate::wire::Wire;
use futures_util::future::join_all;
use http::header::DATE;
use std::time::Duration;

/// How long to wait for the answer of one service.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one service answered to a request without a key, as [`Client::reach`](crate::Client::reach) tells.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reach {
    /// `run`, `queue`, `rest`, `cdn` or `platform`.
    pub service: &'static str,
    /// Its base URL.
    pub url: String,
    /// The HTTP status of its answer, or why none came. Any status, an error too, shows that the service can be reached.
    pub status: Result<u16>,
    /// How long that took.
    pub elapsed: Duration,
    /// How far the server's clock is ahead of this machine's by the `Date` of the answer, in milliseconds, within a second.
    pub clock_offset_ms: Option<i64>,
}

/// Asks every base once, all at the same time.
pub(crate) async fn reach(wire: &Wire) -> Vec<Reach> {
    let bases = &wire.bases;
    let services = [
        ("run", &bases.run),
        ("queue", &bases.queue),
        ("rest", &bases.rest),
        ("cdn", &bases.cdn),
        ("platform", &bases.platform),
    ];
    join_all(services.map(|(service, base)| one(wire, service, base))).await
}

async fn one(wire: &Wire, service: &'static str, base: &Base) -> Reach {
    let begun = clock::now();
    let answer = ask(wire, base).await;
    let elapsed = clock::since(begun);
    let date = answer.as_ref().ok().and_then(|answer| answer.headers().get(DATE)?.to_str().ok());
    let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
    // The header has whole seconds, so it is half a second behind on average.
    let offset = |date| milliseconds(date).saturating_add(500).saturating_sub(milliseconds(clock::system_time()));
    Reach {
        service,
        url: base.as_str().to_owned(),
        clock_offset_ms: date.map(offset),
        status: answer.map(|answer| answer.status().as_u16()),
        elapsed,
    }
}

/// `HEAD`, which never costs anything.
async fn ask(wire: &Wire, base: &Base) -> Result<reqwest::Response> {
    let http = wire.http.bounded(base.as_str())?;
    http.head(base.as_str()).timeout(PATIENCE).send().await.map_err(Error::transport)
}
