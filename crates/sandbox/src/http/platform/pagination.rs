//! Query parameters and pages, the same for all lists.

use crate::clock;
use crate::http::reply;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::convert::Infallible;
use std::time::SystemTime;

/// How many items a page has by default.
const PER_PAGE: usize = 50;

/// Why a query is refused, with 422.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        reply::detail(StatusCode::UNPROCESSABLE_ENTITY, self.0)
    }
}

/// A query string, parameter by parameter.
pub(super) struct Parameters(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Parameters {
    /// The first value of that name, unless it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All values of that name, repeated or separated by commas.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(key, _)| key == name || *key == format!("{name}[]"));
        values.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// The endpoints that a question must name.
    ///
    /// # Errors
    /// No endpoint, or more than 50.
    pub(super) fn endpoints(&self) -> Result<Vec<&str>, Refusal> {
        let endpoints = self.all("endpoint_id");
        let fits = (1..=50).contains(&endpoints.len());
        fits.then_some(endpoints).ok_or(Refusal("`endpoint_id` must name 1 to 50 endpoints"))
    }

    /// The times `start` and `end`, where they are given.
    ///
    /// # Errors
    /// One that cannot be read.
    pub(super) fn span(&self) -> Result<(Option<SystemTime>, Option<SystemTime>), Refusal> {
        let time = |name| match self.get(name) {
            None => Ok(None),
            Some(text) => clock::parse(text).map(Some).ok_or(Refusal("`start` and `end` must be ISO 8601 times")),
        };
        Ok((time("start")?, time("end")?))
    }

    /// The requested page of these items, of at most `most`, as an answer that has them under this name.
    ///
    /// # Errors
    /// A limit out of range, or a cursor that was not given out.
    pub(super) fn list<T, D: Serialize>(
        &self,
        name: &str,
        items: &[T],
        most: usize,
        describe: impl Fn(&T) -> D,
    ) -> Result<Response, Refusal> {
        let limit = match self.get("limit").map(str::parse::<usize>) {
            None => PER_PAGE,
            Some(Ok(limit)) if (1..=most).contains(&limit) => limit,
            Some(_) => return Err(Refusal("`limit` is out of range")),
        };
        let start = match self.get("cursor") {
            None => 0,
            Some(cursor) => {
                let decoded = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                let start = decoded.and_then(|text| text.strip_prefix("after:")?.parse().ok());
                start.ok_or(Refusal("`cursor` is not one of ours"))?
            }
        };
        let shown: Vec<D> = items.iter().skip(start).take(limit).map(describe).collect();
        let end = usize::saturating_add(start, shown.len());
        let has_more = end < items.len();
        let cursor = has_more.then(|| URL_SAFE_NO_PAD.encode(format!("after:{end}")));
        let mut answer = Map::new();
        answer.insert(name.to_owned(), json!(shown));
        answer.insert("next_cursor".to_owned(), json!(cursor));
        answer.insert("has_more".to_owned(), json!(has_more));
        Ok(reply::json(StatusCode::OK, &Value::Object(answer)))
    }
}
