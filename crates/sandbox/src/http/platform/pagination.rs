//! Query parameters and pages, alike for all lists.

use crate::http::reply;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A refusal of a parameter.
pub(super) fn refuse(text: &str) -> Response {
    reply::detail(StatusCode::UNPROCESSABLE_ENTITY, text)
}

/// A query string, parameter by parameter.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn of(query: Option<&str>) -> Self {
        let query = query.unwrap_or_default();
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The first value of that name, unless it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All values of that name, repeated or separated by commas.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(key, _)| key == name || *key == format!("{name}[]"));
        values.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// The page that is asked for.
    ///
    /// # Errors
    /// A limit out of range, or a cursor that was not given out.
    pub(super) fn page(&self, default: usize, most: usize) -> Result<Page, &'static str> {
        let limit = match self.get("limit").map(str::parse::<usize>) {
            None => default,
            Some(Ok(limit)) if (1..=most).contains(&limit) => limit,
            Some(_) => return Err("`limit` is out of range"),
        };
        let start = match self.get("cursor") {
            None => 0,
            Some(cursor) => {
                let decoded = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                let start = decoded.and_then(|text| text.strip_prefix("after:")?.parse().ok());
                start.ok_or("`cursor` is not one of ours")?
            }
        };
        Ok(Page { start, limit })
    }
}

/// One page of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    start: usize,
    limit: usize,
}

impl Page {
    /// The page as an answer, its items under that name.
    pub(super) fn answer<T, D: Serialize>(self, name: &str, items: &[T], describe: impl Fn(&T) -> D) -> Value {
        let shown: Vec<D> = items.iter().skip(self.start).take(self.limit).map(describe).collect();
        let end = self.start.saturating_add(shown.len());
        let has_more = end < items.len();
        let cursor = has_more.then(|| URL_SAFE_NO_PAD.encode(format!("after:{end}")));
        let mut answer = Map::new();
        answer.insert(name.to_owned(), json!(shown));
        answer.insert("next_cursor".to_owned(), json!(cursor));
        answer.insert("has_more".to_owned(), json!(has_more));
        Value::Object(answer)
    }
}
