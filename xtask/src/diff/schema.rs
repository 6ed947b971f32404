//! Two schemas, keyword by keyword.

use super::annotation::{annotation, flag, named};
use super::lookup::resolve;
use super::rules::Kind;
use super::view::{Entry, View};
use super::walk::{At, Task, Walk, shown};
use super::{bounds, object, values};
use serde_json::Value;
use std::collections::BTreeSet;

/// Compares two schemas at one place. Equal ones say nothing: what they refer to is compared where it is defined.
pub(super) fn compare(walk: &mut Walk, at: &At, old: &Value, new: &Value) {
    if old == new {
        return;
    }
    let Some((mut old_view, mut new_view)) = View::both(old, new) else {
        return walk.unknown(at, Some(old), Some(new));
    };
    walk.not_silent(at, |walk| {
        match (old_view.reference().map(str::to_owned), new_view.reference().map(str::to_owned)) {
            (Some(old), Some(new)) if old != new => {
                walk.retarget(at, &old, &new);
                old_view.entries.remove("$ref");
                new_view.entries.remove("$ref");
            }
            (Some(reference), None) => {
                walk.report(at, Kind::Reference, format!("is written out instead of referring to `{reference}`"));
                match resolve(walk.old, &reference) {
                    Some(target) => old_view.add_target(target),
                    None => walk.report(at, Kind::Unknown, format!("referred to `{reference}`, which was not there")),
                }
            }
            (None, Some(reference)) => {
                walk.report(at, Kind::Reference, format!("refers to `{reference}` instead of being written out"));
                match resolve(walk.new, &reference) {
                    Some(target) => new_view.add_target(target),
                    None => walk.report(at, Kind::Unknown, format!("refers to `{reference}`, which is not there")),
                }
            }
            _ => {}
        }
        View::unwrap_single(&mut old_view, &mut new_view);
        old_view.finish();
        new_view.finish();
        views(walk, at, &old_view, &new_view);
    });
}

/// Compares what may be missing on a side, where no schema means any value.
pub(super) fn compare_optional(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    match (old, new) {
        (Some(old), Some(new)) => compare(walk, at, old, new),
        (None, Some(new)) => walk.report(at, Kind::TypeNarrowed, format!("must now fit {}", shown(new))),
        (Some(old), None) => {
            walk.report(at, Kind::TypeWidened, format!("may now be anything, had to fit {}", shown(old)));
        }
        (None, None) => {}
    }
}

type Compare = fn(&mut Walk, &At, &View, &View);

