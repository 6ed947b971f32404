//! Two documents: what they say of themselves, their paths, their components.

use super::annotation::{annotation, named};
use super::operation::{self, place};
use super::rules::Kind;
use super::schema;
use super::service::{security, servers};
use super::usage::{METHODS, Operation, operations};
use super::verdict::Position;
use super::walk::{At, Walk, keys};
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
            // Rows for its operations report that it was added or removed.
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
    schema::finish_tasks(walk);
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
    schema::finish_tasks(walk);
    for name in names {
        let here = named(name, walk.position(name));
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
