//! The fields of objects: which there are, which must be there, in what order, and what else may be.

use super::rules::Kind;
use super::view::View;
use super::walk::{At, Walk, keys, shown, texts};
use crate::pointer::escape;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The fields of one side.
struct Fields<'v> {
    properties: &'v Map<String, Value>,
    required: Vec<&'v str>,
    order: Vec<&'v str>,
}

impl<'v> Fields<'v> {
    /// None when the keywords do not hold what they should.
    fn read(view: &'v View, empty: &'v Map<String, Value>) -> Option<Self> {
        Some(Self {
            properties: view.get("properties").map_or(Some(empty), Value::as_object)?,
            required: texts(view.get("required"))?,
            order: texts(view.get("x-fal-order-properties"))?,
        })
    }

    fn requires(&self, name: &str) -> bool {
        self.required.contains(&name)
    }

    /// The fields that both sides have, in this side's order: as listed, the unlisted ones last, by name.
    fn common_order(&self, other: &Self) -> Vec<&'v str> {
        let is_common = |name: &&str| self.properties.contains_key(*name) && other.properties.contains_key(*name);
        let mut order: Vec<&str> = Vec::new();
        let mut rest: Vec<&str> = self.properties.keys().map(String::as_str).collect();
        rest.sort_unstable();
        for name in self.order.iter().copied().chain(rest).filter(is_common) {
            if !order.contains(&name) {
                order.push(name);
            }
        }
        order
    }

    /// The names in the listed order that are not fields.
    fn strays(&self) -> BTreeSet<&'v str> {
        self.order.iter().copied().filter(|name| !self.properties.contains_key(*name)).collect()
    }
}

/// Compares two schemas at one place.
pub(super) type CompareSchemas = fn(&mut Walk, &At, &Value, &Value);

/// Compares the fields; `schemas` compares those of two that have one name.
pub(super) fn compare(walk: &mut Walk, at: &At, old: &View, new: &View, schemas: CompareSchemas) {
    let empty = Map::new();
    let (Some(old_fields), Some(new_fields)) = (Fields::read(old, &empty), Fields::read(new, &empty)) else {
        for key in ["properties", "required", "x-fal-order-properties"] {
            if old.get(key) != new.get(key) {
                walk.unknown(&at.key(key), old.get(key), new.get(key));
            }
        }
        return;
    };
    match (old_fields.properties.is_empty(), new_fields.properties.is_empty()) {
        (true, false) => walk.report(&at.key("properties"), Kind::TypeNarrowed, "now has described fields, had none"),
        (false, true) => walk.report(&at.key("properties"), Kind::TypeWidened, "no longer has any described field"),
        _ => {}
    }
    for name in keys(old_fields.properties, new_fields.properties) {
        field(walk, at, name, &old_fields, &new_fields, schemas);
    }
    undescribed(walk, at, &old_fields, &new_fields);
    order(walk, &at.key("x-fal-order-properties"), &old_fields, &new_fields);
}

fn field(walk: &mut Walk, at: &At, name: &str, old: &Fields, new: &Fields, schemas: CompareSchemas) {
    let (was_required, is_required) = (old.requires(name), new.requires(name));
    let mut here = at.key(&format!("properties/{}", escape(name))).called(format!("{}.{name}", at.subject));
    here.optional = !(was_required && is_required);
    match (old.properties.get(name), new.properties.get(name)) {
        (None, Some(_)) if is_required => walk.report(&here, Kind::FieldAddedRequired, "is new, and required"),
        (None, Some(_)) => walk.report(&here, Kind::FieldAdded, "is new, and may be left out"),
        (Some(_), None) => walk.report(&here, Kind::FieldRemoved, "is gone"),
        (Some(old), Some(new)) => {
            required(walk, &here, was_required, is_required);
            schemas(walk, &here, old, new);
        }
        (None, None) => {}
    }
}

fn required(walk: &mut Walk, at: &At, was: bool, is: bool) {
    match (was, is) {
        (false, true) => walk.report(at, Kind::FieldRequired, "is now required"),
        (true, false) => walk.report(at, Kind::FieldOptional, "may now be left out"),
        _ => {}
    }
}

/// Fields that are required though nothing describes them.
fn undescribed(walk: &mut Walk, at: &At, old: &Fields, new: &Fields) {
    let names: BTreeSet<&str> = old.required.iter().chain(&new.required).copied().collect();
    for name in names {
        if !old.properties.contains_key(name) && !new.properties.contains_key(name) {
            let here = at.key("required").called(format!("{}.{name}", at.subject));
            required(walk, &here, old.requires(name), new.requires(name));
        }
    }
}

fn order(walk: &mut Walk, at: &At, old: &Fields, new: &Fields) {
    let (old_order, new_order) = (old.common_order(new), new.common_order(old));
    let arguments = |order: &[&str]| -> Vec<String> {
        let stays_required = |name: &&&str| old.requires(name) && new.requires(name);
        order.iter().filter(stays_required).map(|name| format!("`{name}`")).collect()
    };
    let (old_arguments, new_arguments) = (arguments(&old_order), arguments(&new_order));
    if old_arguments != new_arguments {
        let words = format!("takes {} in this order, was {}", new_arguments.join(", "), old_arguments.join(", "));
        walk.report(at, Kind::RequiredOrder, words);
    } else if old_order != new_order {
        walk.report(at, Kind::FieldOrder, "shows its fields in another order");
    }
    if old.strays() != new.strays() {
        walk.report(at, Kind::FieldOrder, "orders fields that it does not describe");
    }
}

/// What fields beyond the described ones may be.
enum Additional<'v> {
    Any,
    Refused,
    Typed(&'v Value),
}

fn read(value: Option<&Value>) -> Option<Additional<'_>> {
    match value {
        None | Some(Value::Bool(true)) => Some(Additional::Any),
        Some(Value::Bool(false)) => Some(Additional::Refused),
        Some(Value::Object(schema)) if schema.is_empty() => Some(Additional::Any),
        Some(schema @ Value::Object(_)) => Some(Additional::Typed(schema)),
        Some(_) => None,
    }
}

/// `additionalProperties`, which allows everything when it is missing.
pub(super) fn additional(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>, schemas: CompareSchemas) {
    let (Some(was), Some(is)) = (read(old), read(new)) else { return walk.unknown(at, old, new) };
    match (was, is) {
        (Additional::Any, Additional::Any) | (Additional::Refused, Additional::Refused) => {}
        (Additional::Refused, _) => {
            walk.report(at, Kind::AdditionalAllowed, "may now have fields that are not described");
        }
        (_, Additional::Refused) => {
            walk.report(at, Kind::AdditionalRefused, "may no longer have fields that are not described");
        }
        (Additional::Any, Additional::Typed(schema)) => {
            walk.report(at, Kind::TypeNarrowed, format!("may have other fields only if they fit {}", shown(schema)));
        }
        (Additional::Typed(_), Additional::Any) => walk.report(at, Kind::TypeWidened, "may have any other fields"),
        (Additional::Typed(old), Additional::Typed(new)) => {
            schemas(walk, &at.clone().called(format!("{}{{}}", at.subject)), old, new);
        }
    }
}
