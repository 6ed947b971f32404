//! Keywords that are allowed everywhere: texts, examples, vendor extensions.

use super::lookup::component;
use super::rules::Kind;
use super::verdict::Position;
use super::walk::{At, Walk, texts};
use serde_json::{Map, Value};

/// Hints for forms and pages, which nothing here reads.
const HINTS: &[&str] =
    &["ui", "_fal_ui_field", "x-fal-ui", "x-fal-access", "x-fal-metadata", "x-fal-order-paths", "limit_description"];

/// An extension that may stand anywhere.
fn extension(walk: &mut Walk, at: &At, key: &str, old: Option<&Value>, new: Option<&Value>) {
    match key {
        "x-fal-price" => walk.report_value(at, Kind::Price, "the price", old, new),
        "x-shared-name" => walk.report_value(at, Kind::SharedName, "the shared name", old, new),
        "x-fal-file-input" | "x-fal-file-output" => {
            let kind = if new.is_some() { Kind::FileRole } else { Kind::FileRoleRemoved };
            walk.report_value(at, kind, "the file role", old, new);
        }
        // Keywords of the upstream document that the description does not take over.
        "x-upstream" => {
            let empty = Value::Object(Map::new());
            walk.differing(at, old.unwrap_or(&empty), new.unwrap_or(&empty), |walk, key, old, new| match key {
                "default" => walk.report_value(&at.key(key), Kind::Default, "the upstream default", old, new),
                _ => annotation(walk, &at.name(key), key, old, new),
            });
        }
        "x-upstream-discriminator" => walk.report_value(at, Kind::Discriminator, "the discriminator", old, new),
        _ if HINTS.contains(&key) => walk.report_value(at, Kind::Info, &format!("`{key}`"), old, new),
        _ => walk.unknown(at, old, new),
    }
}

/// `x-fal-endpoint`, the facts of one endpoint.
pub(super) fn endpoint(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, Some(_)) => return walk.report(at, Kind::EndpointAdded, "is now an endpoint"),
        (Some(_), None) => return walk.report(at, Kind::EndpointRemoved, "is no longer an endpoint"),
        (None, None) => return,
    };
    walk.differing(at, old, new, |walk, key, old, new| {
        let here = at.name(key);
        let (kind, what) = match key {
            "id" => (Kind::EndpointId, "the endpoint id"),
            "owner" | "app" => (Kind::EndpointApp, key),
            "name" => (Kind::EndpointType, "the marker"),
            "verb" => (Kind::EndpointCommand, "the command"),
            "positional" if texts(old).is_some() && texts(new).is_some() => {
                (Kind::EndpointCommand, "the positional fields")
            }
            "summary" => (Kind::Text, "the summary"),
            "price" => (Kind::Price, "the price"),
            "input" | "output" if is_rename(walk, old, new) => return,
            "input" | "output" => (Kind::EndpointType, key),
            _ => return walk.unknown(&here, old, new),
        };
        walk.report_value(&here, kind, what, old, new);
    });
}

/// Whether a schema was only renamed, which is reported where it is defined.
fn is_rename(walk: &mut Walk, old: Option<&Value>, new: Option<&Value>) -> bool {
    let (Some(old), Some(new)) = (old.and_then(Value::as_str), new.and_then(Value::as_str)) else { return false };
    let name = |reference: &str| reference.rsplit('/').next().unwrap_or(reference).to_owned();
    let (old_name, new_name) = (name(old), name(new));
    let is_rename = component(walk.new, "schemas", &old_name).is_none()
        && component(walk.old, "schemas", &new_name).is_none()
        && component(walk.new, "schemas", &new_name).is_some();
    if is_rename {
        walk.retarget(
            &named(&new_name, walk.position(&new_name)),
            &format!("#/components/schemas/{old_name}"),
            &format!("#/components/schemas/{new_name}"),
        );
    }
    is_rename
}

/// Compares keywords that are allowed everywhere: texts, examples, extensions; any other keyword is unknown.
pub(super) fn annotation(walk: &mut Walk, at: &At, key: &str, old: Option<&Value>, new: Option<&Value>) {
    match key {
        "description" | "title" | "summary" | "externalDocs" | "tags" | "$comment" => {
            walk.report_value(at, Kind::Text, &format!("the {key}"), old, new);
        }
        "example" | "examples" | "x-examples" => walk.report_value(at, Kind::Example, "the example", old, new),
        "deprecated" => match (flag(old), flag(new)) {
            (Some(false), Some(true)) => walk.report(at, Kind::Deprecated, "is deprecated"),
            (Some(true), Some(false)) => walk.report(at, Kind::Deprecated, "is no longer deprecated"),
            (Some(_), Some(_)) => {}
            _ => walk.unknown(at, old, new),
        },
        _ => extension(walk, at, key, old, new),
    }
}

/// A keyword that is false when it is missing; none when it is no boolean.
pub(super) fn flag(value: Option<&Value>) -> Option<bool> {
    value.map_or(Some(false), Value::as_bool)
}

/// The place of a named schema.
pub(super) fn named(name: &str, position: Position) -> At {
    let section = At::new("/components/schemas", name, position);
    At { component: true, ..section.name(name) }
}
