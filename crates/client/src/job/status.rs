//! Reading a job's status with lenience: a job that is paid for is not lost over a log line.

use ideogram_schema::QueueStatus;
use serde_json::{Map, Value};

/// Decodes a status. Where it is not quite as described, what cannot be read is left out, as long as a state is there.
pub(crate) fn read(bytes: &[u8], request_id: &str) -> Result<QueueStatus, serde_json::Error> {
    let strict = match serde_json::from_slice(bytes) {
        Ok(status) => return Ok(status),
        Err(error) => error,
    };
    let Ok(Value::Object(mut object)) = serde_json::from_slice::<Value>(bytes) else { return Err(strict) };
    object.entry("request_id").or_insert_with(|| request_id.into());
    if let Some(Value::Array(logs)) = object.get_mut("logs") {
        logs.retain(|entry| entry.get("message").is_some_and(Value::is_string));
    }
    if let Some(error) = object.get_mut("error").filter(|error| !error.is_string() && !error.is_null()) {
        *error = error.to_string().into();
    }
    let essential = ["status", "request_id", "error"];
    let mut kept: Map<String, Value> = Map::new();
    for name in essential {
        if let Some(value) = object.remove(name) {
            kept.insert(name.to_owned(), value);
        }
    }
    if serde_json::from_value::<QueueStatus>(Value::Object(kept.clone())).is_err() {
        return Err(strict);
    }
    for (name, value) in object {
        let mut more = kept.clone();
        more.insert(name, value);
        if serde_json::from_value::<QueueStatus>(Value::Object(more.clone())).is_ok() {
            kept = more;
        }
    }
    serde_json::from_value(Value::Object(kept))
}

#[cfg(test)]
mod tests {
    use super::read;
    use ideogram_schema::QueueState;

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let status = read(
            br#"{"status":"COMPLETED","logs":[{"message":"a"},{"text":"b"},7],"metrics":[],"queue_position":"1","error":{"x":1}}"#,
            "id",
        )
        .unwrap();
        assert_eq!((status.status, status.request_id.as_str()), (QueueState::Completed, "id"));
        assert_eq!(status.logs.map(|logs| logs.len()), Some(1));
        assert_eq!(status.error.as_deref(), Some(r#"{"x":1}"#));
    }

    #[test]
    fn without_a_state_there_is_no_status() {
        for text in [r#"{"request_id":"1"}"#, r#"{"status":7}"#, "[]", "<html>", ""] {
            assert!(read(text.as_bytes(), "id").is_err(), "{text}");
        }
    }
}
