//! What an answer says about itself: its status and the headers that matter here.

use crate::limits;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The status and the headers of an answer that this crate reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    pub(crate) content_length: Option<u64>,
    pub(crate) request_id: Option<String>,
    pub(crate) billable_units: Option<f64>,
    pub(crate) served_from: Option<String>,
    pub(crate) error_type: Option<String>,
    /// `X-Fal-Request-Timeout-Type: user`: the start timeout that the caller set has passed.
    pub(crate) user_timeout: bool,
    /// `X-Fal-Needs-Retry`, or `X-Fal-Retryable` as older pages call it.
    pub(crate) needs_retry: Option<bool>,
    pub(crate) retry_after: Option<Duration>,
}

impl Head {
    pub(crate) fn new(status: StatusCode, headers: &HeaderMap) -> Self {
        let plain = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let kept = |name: &str| {
            plain(name).filter(|text| !text.is_empty()).map(|text| {
                // `to_str` gave visible ASCII, so every byte is a character boundary.
                text.get(..limits::HEADER_BYTES).unwrap_or(text).to_owned()
            })
        };
        Self {
            status,
            content_type: kept(CONTENT_TYPE.as_str()),
            content_length: plain(CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok()),
            request_id: kept("x-fal-request-id"),
            billable_units: plain("x-fal-billable-units")
                .and_then(|text| text.parse().ok())
                .filter(|n: &f64| n.is_finite()),
            served_from: kept("x-fal-served-from"),
            error_type: kept("x-fal-error-type"),
            user_timeout: plain("x-fal-request-timeout-type").is_some_and(|text| text.eq_ignore_ascii_case("user")),
            needs_retry: plain("x-fal-needs-retry").or_else(|| plain("x-fal-retryable")).and_then(flag),
            retry_after: plain(RETRY_AFTER.as_str()).and_then(|text| retry_after(text, SystemTime::now())),
        }
    }

    /// Whether the body says that it is of this MIME type, parameters aside.
    pub(crate) fn is(&self, mime: &str) -> bool {
        let kind = self.content_type.as_deref().unwrap_or_default().split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case(mime)
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Some(true),
        "0" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// `Retry-After` is a number of seconds or a date.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Head, retry_after};
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;
    use std::time::{Duration, SystemTime};

    #[test]
    fn retry_after_is_seconds_or_a_date_and_nothing_else() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:39 GMT", now), Some(Duration::from_secs(2)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:30 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("-1", now), None);
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn a_long_header_is_cut_and_the_older_name_of_a_flag_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("x-fal-request-id", "i".repeat(5000).parse().unwrap());
        headers.insert("x-fal-retryable", "false".parse().unwrap());
        headers.insert("content-type", "text/event-stream; charset=utf-8".parse().unwrap());
        headers.insert("x-fal-billable-units", "inf".parse().unwrap());
        let head = Head::new(StatusCode::OK, &headers);
        assert_eq!(head.request_id.as_ref().map(String::len), Some(512));
        assert_eq!(head.needs_retry, Some(false));
        assert_eq!(head.billable_units, None);
        assert!(head.is("text/event-stream"));
    }
}
