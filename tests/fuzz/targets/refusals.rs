//! The bodies of failed calls: a 422 with its details above all.

use http::{HeaderMap, StatusCode};
use ideogram_client::fuzz::failed;
use ideogram_client::{Allowed, limits};
use ideogram_fuzz::{hold, is_harmless, json, text};
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;
use serde_json::{Value, json as value};

const STATUS: &[u16] = &[400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 599];

#[test]
fn refusals() {
    let detail = value!({"loc": ["body", "images", 2, "url"], "msg": "Input should be less than or equal to 1", "type": "less_than_equal",
        "input": 7, "ctx": {"le": 1, "expected": "'a', 'b' or 'c'", "supported_formats": ["png"]}, "url": "https://docs/x"});
    let right = vec![
        value!({"detail": [detail, detail]}),
        value!({"detail": "Request timed out", "error_type": "request_timeout"}),
        value!({"detail": {"message": "no"}}),
        value!({"detail": [{"loc": ["body"], "msg": "m", "type": "content_policy_violation"}]}),
        value!({"status": "NOT_FOUND"}),
    ];
    let body = prop_oneof![
        9 => json(right).prop_map(|body| serde_json::to_vec(&body).unwrap()),
        1 => text().prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..100),
    ];
    hold("refusals", &(select(STATUS), body), |(status, body)| {
        let error = failed(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), &body);
        let shown = error.to_string();
        assert!(is_harmless(&shown), "{shown:?}");
        assert!(shown.len() < 8 << 10, "a sentence of {} bytes", shown.len());
        assert!(
            error.body().is_none_or(|text| text.len() <= 3 * limits::ERROR_TEXT_BYTES),
            "more is kept than the bound"
        );
        let told: Option<Value> = serde_json::from_slice(&body).ok();
        let listed = told.as_ref().and_then(|told| told.get("detail")).and_then(Value::as_array).map_or(0, Vec::len);
        assert!(error.details().len() <= listed, "details that nobody sent");
        for detail in error.details() {
            let path = detail.location().to_string();
            assert!(is_harmless(&path), "{path:?}");
            assert!(is_harmless(&Allowed::of(detail).to_string()), "{detail:?}");
            if let Some(field) = detail.location().field() {
                assert!(
                    !shown.contains("the input was refused: ")
                        || error.details().len() > 1
                        || !is_plain(field)
                        || shown.contains(field),
                    "{shown} does not name `{field}`"
                );
            }
        }
        let _ = format!("{error:?} {error:#?}");
    });
}

/// A word that is shown as it is.
fn is_plain(name: &str) -> bool {
    name.len() < 50 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
