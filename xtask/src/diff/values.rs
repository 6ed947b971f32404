//! The values of enumerations, and the names of their variants.

use super::rules::Kind;
use super::view::View;
use super::walk::{At, Walk, shown, texts};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn compare(walk: &mut Walk, at: &At, old: &View, new: &View) {
    let here = at.key("enum");
    let (old_values, new_values) = match (old.get("enum"), new.get("enum")) {
        (Some(Value::Array(old)), Some(Value::Array(new))) => (old, new),
        (None, Some(Value::Array(new))) => {
            let values: Vec<String> = new.iter().map(shown).collect();
            return walk.report(&here, Kind::EnumClosed, format!("must now be one of {}", values.join(", ")));
        }
        (Some(Value::Array(_)), None) => {
            return walk.report(&here, Kind::EnumOpened, "is no longer limited to listed values");
        }
        (None, None) => {
            let names = at.key("x-enum-varnames");
            return walk.unknown(&names, old.get("x-enum-varnames"), new.get("x-enum-varnames"));
        }
        (old, new) => return walk.unknown(&here, old, new),
    };
    let (old_places, new_places) = (places(old_values), places(new_values));
    let mut new_kept = Vec::new();
    for (index, value) in new_values.iter().enumerate() {
        if let Some(place) = old_places.get(&value.to_string()) {
            new_kept.push(*place);
        } else {
            let words = format!("has the new value {}", shown(value));
            walk.report(&here.key(&index.to_string()), Kind::EnumValueAdded, words);
        }
    }
    for (index, value) in old_values.iter().enumerate() {
        if !new_places.contains_key(&value.to_string()) {
            let words = format!("no longer has the value {}", shown(value));
            walk.report(&here.key(&index.to_string()), Kind::EnumValueRemoved, words);
        }
    }
    if !new_kept.is_sorted() {
        walk.report(&here, Kind::EnumOrder, "lists its values in another order");
    }
    names(walk, &at.key("x-enum-varnames"), (old, old_values), (new, new_values));
}

/// Where each value stands, by its JSON text.
fn places(values: &[Value]) -> BTreeMap<String, usize> {
    values.iter().enumerate().rev().map(|(index, value)| (value.to_string(), index)).collect()
}

/// A variant that has another name now, or is named now and was not.
fn names(walk: &mut Walk, at: &At, (old, old_values): (&View, &[Value]), (new, new_values): (&View, &[Value])) {
    let (old, new) = (old.get("x-enum-varnames"), new.get("x-enum-varnames"));
    let (Some(old_names), Some(new_names)) = (texts(old), texts(new)) else {
        if old != new {
            walk.unknown(at, old, new);
        }
        return;
    };
    let fits = |names: &[&str], values: &[Value]| names.is_empty() || names.len() == values.len();
    if !fits(&new_names, new_values) || !fits(&old_names, old_values) {
        if old != new {
            walk.unknown(at, old, new);
        }
        return;
    }
    let old_places = places(old_values);
    for (index, value) in new_values.iter().enumerate() {
        let Some(old_index) = old_places.get(&value.to_string()) else { continue };
        let (old_name, new_name) = (old_names.get(*old_index), new_names.get(index));
        if old_name != new_name {
            let name =
                |name: Option<&&str>| name.map_or("its usual name".to_owned(), |name| format!("the name `{name}`"));
            let words = format!("gives the value {} {}, it had {}", shown(value), name(new_name), name(old_name));
            walk.report(at, Kind::EnumNames, words);
        }
    }
}
