//! Two operations: parameters, bodies, answers.

use super::annotation::{annotation, endpoint, flag};
use super::lookup::resolved;
use super::rules::Kind;
use super::schema::compare_optional;
use super::service::{plain, security, servers};
use super::usage::Operation;
use super::verdict::Position;
use super::walk::{At, Walk, shown};
use crate::pointer::escape;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn compare(walk: &mut Walk, old: &Operation, new: &Operation) {
    let (old_at, at) = (place(old), place(new));
    if old.path != new.path {
        walk.report(&at, Kind::Path, format!("is the new place of `{}`", old_at.subject));
    }
    if old.method != new.method {
        walk.report(&at, Kind::Method, format!("is the new method of `{}`", old_at.subject));
    }
    if (old.value, old.item.get("parameters")) == (new.value, new.item.get("parameters")) {
        return;
    }
    parameters(walk, old, new);
    walk.differing(&at, old.value, new.value, |walk, key, old_value, new_value| {
        let here = at.name(key);
        match key {
            // Compared already, together with those of the path.
            "parameters" => {}
            "operationId" => walk.report_value(&here, Kind::OperationId, "the operationId", old_value, new_value),
            "requestBody" => request_body(walk, &here.positioned(Position::Request), old_value, new_value),
            "responses" => responses(walk, &here.positioned(Position::Response), old_value, new_value),
            "security" => {
                let (old, new) = (old_value.or(walk.old.get(key)), new_value.or(walk.new.get(key)));
                walk.not_silent(&here, |walk| security(walk, &here, old, new));
            }
            "callbacks" => plain(walk, &here.positioned(Position::Response), Kind::Callback, old_value, new_value),
            "servers" => walk.not_silent(&here, |walk| servers(walk, &here, old_value, new_value)),
            "x-fal-endpoint" => {
                let id = new.endpoint_id().or(old.endpoint_id()).unwrap_or(&at.subject);
                let here = here.called(id.to_owned());
                endpoint(walk, &here, old_value, new_value);
            }
            _ => annotation(walk, &here, key, old_value, new_value),
        }
    });
}

/// A parameter of an operation, its own or its path's.
struct Parameter<'d> {
    raw: &'d Value,
    resolved: &'d Value,
    at: At,
}

/// Place and name: `("header", "x-fal-tags")`.
type Key = (String, String);

/// All parameters of an operation.
#[derive(Default)]
struct Parameters<'d> {
    order: Vec<Key>,
    by_key: BTreeMap<Key, Parameter<'d>>,
}

impl<'d> Parameters<'d> {
    /// None when the list is malformed or has one twice.
    fn read(document: &'d Value, operation: &Operation<'d>) -> Option<Self> {
        let mut parameters = Self::default();
        let path = format!("/paths/{}", escape(operation.path));
        let lists = [(operation.item, path.clone()), (operation.value, format!("{path}/{}", operation.method))];
        for (holder, pointer) in lists {
            let Some(list) = holder.get("parameters") else { continue };
            let mut seen = BTreeSet::new();
            for (index, raw) in list.as_array()?.iter().enumerate() {
                let resolved = resolved(document, raw);
                let (location, name) = (resolved.get("in")?.as_str()?, resolved.get("name")?.as_str()?);
                // The names of headers are equal in any case.
                let letters = if location == "header" { name.to_ascii_lowercase() } else { name.to_owned() };
                let key = (location.to_owned(), letters);
                if !seen.insert(key.clone()) {
                    return None;
                }
                let subject = format!("{name} ({location}) of {}", place(operation).subject);
                let at = At::new(&format!("{pointer}/parameters/{index}"), &subject, Position::Request);
                // The operation's own parameter takes the place of its path's.
                if parameters.by_key.insert(key.clone(), Parameter { raw, resolved, at }).is_none() {
                    parameters.order.push(key);
                }
            }
        }
        Some(parameters)
    }

    fn order_of_common(&self, other: &Self) -> Vec<&Key> {
        self.order.iter().filter(|key| other.by_key.contains_key(*key)).collect()
    }
}