/// Keywords that are compared together, because what one means depends on the others.
const GROUPS: &[(&[&str], Compare)] = &[
    (&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"], bounds::compare),
    (&["enum", "x-enum-varnames"], values::compare),
    (&["properties", "required", "x-fal-order-properties"], |walk, at, old, new| {
        object::compare(walk, at, old, new, compare);
    }),
];

fn views(walk: &mut Walk, at: &At, old: &View, new: &View) {
    if old.nullable != new.nullable {
        let (kind, words) = match (new.nullable, at.optional) {
            (true, true) => (Kind::NullAllowedOptional, "may now be `null`"),
            (true, false) => (Kind::NullAllowed, "may now be `null`"),
            (false, true) => (Kind::NullRefusedOptional, "may no longer be `null`"),
            (false, false) => (Kind::NullRefused, "may no longer be `null`"),
        };
        walk.report(at, kind, words);
    }
    let differs = |key: &str| old.get(key) != new.get(key);
    for (group, compare) in GROUPS {
        if let Some(key) = group.iter().find(|key| differs(key)) {
            walk.not_silent(&at.key(&format!("{}{key}", prefix(old, new, key))), |walk| compare(walk, at, old, new));
        }
    }
    let keys: BTreeSet<&str> = old.entries.keys().chain(new.entries.keys()).copied().collect();
    for key in keys {
        if differs(key) && !GROUPS.iter().any(|(group, _)| group.contains(&key)) {
            let here = At {
                optional: at.optional,
                ..at.key(&format!("{}{}", prefix(old, new, key), crate::pointer::escape(key)))
            };
            walk.not_silent(&here, |walk| keyword(walk, &here, key, old.get(key), new.get(key)));
        }
    }
}

/// The path from the schema to the keyword in the new view, or else in the old one.
fn prefix<'v>(old: &'v View, new: &'v View, key: &str) -> &'v str {
    let entry: Option<&Entry> = new.entries.get(key).or_else(|| old.entries.get(key));
    entry.map_or("", |entry| &entry.prefix)
}

fn keyword(walk: &mut Walk, at: &At, key: &str, old: Option<&Value>, new: Option<&Value>) {
    match key {
        "type" => types(walk, at, old, new),
        "items" => compare_optional(walk, &at.clone().called(format!("{}[]", at.subject)), old, new),
        "additionalProperties" => object::additional(walk, at, old, new, compare),
        "anyOf" | "oneOf" => members(walk, at, old, new, [Kind::MemberAdded, Kind::MemberRemoved]),
        "allOf" => members(walk, at, old, new, [Kind::PartAdded, Kind::PartRemoved]),
        "minLength" | "minItems" | "minProperties" => bounds::length(walk, at, key, true, old, new),
        "maxLength" | "maxItems" | "maxProperties" => bounds::length(walk, at, key, false, old, new),
        "uniqueItems" => match (flag(old), flag(new)) {
            (Some(false), Some(true)) => walk.report(at, Kind::LengthNarrowed, "may no longer hold an item twice"),
            (Some(true), Some(false)) => walk.report(at, Kind::LengthWidened, "may now hold an item twice"),
            (Some(_), Some(_)) => {}
            _ => walk.unknown(at, old, new),
        },
        "pattern" => {
            let kind = match (old, new) {
                (None, _) => Kind::PatternAdded,
                (_, None) => Kind::PatternRemoved,
                _ => Kind::Pattern,
            };
            walk.report_value(at, kind, "the pattern", old, new);
        }
        "format" => walk.report_value(at, Kind::Format, "the format", old, new),
        "default" => walk.report_value(at, Kind::Default, "the default", old, new),
        "const" => walk.report_value(at, Kind::Constant, "the only value", old, new),
        "readOnly" | "writeOnly" => match (flag(old), flag(new)) {
            (Some(old), Some(new)) if old == new => {}
            _ => walk.report_value(at, Kind::Access, &format!("`{key}`"), old, new),
        },
        "discriminator" => walk.report_value(at, Kind::Discriminator, "the discriminator", old, new),
        _ => annotation(walk, at, key, old, new),
    }
}

fn types(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    let kind = match (type_names(old), type_names(new)) {
        (None, None) => Kind::Representation,
        (None, Some(_)) => Kind::TypeNarrowed,
        (Some(_), None) => Kind::TypeWidened,
        (Some(old), Some(new)) if old == new => Kind::Representation,
        (Some(old), Some(new)) if fits(&old, &new) => Kind::TypeWidened,
        (Some(old), Some(new)) if fits(&new, &old) => Kind::TypeNarrowed,
        _ => Kind::Type,
    };
    walk.report_value(at, kind, "the type", old, new);
}

fn type_names(value: Option<&Value>) -> Option<BTreeSet<&str>> {
    match value? {
        Value::Array(names) => Some(names.iter().map(|name| name.as_str().unwrap_or("?")).collect()),
        name => Some(BTreeSet::from([name.as_str().unwrap_or("?")])),
    }
}

/// Whether every value of the few types is one of the many.
fn fits(few: &BTreeSet<&str>, many: &BTreeSet<&str>) -> bool {
    few.iter().all(|name| many.contains(name) || (*name == "integer" && many.contains("number")))
}

/// The members of a union or an intersection. Equal ones belong together, the others by their order.
fn members(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>, [added, removed]: [Kind; 2]) {
    let lists = (old.map_or(Some([].as_slice()), as_list), new.map_or(Some([].as_slice()), as_list));
    let (Some(old), Some(new)) = lists else { return walk.unknown(at, old, new) };
    let mut old_only: Vec<&Value> = Vec::new();
    let mut new_only: Vec<(usize, &Value)> = new.iter().enumerate().collect();
    let mut common_order = Vec::new();
    for member in old {
        match new_only.iter().position(|(_, other)| *other == member) {
            Some(place) => common_order.push(new_only.remove(place).0),
            None if walk.goes_with_endpoint(member) => {}
            None => old_only.push(member),
        }
    }
    let is_union = added == Kind::MemberAdded;
    if is_union && !common_order.is_sorted() {
        walk.report(at, Kind::MemberOrder, "lists its members in another order");
    }
    let mut old_only = old_only.into_iter();
    for (index, member) in new_only {
        let here = at.key(&index.to_string());
        if walk.comes_with_endpoint(member) {
            continue;
        }
        if let Some(old) = old_only.next() {
            compare(walk, &here, old, member);
            continue;
        }
        walk.report(&here, added, format!("has the further member {}", shown(member)));
        let one_type =
            |other: &Value| other.get("type") == member.get("type") && other.get("$ref") == member.get("$ref");
        if is_union && (index < old.len() || old.iter().any(one_type)) {
            walk.report(&here, Kind::MemberOrder, "has a member that others may now be taken for, or be named after");
        }
    }
    for member in old_only {
        walk.report(at, removed, format!("no longer has the member {}", shown(member)));
    }
}

fn as_list(value: &Value) -> Option<&[Value]> {
    value.as_array().map(Vec::as_slice)
}

/// Compares the named schemas of both documents, each in the position in which it is used.
pub(super) fn compare_named(walk: &mut Walk, name: &str, old: &Value, new: &Value) {
    let at = named(name, walk.position(name));
    compare(walk, &at, old, new);
}

/// Compares what references with a new target have led to, until nothing is left.
pub(super) fn finish_tasks(walk: &mut Walk) {
    while let Some(Task { old, new, at }) = walk.next_task() {
        compare(walk, &at, &old, &new);
    }
}
