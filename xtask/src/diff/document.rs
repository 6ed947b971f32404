//! Two documents: what they say of themselves, their paths, their components.

use super::operation;
use super::report::Position;
use super::rules::Kind;
use super::schema::{self, annotation};
use super::usage::{METHODS, Operation, operations};
use super::walk::{At, Walk, keys, shown};
use crate::pointer::escape;
use serde_json::{Map, Value};

pub(super) fn compare(walk: &mut Walk) {
    let (old, new) = (walk.old, walk.new);
    if old == new {
        return;
    }
    let root = At::new("", "the description", Position::None);
    walk.not_silent(&root, |walk| {
        walk.differing(&root, old, new, |walk, key, old, new| {
            let at = root.name(key).called(key.to_owned());
            match key {
                "openapi" => walk.report_value(&at, Kind::Info, "the version", old, new),
                "info" => info(walk, &at, old, new),
                "servers" => walk.not_silent(&at, |walk| servers(walk, &at, old, new)),
                "security" => walk.not_silent(&at, |walk| security(walk, &at, old, new)),
                "paths" | "components" => {}
                _ => annotation(walk, &at, key, old, new),
            }
        });
        paths(walk);
        components(walk);
    });
}

fn info(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    let (Some(old), Some(new)) = (old, new) else { return walk.report_value(at, Kind::Info, "the text", old, new) };
    walk.differing(at, old, new, |walk, key, old, new| {
        walk.report_value(&at.name(key), Kind::Info, &format!("the {key}"), old, new);
    });
}

/// The first server is where calls go; the order of the others means nothing.
pub(super) fn servers(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    fn list(value: Option<&Value>) -> Option<Vec<(&str, &Value)>> {
        let read = |server| Some((server, Value::get(server, "url")?.as_str()?));
        let servers = value.map_or(Some([].as_slice()), |list| list.as_array().map(Vec::as_slice))?;
        servers.iter().map(|server| read(server).map(|(server, url)| (url, server))).collect()
    }
    let (Some(old_list), Some(new_list)) = (list(old), list(new)) else { return walk.unknown(at, old, new) };
    let url = |list: &[(&str, &Value)]| list.first().map(|(url, _)| Value::from(*url));
    let (old_url, new_url) = (url(&old_list), url(&new_list));
    if old_url != new_url {
        walk.report_value(&at.key("0/url"), Kind::Server, "the base URL", old_url.as_ref(), new_url.as_ref());
    }
    let has = |list: &[(&str, &Value)], url: &str| list.iter().any(|(other, _)| *other == url);
    for (url, _) in old_list.iter().skip(1).filter(|(url, _)| !has(&new_list, url)) {
        walk.report(at, Kind::Server, format!("no longer has the base URL `{url}`"));
    }
    for (index, (url, server)) in new_list.iter().enumerate() {
        let here = at.key(&index.to_string());
        let same = old_list.iter().find(|(other, _)| other == url);
        let Some((_, old)) = same.or_else(|| old_list.first().filter(|_| index == 0)) else {
            if index > 0 {
                walk.report(&here, Kind::ServerAdded, format!("has the further base URL `{url}`"));
            }
            continue;
        };
        walk.differing(&here, old, server, |walk, key, old, new| match key {
            "url" => {}
            "variables" => plain(walk, &here.name(key), Kind::Server, old, new),
            _ => annotation(walk, &here.name(key), key, old, new),
        });
    }
}

/// What has no rules for its parts: every difference is of one kind, but for texts.
pub(super) fn plain(walk: &mut Walk, at: &At, kind: Kind, old: Option<&Value>, new: Option<&Value>) {
    match (old, new) {
        (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) => {
            walk.differing(at, old, new, |walk, key, old, new| match key {
                "description" | "summary" => annotation(walk, &at.name(key), key, old, new),
                _ => plain(walk, &at.name(key), kind, old, new),
            });
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new) {
                plain(walk, &at.key(&index.to_string()), kind, Some(old), Some(new));
            }
        }
        _ => {
            let key = at.pointer.rsplit('/').next().unwrap_or_default().to_owned();
            walk.report_value(at, kind, &format!("the `{key}`"), old, new);
        }
    }
}

