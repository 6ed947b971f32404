//! What is unexpected about an answer that is paid for, and is saved nevertheless.

use crate::clean;
use crate::output::warn;
use ideogram_client::Error;
use ideogram_schema::{EndpointInfo, Field, FieldKind};
use serde_json::Value;

/// The most oddities that are told of one answer.
const MAX_TOLD: usize = 5;

/// What does not fit the description of the endpoint's output, a clause each; what is there beside it is no oddity.
fn oddities(info: &EndpointInfo, answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    fields(info.outputs, answer, "", &mut found);
    let more = found.len().saturating_sub(MAX_TOLD);
    found.truncate(MAX_TOLD);
    if more > 0 {
        found.push(format!("{more} more"));
    }
    found
}

/// The answer that an error keeps, where there are files in it: they are paid for, so they are saved.
pub(crate) fn kept_answer(error: &Error) -> Option<Value> {
    let answer = serde_json::from_str(error.body()?).ok().filter(|_| !error.files().is_empty())?;
    warn(&format!("{error}; it has files all the same, which are saved"));
    Some(answer)
}

/// Says what is odd about an answer.
pub(crate) fn tell_oddities(info: &EndpointInfo, answer: &Value, request_id: Option<&str>) {
    let found = oddities(info, answer);
    if !found.is_empty() {
        let request = request_id.map(|id| format!(" to `{}`", clean::line(id))).unwrap_or_default();
        warn(&format!("the service's answer{request} is not what it describes, and is saved: {}", found.join("; ")));
    }
}

fn fields(fields: &[Field], value: &Value, path: &str, found: &mut Vec<String>) {
    for field in fields {
        let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
        match value.get(field.name) {
            None if field.required => found.push(format!("`{path}` is missing")),
            None => {}
            Some(Value::Null) if field.nullable || !field.required => {}
            Some(value) => kind(&field.kind, value, &path, found),
        }
    }
}

fn kind(kind_of: &FieldKind, value: &Value, path: &str, found: &mut Vec<String>) {
    let fits = match (kind_of, value) {
        (FieldKind::Any, _) | (FieldKind::String { .. } | FieldKind::Enum(_), Value::String(_)) => true,
        (FieldKind::Boolean, value) => value.is_boolean(),
        (FieldKind::Integer(_) | FieldKind::IntegerEnum(_), value) => value.is_i64(),
        (FieldKind::Number(_), value) => value.is_number(),
        (FieldKind::File(_), Value::Object(file)) => {
            if !file.get("url").is_some_and(Value::is_string) {
                return found.push(format!("`{path}` has no `url`"));
            }
            let size = file.get("file_size").filter(|size| !size.is_null() && !size.is_u64());
            found.extend(size.map(|size| format!("`{path}.file_size` is {}", shown(size))));
            true
        }
        (FieldKind::Array { items, .. }, Value::Array(values)) => {
            for (index, value) in values.iter().enumerate() {
                kind(items, value, &format!("{path}[{index}]"), found);
            }
            true
        }
        (FieldKind::Object(inner), Value::Object(_)) => {
            fields(inner, value, path, found);
            true
        }
        (FieldKind::Map(values), Value::Object(map)) => {
            for (name, value) in map {
                kind(values, value, &format!("{path}.{name}"), found);
            }
            true
        }
        (FieldKind::OneOf(kinds), value) => kinds.iter().any(|one| {
            let mut odd = Vec::new();
            kind(one, value, path, &mut odd);
            odd.is_empty()
        }),
        _ => false,
    };
    if !fits {
        found.push(format!("`{path}` is {}", shown(value)));
    }
}

/// A short value as it is, a long one by its kind.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => format!("the text {:?}", text.chars().take(40).collect::<String>()),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::oddities;
    use ideogram_schema::ENDPOINTS;
    use serde_json::json;

    #[test]
    fn what_does_not_fit_is_told_by_field_and_what_fits_is_not() {
        let image = json!({"url": "https://a/b.png"});
        for info in ENDPOINTS {
            for (answer, expected) in [
                (json!({"images": [image], "seed": 7, "more": {}}), vec![]),
                (json!({"images": [{"url": "data:,", "file_size": null, "file_name": null}], "seed": 7}), vec![]),
                (json!({"images": [image]}), vec!["`seed` is missing"]),
                (json!({"images": [image], "seed": null}), vec!["`seed` is null"]),
                (json!({"images": [image], "seed": "7"}), vec!["`seed` is the text \"7\""]),
                (json!({"images": [image], "seed": u64::MAX}), vec!["`seed` is 18446744073709551615"]),
                (json!({"images": [null, image], "seed": 7}), vec!["`images[0]` is null"]),
                (json!({"images": [{"url": 7}], "seed": 7}), vec!["`images[0]` has no `url`"]),
                (
                    json!({"images": [{"url": "x", "file_size": 1234.5}], "seed": 7}),
                    vec!["`images[0].file_size` is 1234.5"],
                ),
                (json!({"images": {}, "seed": []}), vec!["`images` is an object", "`seed` is a list"]),
            ] {
                assert_eq!(oddities(info, &answer), expected, "{answer}");
            }
            let many: Vec<_> = (0..50).map(|_| json!(null)).collect();
            let told = oddities(info, &json!({"images": many, "seed": 7}));
            assert_eq!((told.len(), told.last().map(String::as_str)), (6, Some("45 more")));
        }
    }
}
