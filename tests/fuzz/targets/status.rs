//! The reader of a job's status: lenient, and never misled about its end.

use ideogram_client::QueueState;
use ideogram_client::fuzz::status as read;
use ideogram_fuzz::{hold, json};
use serde_json::{Value, json as value};

#[test]
fn status() {
    let right = vec![
        value!({"status": "IN_QUEUE", "request_id": "id", "queue_position": 3, "response_url": "https://q/r", "status_url": "https://q/s", "cancel_url": "https://q/c"}),
        value!({"status": "IN_PROGRESS", "request_id": "id", "logs": [{"message": "a", "level": "INFO", "source": "s", "timestamp": "2026-01-01T00:00:00Z"}]}),
        value!({"status": "COMPLETED", "request_id": "id", "metrics": {"inference_time": 1.5}, "logs": []}),
        value!({"status": "COMPLETED", "request_id": "id", "error": "no", "error_type": "internal_error"}),
        value!({"status": "FAILED", "request_id": "id", "error": {"detail": "x"}}),
    ];
    hold("status", &json(right), |body: Value| {
        let text = serde_json::to_vec(&body).unwrap();
        let stated = body.get("status").and_then(Value::as_str);
        // Deeper JSON than its reader takes is none.
        let is_read = serde_json::from_slice::<Value>(&text).is_ok();
        let Some((status, ended)) = read(&text, "id") else {
            let other =
                body.get("request_id").is_some_and(|id| !id.as_str().is_some_and(|id| id.eq_ignore_ascii_case("id")));
            assert!(stated.is_none() || other || !is_read, "a job's state is lost over something else");
            return;
        };
        assert_eq!(Some(status.status.as_str()), stated);
        assert!(!ended || status.request_id.eq_ignore_ascii_case("id"), "the end of another request");
        assert!(!ended || status.status == QueueState::Completed || !status.status.is_known());
        let again = serde_json::to_vec(&status).unwrap();
        assert_eq!(read(&again, "id").unwrap(), (status, ended), "it is not read again as it was written");
    });
}
