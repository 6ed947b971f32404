//! Reading a job's status leniently: a malformed log line must not lose a job that is paid for.

use ideogram_schema::{QueueState, QueueStatus};
use serde::Deserialize as _;
use serde::de::Error as _;
use serde_json::{Map, Value};

/// Decodes a status. Parts that do not fit the description are left out, if the job's state can be read.
///
/// A final status with another request id is refused, since it says nothing about this job.
pub(crate) fn read(bytes: &[u8], request_id: &str) -> Result<QueueStatus, serde_json::Error> {
    let mut status = decode(bytes, request_id)?;
    status.error = status.error.filter(|error| !error.trim().is_empty());
    status.error_type = status.error_type.filter(|error_type| !error_type.as_str().trim().is_empty());
    if has_ended(&status) && !status.request_id.eq_ignore_ascii_case(request_id) {
        return Err(serde_json::Error::custom("it is about another request"));
    }
    Ok(status)
}

/// Whether the status is final: the job has completed, or the status has the reason why it failed.
pub(crate) fn has_ended(status: &QueueStatus) -> bool {
    status.status == QueueState::Completed || (!status.status.is_known() && reason(status).is_some())
}

/// Why the job has failed, where the status says that it has.
pub(crate) fn reason(status: &QueueStatus) -> Option<String> {
    status.error.clone().or_else(|| status.error_type.as_ref().map(ToString::to_string))
}

fn decode(bytes: &[u8], request_id: &str) -> Result<QueueStatus, serde_json::Error> {
    let strict = match serde_json::from_slice(bytes) {
        // serde would also read a list, as the fields in their order; a list is not a status.
        Ok(_) if !bytes.trim_ascii_start().starts_with(b"{") => {
            return Err(serde_json::Error::custom("it is no JSON object"));
        }
        Ok(status) => return Ok(status),
        Err(error) => error,
    };
    let Ok(Value::Object(mut object)) = serde_json::from_slice::<Value>(bytes) else { return Err(strict) };
    object.entry("request_id").or_insert_with(|| request_id.into());
    if let Some(Value::Array(logs)) = object.get_mut("logs") {
        logs.retain(|entry| entry.get("message").is_some_and(Value::is_string));
    }
    if let Some(error) = object.get_mut("error").filter(|error| !error.is_string()) {
        *error = if says_nothing(error) { Value::Null } else { error.to_string().into() };
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
    // Each field is tried in a small status of its own, so that many fields take no more than their own time.
    let mut probe = Map::from_iter([
        ("status".to_owned(), Value::from(QueueState::Completed.as_str())),
        ("request_id".to_owned(), Value::from("")),
    ]);
    for (name, value) in object {
        probe.insert(name.clone(), value);
        let whole = Value::Object(probe);
        let fits = QueueStatus::deserialize(&whole).is_ok();
        let Value::Object(back) = whole else { return Err(strict) };
        probe = back;
        if let Some(value) = probe.remove(&name).filter(|_| fits) {
            kept.insert(name, value);
        }
    }
    serde_json::from_value(Value::Object(kept))
}

/// Whether a field's value means "nothing": `null`, and also `false`, `[]` and `{}`, which some servers always send.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{has_ended, read, reason};
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
    fn a_status_of_very_many_fields_is_read_all_the_same() {
        // With time that grows with the square of the fields, this would take hours.
        let fields: String = (0..200_000).map(|number| format!(r#","a{number}":1"#)).collect();
        let text = format!(r#"{{"status":"IN_PROGRESS","request_id":"id","logs":[{{}}],"queue_position":3{fields}}}"#);
        let status = read(text.as_bytes(), "id").unwrap();
        assert_eq!((status.status, status.queue_position), (QueueState::InProgress, Some(3)));
    }

    #[test]
    fn without_a_state_there_is_no_status() {
        for text in [r#"{"request_id":"1"}"#, r#"{"status":7}"#, "[]", r#"["COMPLETED","id"]"#, "<html>", ""] {
            assert!(read(text.as_bytes(), "id").is_err(), "{text}");
        }
    }

    #[test]
    fn only_an_error_that_says_something_is_one() {
        for error in ["null", r#""""#, r#"" ""#, "false", "{}", "[]"] {
            let text = format!(r#"{{"status":"COMPLETED","request_id":"id","error":{error},"error_type":""}}"#);
            let status = read(text.as_bytes(), "id").unwrap();
            assert!(has_ended(&status) && reason(&status).is_none(), "{text}");
        }
        let typed = read(br#"{"status":"COMPLETED","error":"","error_type":"runner_disconnected"}"#, "id").unwrap();
        assert_eq!(reason(&typed).as_deref(), Some("runner_disconnected"));
    }

    #[test]
    fn the_end_of_another_request_is_not_believed() {
        for state in ["COMPLETED", "FAILED"] {
            let text = format!(r#"{{"status":"{state}","request_id":"other","error":"x"}}"#);
            assert!(read(text.as_bytes(), "id").is_err(), "{text}");
        }
        assert!(read(br#"{"status":"COMPLETED","request_id":"ID"}"#, "id").is_ok());
        assert!(read(br#"{"status":"IN_PROGRESS","request_id":"gateway"}"#, "id").is_ok());
    }

    #[test]
    fn a_state_that_is_not_listed_ends_the_job_only_with_an_error() {
        let ended = |text: &str| has_ended(&read(text.as_bytes(), "id").unwrap());
        assert!(ended(r#"{"status":"FAILED","error":"x"}"#) && ended(r#"{"status":"ABORTED","error_type":"y"}"#));
        assert!(!ended(r#"{"status":"PAUSED"}"#) && !ended(r#"{"status":"PAUSED","error":""}"#));
        assert!(!ended(r#"{"status":"IN_PROGRESS","error":"a runner was lost, another one is tried"}"#));
    }
}