/// A list of alternatives; an empty one, or none, asks for nothing.
pub(super) fn security(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    let list = |value: Option<&Value>| value.map_or(Some(Vec::new()), |list| list.as_array().cloned());
    let (Some(old), Some(new)) = (list(old), list(new)) else { return walk.unknown(at, old, new) };
    if new.is_empty() && !old.is_empty() {
        return walk.report(at, Kind::SecurityRelaxed, "no longer asks for credentials");
    }
    if old.is_empty() && !new.is_empty() {
        return walk.report(at, Kind::SecurityRequired, "now asks for credentials");
    }
    for alternative in old.iter().filter(|alternative| !new.contains(alternative)) {
        walk.report(at, Kind::SecurityRequired, format!("no longer accepts {}", shown(alternative)));
    }
    for alternative in new.iter().filter(|alternative| !old.contains(alternative)) {
        walk.report(at, Kind::SecurityRelaxed, format!("also accepts {}", shown(alternative)));
    }
}

fn paths(walk: &mut Walk) {
    let (old, new) = (walk.old, walk.new);
    let at = At::new("/paths", "paths", Position::None);
    let empty = Value::Object(Map::new());
    let (old_paths, new_paths) = (old.get("paths").unwrap_or(&empty), new.get("paths").unwrap_or(&empty));
    walk.differing(&at, old_paths, new_paths, |walk, path, old, new| {
        let here = at.name(path).called(path.to_owned());
        if path.starts_with("x-") {
            return annotation(walk, &here, path, old, new);
        }
        let has_operation = |item: &Value| METHODS.iter().any(|method| item.get(method).is_some());
        let (Some(old), Some(new)) = (old, new) else {
            // Its operations tell that it came or went.
            if !old.or(new).is_some_and(has_operation) {
                walk.unknown(&here, old, new);
            }
            return;
        };
        walk.differing(&here, old, new, |walk, key, old_value, new_value| {
            let at = here.name(key);
            match key {
                _ if METHODS.contains(&key) => {}
                // Compared with each operation that they belong to.
                "parameters" if has_operation(old) && has_operation(new) => {}
                "servers" => walk.not_silent(&at, |walk| servers(walk, &at, old_value, new_value)),
                _ => annotation(walk, &at, key, old_value, new_value),
            }
        });
    });
    pair_operations(walk);
}

/// Operations of one path and method belong together, then those of one endpoint, then those of one `operationId`.
fn pair_operations(walk: &mut Walk) {
    let mut old = operations(walk.old);
    let mut new = operations(walk.new);
    let rules: [fn(&Operation, &Operation) -> bool; 3] = [
        |old, new| (old.path, old.method) == (new.path, new.method),
        |old, new| old.endpoint_id().is_some() && old.endpoint_id() == new.endpoint_id(),
        |old, new| old.operation_id().is_some() && old.operation_id() == new.operation_id(),
    ];
    let mut pairs = Vec::new();
    for belongs in rules {
        old.retain(|operation| match new.iter().position(|other| belongs(operation, other)) {
            Some(index) => {
                pairs.push((*operation, new.remove(index)));
                false
            }
            None => true,
        });
    }
    for (old, new) in pairs {
        operation::compare(walk, &old, &new);
    }
    for operation in old {
        let (at, id) = (place(&operation), operation.endpoint_id());
        match id.filter(|id| !walk.usage.new.endpoints.contains(*id)) {
            Some(id) => walk.report(&at.called(id.to_owned()), Kind::EndpointRemoved, "is no longer an endpoint"),
            None => walk.report(&at, Kind::OperationRemoved, "is gone"),
        }
    }
    for operation in new {
        let (at, id) = (place(&operation), operation.endpoint_id());
        match id.filter(|id| !walk.usage.old.endpoints.contains(*id)) {
            Some(id) => walk.report(&at.called(id.to_owned()), Kind::EndpointAdded, "is a new endpoint"),
            None => walk.report(&at, Kind::OperationAdded, "is new"),
        }
    }
}

