//! Bodies of requests to the sandbox.

use ideogram_client::fuzz::failed;
use ideogram_fuzz::{hold, json};
use ideogram_sandbox::fuzz::{Checked, check};
use ideogram_schema::ENDPOINTS;
use proptest::prelude::{Strategy, prop_oneof};
use proptest::sample::select;
use serde_json::Value;

const RIGHT: &[&str] = &[
    r#"{"prompt": "a fox", "aspect_ratio": "16:9", "expand_prompt": true, "seed": 7, "style": "design", "negative_prompt": "", "sync_mode": false}"#,
    r#"{"prompt": "a fox", "image_url": "https://a/b.png", "mask_url": "data:image/png;base64,QQ==", "strength": 0.8}"#,
    r#"{"prompt": "\ud83e\udd8a \ud800", "seed": -1e5, "strength": NaN}"#,
];
const TOKENS: &[&str] = &[
    "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "1e999", "-", "00", ".", "NaN", "Infinity", "null",
    "true", "\u{feff}", "\0", "\n", "\u{7f}",
];

#[test]
fn bodies() {
    let objects = RIGHT[..2].iter().map(|text| serde_json::from_str(text).unwrap()).collect::<Vec<Value>>();
    let body = prop_oneof![
        json(objects).prop_map(|body| serde_json::to_vec(&body).unwrap()),
        ideogram_fuzz::bytes(RIGHT, TOKENS),
    ];
    let ids: Vec<&str> = ENDPOINTS.iter().map(|info| info.id).collect();
    hold("bodies", &(select(ids), body), |(id, body)| match check(id, &body) {
        Checked::Taken(fields) => {
            assert_eq!(
                check(id, fields.as_bytes()),
                Checked::Taken(fields.clone()),
                "what was taken is not taken again"
            );
        }
        Checked::Refused(details) => {
            // What the body nests deep the answer nests deeper, where the client reads it no more.
            let answer = format!("{{\"detail\":{details}}}");
            if let Err(error) = serde_json::from_str::<Value>(&answer) {
                return assert!(error.to_string().contains("recursion limit"), "{error}");
            }
            let details: Vec<Value> = serde_json::from_str(&details).unwrap();
            assert!(!details.is_empty(), "refused without a word");
            let is_json = serde_json::from_slice::<Value>(&body).is_ok();
            for detail in &details {
                assert!(
                    detail["loc"][0] == "body" && detail["msg"].as_str().is_some_and(|text| !text.is_empty()),
                    "{detail}"
                );
                assert!(!is_json || detail["type"] != "json_invalid", "JSON that is refused as none");
            }
            // The client understands every word of it.
            let error = failed(http::StatusCode::UNPROCESSABLE_ENTITY, &http::HeaderMap::new(), answer.as_bytes());
            assert!(error.is_validation() && error.details().len() == details.len(), "{error:?}");
        }
        Checked::Unreadable => {
            assert!(
                serde_json::from_slice::<Value>(&body).is_err() || has_long_number(&body),
                "JSON that is unreadable"
            );
        }
    });
}

/// Python takes whole numbers of 4,300 digits and no more.
fn has_long_number(body: &[u8]) -> bool {
    body.split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() > 4_300)
}
