//! Wire JSON: what is sent with nothing and with everything set, and every shape of answer, through the models and back.

use ideogram_schema::{
    AspectRatio, CancelState, CancelStatus, ENDPOINTS, EditInput, ErrorBody, ErrorDetail, GenerateInput, Output,
    QueueState, QueueStatus, RemixInput, Strength, Style,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Decodes, asserts that re-encoding gives the same, and hands out the typed value.
#[allow(clippy::needless_pass_by_value, reason = "JSON written out reads better without a reference")]
fn lossless<T: DeserializeOwned + Serialize>(wire: Value) -> T {
    let typed: T = serde_json::from_value(wire.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), wire);
    typed
}

#[test]
fn requests_with_nothing_set_send_what_is_required_only() {
    insta::assert_json_snapshot!(json!({
        "generate": GenerateInput::new("a fox"),
        "remix": RemixInput::new("a fox", "https://example.com/a.png"),
        "edit": EditInput::new("a fox", "https://example.com/a.png", "https://example.com/mask.png"),
    }));
}

#[test]
fn requests_with_everything_set_send_it_as_the_description_says() {
    let generate = GenerateInput::new("a fox")
        .with_aspect_ratio(AspectRatio::Ratio16x9)
        .with_expand_prompt(false)
        .with_seed(-7)
        .with_style(Style::Render3d)
        .with_sync_mode(true)
        .with_negative_prompt("dogs");
    let remix = RemixInput::new("a fox", "https://example.com/a.png")
        .with_aspect_ratio(AspectRatio::from("5:4"))
        .with_strength(Strength::new(0.01).unwrap())
        .with_expand_prompt(true)
        .with_seed(7)
        .with_style(Style::Anime)
        .with_sync_mode(false);
    let edit = EditInput::new("a fox", "https://example.com/a.png", "https://example.com/mask.png")
        .with_seed(7)
        .with_style(Style::Realistic)
        .with_expand_prompt(true)
        .with_sync_mode(false);
    let sent = json!({"generate": generate, "remix": remix, "edit": edit});
    for info in ENDPOINTS {
        let body = sent[info.verb].as_object().unwrap_or_else(|| panic!("`{}` is not here: add it", info.verb));
        let left_out: Vec<_> =
            info.inputs.iter().map(|field| field.name).filter(|name| !body.contains_key(*name)).collect();
        assert_eq!(left_out, [""; 0], "`{}` has fields that are not set here: set them", info.verb);
    }
    insta::assert_json_snapshot!(sent);
}

#[test]
fn an_output_keeps_what_it_knows_and_survives_what_it_does_not() {
    let output: Output = lossless(json!({
        "images": [{"url": "https://v3b.fal.media/files/b/x/y.png", "content_type": "image/png", "file_name": "y.png", "file_size": 10}],
        "seed": 1,
    }));
    assert_eq!(output.images[0].file_size, Some(10.into()));
    let newer = json!({"images": [{"url": "u", "width": 5, "content_type": null}], "seed": 1, "timings": {}});
    assert_eq!(serde_json::from_value::<Output>(newer).unwrap().images[0].url, "u");
}

#[test]
fn every_state_of_a_queued_request_decodes() {
    let submitted: QueueStatus = serde_json::from_value(json!({
        "status": "IN_QUEUE", "request_id": "r", "gateway_request_id": "g", "response_url": "a", "status_url": "b",
        "cancel_url": "c", "logs": null, "metrics": {}, "queue_position": 0,
    }))
    .unwrap();
    assert_eq!((submitted.status, submitted.logs, submitted.queue_position), (QueueState::InQueue, None, Some(0)));
    let running: QueueStatus = lossless(json!({
        "status": "IN_PROGRESS", "request_id": "r",
        "logs": [
            {"message": "one"},
            {"message": "two", "timestamp": "2024-12-20T15:37:17.120314", "level": "INFO", "source": "USER", "labels": {"a": "b"}},
        ],
        "metrics": {},
    }));
    assert_eq!(running.logs.unwrap().len(), 2);
    let failed: QueueStatus = lossless(json!({
        "status": "COMPLETED", "request_id": "r", "metrics": {"inference_time": 17.79},
        "error": "Request timed out", "error_type": "request_timeout",
    }));
    assert_eq!(failed.error_type.unwrap().as_str(), "request_timeout");
    let newer: QueueStatus = lossless(json!({"status": "PAUSED", "request_id": "r"}));
    assert!(!newer.status.is_known() && newer.status.as_str() == "PAUSED");
}

#[test]
fn every_answer_to_a_cancel_decodes() {
    for state in CancelState::ALL {
        let answer: CancelStatus = lossless(json!({"status": state.as_str()}));
        assert_eq!(&answer.status, state);
    }
    assert_eq!(CancelState::VALUES, ["OK", "CANCELLATION_REQUESTED", "ALREADY_COMPLETED", "NOT_FOUND"]);
}

#[test]
fn every_shape_of_error_body_decodes() {
    let invalid: ErrorBody = lossless(json!({"detail": [
        {"loc": ["body", "strength"], "msg": "Input should be less than or equal to 1", "type": "less_than_equal", "ctx": {"le": 1.0}, "input": 1.5},
        {"loc": ["body", 1], "msg": "JSON decode error", "type": "json_invalid", "ctx": {"error": "x"}, "input": {}},
        {"loc": ["body", "image_url"], "msg": "Failed to download the file.", "type": "file_download_error"},
    ]}));
    let Some(ErrorDetail::List(details)) = &invalid.detail else { panic!("{invalid:?}") };
    assert_eq!(details[0].type_.as_str(), "less_than_equal");
    let request: ErrorBody = lossless(json!({"detail": "Request timed out", "error_type": "request_timeout"}));
    assert!(matches!(request.detail, Some(ErrorDetail::String(_))));
    let _: ErrorBody = lossless(json!({"status": "NOT_FOUND"}));
    let other: ErrorBody = lossless(json!({"detail": {"surprise": true}, "message": "m", "error": "e"}));
    assert!(matches!(other.detail, Some(ErrorDetail::Any(_))));
}

#[test]
fn unlisted_values_are_kept_but_cannot_pose_as_listed_ones() {
    let newer: Style = serde_json::from_value(json!("watercolour")).unwrap();
    assert_eq!((newer.as_str(), newer.is_known()), ("watercolour", false));
    assert_eq!(Style::from("anime"), Style::Anime);
    let error = "watercolour".parse::<Style>().unwrap_err();
    assert!(error.to_string().contains("`render_3D`"), "{error}");
}

#[test]
fn a_strength_outside_its_range_cannot_be_made() {
    for value in [0.0, 0.009, 1.1, f64::NAN, f64::INFINITY] {
        assert!(Strength::new(value).is_err(), "{value}");
        assert!(serde_json::from_value::<Strength>(json!(value)).is_err(), "{value}");
    }
}

#[test]
fn a_secret_is_not_printed() {
    let token = ideogram_schema::CdnToken::new("swordfish").with_token_type("Bearer");
    let printed = format!("{token:?}");
    assert!(!printed.contains("swordfish") && printed.contains("Bearer"), "{printed}");
}
