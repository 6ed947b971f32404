//! Parses a text from the command line as a value of a field: a listed word or number, a size, JSON, or just text.

use ideogram_schema::{Field, FieldKind};
use serde_json::{Map, Value};

/// The value that a text is for the first kind that takes it. Plain text comes last: it takes anything.
pub(super) fn value(kinds: &'static [FieldKind], raw: &str) -> Option<Value> {
    let is_text = |kind: &&FieldKind| matches!(kind, FieldKind::String { .. } | FieldKind::File(_) | FieldKind::Any);
    let is_number = |kind: &&FieldKind| matches!(kind, FieldKind::Number(_));
    let exact = kinds.iter().filter(|kind| !is_text(kind) && !is_number(kind));
    let texts = kinds.iter().filter(is_text);
    // A whole number is read as an integer if both kinds are allowed.
    let ordered = exact.chain(kinds.iter().filter(is_number)).chain(texts);
    ordered.into_iter().find_map(|kind| read(kind, raw))
}

/// The value that a text is for one kind.
pub(super) fn read(kind: &'static FieldKind, raw: &str) -> Option<Value> {
    let value = match kind {
        FieldKind::String { .. } | FieldKind::File(_) => raw.into(),
        FieldKind::Enum(values) => (*values.iter().find(|value| **value == raw)?).into(),
        FieldKind::Object(fields) => match size(fields, raw) {
            Some(size) => size,
            None => serde_json::from_str(raw).ok()?,
        },
        FieldKind::OneOf(kinds) => return value(kinds, raw),
        FieldKind::Any => serde_json::from_str(raw).unwrap_or_else(|_| raw.into()),
        // JSON, which includes numbers and `true`.
        _ => serde_json::from_str(raw.trim()).ok()?,
    };
    kind.check("", &value).is_ok().then_some(value)
}

/// `1280x720`, for an object that has the whole numbers `width` and `height` and requires nothing else.
fn size(fields: &[Field], raw: &str) -> Option<Value> {
    let (width, height) = raw.split_once(['x', 'X', '×']).filter(|_| is_size(fields))?;
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let pair = [("width", number(width)?), ("height", number(height)?)];
    Some(Value::Object(pair.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<_, _>>()))
}

fn is_size(fields: &[Field]) -> bool {
    let is_side =
        |field: &Field| matches!(field.name, "width" | "height") && matches!(field.kind, FieldKind::Integer(_));
    let sides = fields.iter().filter(|field| is_side(field)).count();
    sides == 2 && fields.iter().all(|field| is_side(field) || !field.required)
}

/// The values that a kind lists, for help and completions.
pub(super) fn listed(kind: &FieldKind) -> Vec<String> {
    match kind {
        FieldKind::Enum(values) => values.iter().map(ToString::to_string).collect(),
        FieldKind::IntegerEnum(values) => values.iter().map(ToString::to_string).collect(),
        FieldKind::OneOf(kinds) => kinds.iter().flat_map(listed).collect(),
        _ => Vec::new(),
    }
}

/// What a kind takes beside the values that it lists, in words.
pub(super) fn unlisted(kind: &FieldKind) -> Vec<String> {
    let bounded = |what: &str, bounds: &dyn std::fmt::Display| match bounds.to_string() {
        bounds if bounds == "any number" => what.to_owned(),
        bounds => format!("{what} {bounds}"),
    };
    let words = match kind {
        FieldKind::Enum(_) | FieldKind::IntegerEnum(_) => return Vec::new(),
        FieldKind::OneOf(kinds) => {
            let mut words: Vec<String> = kinds.iter().flat_map(unlisted).collect();
            words.dedup();
            return words;
        }
        FieldKind::String { min_length, max_length } => match length(*min_length, *max_length, "characters") {
            Some(length) => format!("a text of {length}"),
            None => "a text".to_owned(),
        },
        FieldKind::File(_) => "the URL of a file".to_owned(),
        FieldKind::Boolean => "`true` or `false`".to_owned(),
        FieldKind::Integer(bounds) => bounded("a whole number", bounds),
        FieldKind::Number(bounds) => bounded("a number", bounds),
        FieldKind::Array { .. } => "a JSON list".to_owned(),
        FieldKind::Object(fields) if is_size(fields) => "a size such as `1280x720`".to_owned(),
        FieldKind::Object(fields) => {
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            format!("a JSON object of `{}`", names.join("`, `"))
        }
        FieldKind::Map(_) => "a JSON object".to_owned(),
        _ => "JSON".to_owned(),
    };
    vec![words]
}

/// Everything that a kind takes, in words: those that it lists, then the rest.
pub(super) fn allowed(kind: &FieldKind) -> String {
    let listed = listed(kind);
    let one_of = (!listed.is_empty()).then(|| format!("one of `{}`", listed.join("`, `")));
    one_of.into_iter().chain(unlisted(kind)).collect::<Vec<_>>().join(", or ")
}

/// `1 to 4 characters`, `at least 1 characters`, `at most 4 characters`.
pub(crate) fn length(least: Option<u64>, most: Option<u64>, unit: &str) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most} {unit}")),
        (Some(least), None) => Some(format!("at least {least} {unit}")),
        (None, Some(most)) => Some(format!("at most {most} {unit}")),
        (None, None) => None,
    }
}
