//! A view of a schema in which different ways to express the same look the same.

use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One keyword's value, and the way to where it stands, which is not the schema itself for what was merged into it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry<'v> {
    pub(super) value: Cow<'v, Value>,
    pub(super) prefix: String,
}

/// A schema's keywords; whether `null` is allowed is kept separately.
///
/// `nullable`, a member `{"type": "null"}` of a union, `"null"` in a list of types and `null` among the values of such a
/// schema all mean that `null` is a value. A union of one and an `allOf` of one are that one, unless the other side has more.
#[derive(Clone, Debug, Default)]
pub(super) struct View<'v> {
    pub(super) nullable: bool,
    pub(super) entries: BTreeMap<&'v str, Entry<'v>>,
    /// The members of `anyOf`, `oneOf` and `allOf`, each with its index.
    members: BTreeMap<&'v str, Members<'v>>,
}

type Members<'v> = (String, Vec<(usize, &'v Value)>);

/// Keywords of a wrapping schema that override those of the wrapped one. For any other keyword, both apply.
const OVERRIDABLE: &[&str] = &["default", "description", "example", "examples", "nullable", "title", "x-examples"];

impl<'v> View<'v> {
    fn of(schema: &'v Map<String, Value>) -> Self {
        let mut view = Self::default();
        view.add(schema, "");
        view
    }

    /// Both sides, brought to the same form where they mean the same.
    pub(super) fn both(old: &'v Value, new: &'v Value) -> Option<(Self, Self)> {
        let (mut old_view, mut new_view) = (Self::of(old.as_object()?), Self::of(new.as_object()?));
        if !old_view.become_member(old, &new_view) {
            new_view.become_member(new, &old_view);
        }
        Self::unwrap_single(&mut old_view, &mut new_view);
        Some((old_view, new_view))
    }

    /// Takes the form of a union of one, when the other side is a union of several and this is one of them.
    fn become_member(&mut self, schema: &'v Value, other: &Self) -> bool {
        for key in ["anyOf", "oneOf"] {
            let Some((_, members)) = other.members.get(key) else { continue };
            if members.len() > 1 && members.iter().any(|(_, member)| *member == schema) {
                *self = Self::default();
                self.members.insert(key, (String::new(), vec![(0, schema)]));
                return true;
            }
        }
        false
    }

    /// Merges members that are alone into what has them, where the other side has no more than one either.
    pub(super) fn unwrap_single(old: &mut Self, new: &mut Self) {
        let count = |view: &Self, key: &str| view.members.get(key).map_or(0, |(_, members)| members.len());
        for key in ["allOf", "anyOf", "oneOf"] {
            // One may wrap another; each round takes a level off.
            while count(old, key).max(count(new, key)) == 1 && (old.unwrap(key) | new.unwrap(key)) {}
        }
    }

    fn unwrap(&mut self, key: &str) -> bool {
        let Some((prefix, members)) = self.members.get(key) else { return false };
        let [(index, Value::Object(only))] = members.as_slice() else { return false };
        let is_told = |key: &str| self.entries.contains_key(key) || self.members.contains_key(key);
        if only.keys().any(|inner| inner != key && !OVERRIDABLE.contains(&inner.as_str()) && is_told(inner)) {
            return false;
        }
        let (prefix, only): (_, &'v Map<String, Value>) = (format!("{prefix}{key}/{index}/"), only);
        self.members.remove(key);
        self.add(only, &prefix);
        true
    }

    /// The value of a keyword that is no list of members.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key).map(|entry| entry.value.as_ref())
    }

    /// The target, when this is a reference.
    pub(super) fn reference(&self) -> Option<&str> {
        self.get("$ref").and_then(Value::as_str)
    }

    /// Takes the place of a reference: adds what it leads to, where the reference itself says nothing else.
    pub(super) fn add_target(&mut self, target: &'v Value) {
        self.entries.remove("$ref");
        if let Some(target) = target.as_object() {
            self.add(target, "");
        }
    }

    /// Puts the members that were not merged among the other keywords.
    pub(super) fn finish(&mut self) {
        for (key, (prefix, members)) in std::mem::take(&mut self.members) {
            let members = members.into_iter().map(|(_, member)| member.clone()).collect();
            self.insert(key, Cow::Owned(Value::Array(members)), &prefix);
        }
    }

    fn add(&mut self, schema: &'v Map<String, Value>, prefix: &str) {
        for (key, value) in schema {
            match (key.as_str(), value) {
                ("nullable", Value::Bool(nullable)) => self.nullable |= nullable,
                ("type", Value::Array(types)) => self.add_types(value, types, prefix),
                ("anyOf" | "oneOf" | "allOf", Value::Array(members)) => {
                    let is_null =
                        |member: &Value| key != "allOf" && member.get("type").is_some_and(|name| name == "null");
                    let others: Vec<_> = members.iter().enumerate().filter(|(_, member)| !is_null(member)).collect();
                    self.nullable |= others.len() < members.len();
                    self.members.entry(key).or_insert((prefix.to_owned(), others));
                }
                _ => self.insert(key, Cow::Borrowed(value), prefix),
            }
        }
        let values = self.entries.get("enum").and_then(|entry| entry.value.as_array());
        if let Some(values) = values
            && self.nullable
            && values.contains(&Value::Null)
        {
            let values: Vec<Value> = values.iter().filter(|value| !value.is_null()).cloned().collect();
            if let Some(entry) = self.entries.get_mut("enum") {
                entry.value = Cow::Owned(values.into());
            }
        }
    }

    fn add_types(&mut self, value: &'v Value, types: &'v [Value], prefix: &str) {
        let others: Vec<&Value> = types.iter().filter(|name| *name != "null").collect();
        self.nullable |= others.len() < types.len();
        match others.as_slice() {
            [only] => self.insert("type", Cow::Borrowed(only), prefix),
            _ if others.len() == types.len() => self.insert("type", Cow::Borrowed(value), prefix),
            _ => self.insert("type", Cow::Owned(others.into_iter().cloned().collect()), prefix),
        }
    }

    /// A keyword nearer to the schema itself takes precedence.
    fn insert(&mut self, key: &'v str, value: Cow<'v, Value>, prefix: &str) {
        let is_nearer = self.entries.get(key).is_none_or(|entry| prefix.len() < entry.prefix.len());
        if is_nearer {
            self.entries.insert(key, Entry { value, prefix: prefix.to_owned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::View;
    use serde_json::{Value, json};

    #[test]
    fn every_way_to_allow_null_is_one() {
        let ways = [
            json!({"type": "integer", "nullable": true, "title": "Seed"}),
            json!({"type": ["integer", "null"], "title": "Seed"}),
            json!({"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "Seed"}),
            json!({"oneOf": [{"type": "null"}, {"type": "integer"}], "title": "Seed"}),
        ];
        for way in &ways {
            let (view, _) = View::both(way, way).unwrap();
            assert!(view.nullable, "{way}");
            assert_eq!(view.get("type"), Some(&Value::from("integer")), "{way}");
            assert_eq!(view.get("title"), Some(&Value::from("Seed")), "{way}");
            assert_eq!(view.entries.len(), 2, "{way}");
        }
    }

    #[test]
    fn what_a_wrapper_says_wins_over_what_it_wraps() {
        let wrapped =
            json!({"allOf": [{"$ref": "#/components/schemas/Style", "description": "inner"}], "description": "outer"});
        let (view, _) = View::both(&wrapped, &wrapped).unwrap();
        assert_eq!(view.reference(), Some("#/components/schemas/Style"));
        assert_eq!(view.get("description"), Some(&Value::from("outer")));
    }
}