/// The place of an operation, called `POST /path`.
pub(super) fn place(operation: &Operation) -> At {
    let Operation { path, method, .. } = operation;
    let subject = format!("{} {path}", method.to_ascii_uppercase());
    At::new(&format!("/paths/{}/{method}", escape(path)), &subject, Position::None)
}

fn components(walk: &mut Walk) {
    let (old, new) = (walk.old, walk.new);
    let at = At::new("/components", "components", Position::None);
    let empty = Value::Object(Map::new());
    let (old, new) = (old.get("components").unwrap_or(&empty), new.get("components").unwrap_or(&empty));
    walk.differing(&at, old, new, |walk, section, old, new| {
        let at = at.name(section).called(section.to_owned());
        let (old, new) = (old.unwrap_or(&empty), new.unwrap_or(&empty));
        match section {
            "schemas" => schemas(walk, &at, old, new),
            "parameters" | "requestBodies" => {
                parts(walk, section, &at.positioned(Position::Request), old, new);
            }
            "headers" | "responses" => parts(walk, section, &at.positioned(Position::Response), old, new),
            "securitySchemes" | "examples" => parts(walk, section, &at, old, new),
            _ => annotation(walk, &at, section, Some(old), Some(new)),
        }
    });
    walk.finish_tasks();
}

fn schemas(walk: &mut Walk, at: &At, old: &Value, new: &Value) {
    let (Some(old_map), Some(new_map)) = (old.as_object(), new.as_object()) else {
        return walk.unknown(at, Some(old), Some(new));
    };
    let names = keys(old_map, new_map);
    for name in &names {
        if let (Some(old), Some(new)) = (old_map.get(*name), new_map.get(*name)) {
            schema::compare_named(walk, name, old, new);
        }
    }
    // What is only renamed is known when every reference has been followed.
    walk.finish_tasks();
    for name in names {
        let here = schema::named(name, walk.position(name));
        let is_told = |exclusive: bool, renamed: bool| exclusive || renamed;
        match (old_map.contains_key(name), new_map.contains_key(name)) {
            (true, false) => {
                let renamed = walk.renamed.iter().any(|(old, _)| old == name);
                if walk.usage.new.schemas.contains(name) {
                    walk.report(&here, Kind::Component, "is no longer in this document");
                } else if !is_told(walk.usage.old.exclusive.contains(name), renamed) {
                    walk.report(&here, Kind::SchemaRemoved, "is gone");
                }
            }
            (false, true) => {
                let renamed = walk.renamed.iter().any(|(_, new)| new == name);
                if walk.usage.old.schemas.contains(name) {
                    walk.report(&here, Kind::Component, "is now in this document too");
                } else if !is_told(walk.usage.new.exclusive.contains(name), renamed) {
                    walk.report(&here, Kind::SchemaAdded, "is new");
                }
            }
            _ => {}
        }
    }
}

/// The other sections of the components.
fn parts(walk: &mut Walk, section: &str, at: &At, old: &Value, new: &Value) {
    walk.differing(at, old, new, |walk, name, old, new| {
        let here = at.name(name).called(name.to_owned());
        let (Some(old), Some(new)) = (old, new) else {
            let kind =
                if section == "securitySchemes" && new.is_none() { Kind::SecurityScheme } else { Kind::Component };
            return walk.report_value(&here, kind, "the definition", old, new);
        };
        walk.not_silent(&here, |walk| match section {
            "parameters" | "headers" => operation::parameter(walk, &here, old, new),
            "requestBodies" => operation::body(walk, &here, old, new),
            "responses" => operation::response(walk, &here, old, new),
            "securitySchemes" => walk.differing(&here, old, new, |walk, key, old, new| match key {
                "type" | "name" | "in" | "scheme" | "bearerFormat" | "flows" | "openIdConnectUrl" => {
                    walk.report_value(&here.name(key), Kind::SecurityScheme, &format!("the {key}"), old, new);
                }
                _ => annotation(walk, &here.name(key), key, old, new),
            }),
            _ => walk.report_value(&here, Kind::Example, "the example", Some(old), Some(new)),
        });
    });
}
