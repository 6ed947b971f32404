//! What an answer says about itself: its status and the headers that matter here.

use crate::clock;
use crate::limits;
use http::StatusCode;
use http::header::HeaderMap;
use std::time::{Duration, SystemTime};

/// The status and the headers of an answer that this crate reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    pub(crate) content_length: Option<u64>,
    /// `Content-Encoding`. The client asks for no compression, so a body with one cannot be read.
    pub(crate) content_encoding: Option<String>,
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
    /// Reads the headers in one pass: looking each of them up would take several times as long.
    pub(crate) fn new(status: StatusCode, headers: &HeaderMap) -> Self {
        let mut head = Self { status, ..Self::default() };
        let (mut older_retry, mut asked, mut date) = (None, None, None);
        for (name, value) in headers {
            let Ok(text) = value.to_str().map(str::trim) else { continue };
            if text.is_empty() {
                continue;
            }
            // A longer one is none of these. It is not cut, because a part of a secret could not be recognised.
            let kept = || (text.len() <= limits::HEADER_BYTES).then(|| text.to_owned());
            match name.as_str() {
                "content-type" => head.content_type = kept(),
                "content-length" => head.content_length = text.parse().ok(),
                "content-encoding" if !text.eq_ignore_ascii_case("identity") => {
                    head.content_encoding = Some(kept().unwrap_or_default());
                }
                "retry-after" => asked = Some(text),
                "date" => date = Some(text),
                "x-fal-request-id" => head.request_id = kept(),
                "x-fal-billable-units" => {
                    head.billable_units = text.parse().ok().filter(|units: &f64| units.is_finite());
                }
                "x-fal-served-from" => head.served_from = kept(),
                "x-fal-error-type" => head.error_type = kept(),
                "x-fal-request-timeout-type" => head.user_timeout = text.eq_ignore_ascii_case("user"),
                "x-fal-needs-retry" => head.needs_retry = flag(text),
                "x-fal-retryable" => older_retry = flag(text),
                _ => {}
            }
        }
        head.retry_after = asked.and_then(|asked| {
            // A date is by the server's clock, and so is the answer's own.
            let now = date.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(clock::system_time);
            retry_after(asked, now)
        });
        head.needs_retry = head.needs_retry.or(older_retry);
        head
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

/// `Retry-After` is a number of seconds or a date; at most [`limits::RETRY_AFTER`], however many digits it has.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let asked = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_or(limits::RETRY_AFTER, Duration::from_secs)
    } else {
        httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default()
    };
    Some(asked.min(limits::RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::{Head, retry_after};
    use http::StatusCode;
    use http::header::HeaderMap;
    use std::time::{Duration, SystemTime};

    #[test]
    fn retry_after_is_seconds_or_a_date_and_nothing_else() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:39 GMT", now), Some(Duration::from_secs(2)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:30 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("-1", now), None);
        assert_eq!(retry_after("+1", now), None);
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn a_retry_after_beyond_all_measure_is_bounded() {
        let now = SystemTime::UNIX_EPOCH;
        for huge in ["18446744073709551615", "18446744073709551616", &"9".repeat(400), "Fri, 31 Dec 9999 23:59:59 GMT"]
        {
            assert_eq!(retry_after(huge, now), Some(crate::limits::RETRY_AFTER), "{huge}");
        }
    }

    #[test]
    fn a_date_to_come_back_at_is_compared_with_the_answers_own() {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Sun, 06 Nov 1994 08:49:30 GMT".parse().unwrap());
        headers.insert("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        let head = Head::new(StatusCode::TOO_MANY_REQUESTS, &headers);
        assert_eq!(head.retry_after, Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_header_that_is_too_long_is_ignored_and_the_older_name_of_a_flag_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("x-fal-request-id", "i".repeat(5000).parse().unwrap());
        headers.insert("x-fal-retryable", "false".parse().unwrap());
        headers.insert("content-type", "text/event-stream; charset=utf-8".parse().unwrap());
        headers.insert("x-fal-billable-units", "inf".parse().unwrap());
        let head = Head::new(StatusCode::OK, &headers);
        assert_eq!(head.request_id, None);
        assert_eq!(head.needs_retry, Some(false));
        assert_eq!(head.billable_units, None);
        assert!(head.is("text/event-stream"));
    }
}