fn parameters(walk: &mut Walk, old: &Operation, new: &Operation) {
    let raw = |operation: &Operation| {
        Value::from(
            [operation.item, operation.value].map(|holder| holder.get("parameters").cloned().unwrap_or_default()),
        )
    };
    if raw(old) == raw(new) {
        return;
    }
    let at = place(new).key("parameters").positioned(Position::Request);
    let sides = (Parameters::read(walk.old, old), Parameters::read(walk.new, new));
    let (Some(old_parameters), Some(new_parameters)) = sides else {
        return walk.unknown(&at, Some(&raw(old)), Some(&raw(new)));
    };
    walk.not_silent(&at, |walk| {
        for (key, new) in &new_parameters.by_key {
            match old_parameters.by_key.get(key) {
                Some(old) if old.raw == new.raw => {}
                Some(old) => parts(walk, &new.at, old.raw, new.raw, parameter),
                None if new.resolved.get("required") == Some(&Value::Bool(true)) => {
                    walk.report(&new.at, Kind::ParameterAddedRequired, "is a new parameter, and required");
                }
                None => walk.report(&new.at, Kind::ParameterAdded, "is a new parameter, and may be left out"),
            }
        }
        for (key, old) in &old_parameters.by_key {
            if !new_parameters.by_key.contains_key(key) {
                walk.report(&old.at, Kind::ParameterRemoved, "is no longer a parameter");
            }
        }
        if old_parameters.order_of_common(&new_parameters) != new_parameters.order_of_common(&old_parameters) {
            walk.report(&at, Kind::ParameterOrder, "lists its parameters in another order");
        }
    });
}

/// Compares two parts that are not equal, each written out or a reference. Equal references are compared where they lead,
/// once for all that refer.
fn parts(walk: &mut Walk, at: &At, old: &Value, new: &Value, compare: fn(&mut Walk, &At, &Value, &Value)) {
    let beside = |part: &Value| match part.as_object() {
        Some(map) if map.contains_key("$ref") => {
            map.iter().filter(|(key, _)| *key != "$ref").map(|(key, value)| (key.clone(), value.clone())).collect()
        }
        _ => Map::new(),
    };
    walk.not_silent(at, |walk| {
        walk.differing(at, &beside(old).into(), &beside(new).into(), |walk, key, old, new| {
            annotation(walk, &at.name(key), key, old, new);
        });
        let target = |part: &Value| part.get("$ref").cloned();
        if target(old).is_none() || target(old) != target(new) {
            let (old, new) = (resolved(walk.old, old), resolved(walk.new, new));
            if let Some(missing) = target(old).or_else(|| target(new)) {
                return walk.report(at, Kind::Unknown, format!("refers to {}, which is not there", shown(&missing)));
            }
            if old != new {
                compare(walk, at, old, new);
            }
        }
    });
}

/// A parameter, or a response header, which is one without a name.
pub(super) fn parameter(walk: &mut Walk, at: &At, old: &Value, new: &Value) {
    let is_header = at.position == Position::Response;
    let [required, optional] = if is_header {
        [Kind::HeaderRequired, Kind::HeaderOptional]
    } else {
        [Kind::ParameterRequired, Kind::ParameterOptional]
    };
    let is_required = |value: &Value| value.get("required") == Some(&Value::Bool(true));
    let may_be_missing = !(is_required(old) && is_required(new));
    walk.differing(at, old, new, |walk, key, old, new| {
        let here = at.name(key);
        match key {
            "required" => match (flag(old), flag(new)) {
                (Some(false), Some(true)) => walk.report(&here, required, "is now required"),
                (Some(true), Some(false)) => walk.report(&here, optional, "may now be left out"),
                (Some(_), Some(_)) => {}
                _ => walk.unknown(&here, old, new),
            },
            "schema" => compare_optional(walk, &At { optional: may_be_missing, ..here }, old, new),
            "content" => content(walk, &here, old, new),
            // Two parameters are one only if place and name are equal, in any case for headers.
            "name" if same_letters(old, new) => walk.report_value(&here, Kind::Representation, "the name", old, new),
            "style" | "explode" | "allowReserved" | "allowEmptyValue" | "name" | "in" => {
                walk.report_value(&here, Kind::ParameterStyle, &format!("`{key}`"), old, new);
            }
            _ => annotation(walk, &here, key, old, new),
        }
    });
}

fn same_letters(old: Option<&Value>, new: Option<&Value>) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_ascii_lowercase);
    text(old).is_some() && text(old) == text(new)
}

