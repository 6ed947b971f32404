//! How long a server asks to wait, and the other headers of a failed call.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use ideogram_client::fuzz::failed;
use ideogram_client::{RetryPolicy, limits};
use ideogram_fuzz::{bytes, hold};
use proptest::prelude::{any, prop_oneof};
use std::time::Duration;

const RIGHT: &[&str] = &[
    "7",
    "0",
    "120",
    "18446744073709551615",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
];
const TOKENS: &[&str] = &[
    "0",
    "9",
    "99999999999999999999",
    "-",
    "+",
    ".",
    "e9",
    " ",
    "\t",
    "Fri, ",
    "31 Dec 9999 ",
    "GMT",
    "é",
    "\0",
    ",",
    "inf",
    "NaN",
];

#[test]
fn retry_after() {
    let header = || bytes(RIGHT, TOKENS);
    let jitter = prop_oneof![any::<f64>(), 0.0..=1.0_f64];
    hold("retry_after", &(header(), header(), any::<u32>(), jitter), |(asked, date, failures, jitter)| {
        let mut headers = HeaderMap::new();
        let texts = ["retry-after", "date", "x-fal-request-id", "x-fal-billable-units", "x-fal-needs-retry"];
        for (name, text) in texts.into_iter().zip([&asked, &date, &asked, &date, &asked]) {
            if let Ok(value) = HeaderValue::from_bytes(text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let error = failed(StatusCode::TOO_MANY_REQUESTS, &headers, b"");
        let wait = error.retry_after();
        assert!(wait.is_none_or(|wait| wait <= limits::RETRY_AFTER), "{wait:?} is no bound");
        let seconds = std::str::from_utf8(&asked)
            .ok()
            .map(str::trim)
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
        if let Some(seconds) = seconds.filter(|_| headers.contains_key("retry-after")) {
            let told = seconds.parse().map_or(limits::RETRY_AFTER, Duration::from_secs);
            assert_eq!(wait, Some(told.min(limits::RETRY_AFTER)));
        } else if let Some(wait) = wait {
            let date = std::str::from_utf8(&asked).unwrap().trim();
            assert!(httpdate::parse_http_date(date).is_ok(), "{wait:?} of {date:?}");
        }
        let policy = RetryPolicy::default();
        if let Some(delay) = policy.delay(failures, wait, jitter) {
            assert!(wait.is_none_or(|wait| delay >= wait), "sooner than asked");
            assert!(delay <= Duration::from_secs(61), "{delay:?} is longer than the policy waits");
        }
        assert!(ideogram_fuzz::is_harmless(&error.to_string()), "{error}");
    });
}