fn request_body(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    match (old, new) {
        (Some(old), Some(new)) => {
            parts(walk, at, old, new, body);
        }
        (None, Some(new)) if resolved(walk.new, new).get("required") == Some(&Value::Bool(true)) => {
            walk.report(at, Kind::BodyRequired, "must now have a body");
        }
        (None, Some(_)) => walk.report(at, Kind::BodyOptional, "may now have a body"),
        (Some(_), None) => walk.report(at, Kind::BodyRemoved, "no longer has a body"),
        (None, None) => {}
    }
}

pub(super) fn body(walk: &mut Walk, at: &At, old: &Value, new: &Value) {
    walk.differing(at, old, new, |walk, key, old, new| {
        let here = at.name(key);
        match key {
            "required" => match (flag(old), flag(new)) {
                (Some(false), Some(true)) => walk.report(&here, Kind::BodyRequired, "must now have a body"),
                (Some(true), Some(false)) => walk.report(&here, Kind::BodyOptional, "may now have no body"),
                (Some(_), Some(_)) => {}
                _ => walk.unknown(&here, old, new),
            },
            "content" => content(walk, &here.called(format!("body of {}", at.subject)), old, new),
            _ => annotation(walk, &here, key, old, new),
        }
    });
}

fn responses(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    walk.differing(at, old.unwrap_or(&empty), new.unwrap_or(&empty), |walk, status, old, new| {
        let here = at.name(status).called(format!("{status} of {}", at.subject));
        let is_success = status.starts_with('2');
        match (old, new) {
            _ if status.starts_with("x-") => annotation(walk, &here, status, old, new),
            (Some(old), Some(new)) => {
                parts(walk, &here, old, new, response);
            }
            (None, _) if is_success => walk.report(&here, Kind::SuccessAdded, "is a new answer"),
            (None, _) => walk.report(&here, Kind::FailureAdded, "is a new failure"),
            (_, None) if is_success => walk.report(&here, Kind::SuccessRemoved, "is no longer an answer"),
            (_, None) => walk.report(&here, Kind::FailureRemoved, "is no longer a failure"),
        }
    });
    if old.is_none() != new.is_none() {
        walk.not_silent(at, |_| ());
    }
}

pub(super) fn response(walk: &mut Walk, at: &At, old: &Value, new: &Value) {
    walk.differing(at, old, new, |walk, key, old, new| {
        let here = at.name(key);
        match key {
            "content" => content(walk, &here, old, new),
            "headers" => headers(walk, &here, old, new),
            _ => annotation(walk, &here, key, old, new),
        }
    });
}

fn headers(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    walk.differing(at, old.unwrap_or(&empty), new.unwrap_or(&empty), |walk, name, old, new| {
        let here = at.name(name).called(format!("{name} (header) of {}", at.subject));
        match (old, new) {
            (Some(old), Some(new)) => {
                parts(walk, &here, old, new, parameter);
            }
            (None, _) => walk.report(&here, Kind::HeaderAdded, "is a new header"),
            (_, None) => walk.report(&here, Kind::HeaderRemoved, "is no longer a header"),
        }
    });
}

/// Media types by name.
fn content(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    walk.differing(at, old.unwrap_or(&empty), new.unwrap_or(&empty), |walk, name, old, new| {
        let here = at.name(name);
        match (old, new) {
            (Some(old), Some(new)) => walk.differing(&here, old, new, |walk, key, old, new| {
                let at = here.name(key);
                match key {
                    // What each event of a stream holds.
                    "schema" | "x-fal-event-data" => compare_optional(walk, &at, old, new),
                    "encoding" => walk.report_value(&at, Kind::Encoding, "the encoding", old, new),
                    _ => annotation(walk, &at, key, old, new),
                }
            }),
            (None, _) => walk.report(
                &here,
                Kind::ContentTypeAdded,
                format!("has the further content type {}", shown(&name.into())),
            ),
            (_, None) => walk.report(
                &here,
                Kind::ContentTypeRemoved,
                format!("no longer has the content type {}", shown(&name.into())),
            ),
        }
    });
}

/// The place of an operation, called `POST /path`.
pub(super) fn place(operation: &Operation) -> At {
    let Operation { path, method, .. } = operation;
    let subject = format!("{} {path}", method.to_ascii_uppercase());
    At::new(&format!("/paths/{}/{method}", escape(path)), &subject, Position::None)
}
