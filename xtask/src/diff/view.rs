//! A schema with its several ways of saying one thing brought to one.

use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One keyword's value, and the way to where it stands, which is not the schema itself for what was merged into it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry<'v> {
    pub(super) value: Cow<'v, Value>,
    pub(super) prefix: String,
}

/// A schema's keywords, `null` taken out and told apart.
///
/// `nullable`, a member `{"type": "null"}` of a union, `"null"` in a list of types and `null` among the values of such a
/// schema all mean that `null` is a value. A union of one and an `allOf` of one are that one.
#[derive(Clone, Debug, Default)]
pub(super) struct View<'v> {
    pub(super) nullable: bool,
    pub(super) entries: BTreeMap<&'v str, Entry<'v>>,
}

/// What a schema may say beside the one that it wraps, which then loses its own word. Anything else means both.
const OVERRIDABLE: &[&str] = &["default", "description", "example", "examples", "nullable", "title", "x-examples"];

impl<'v> View<'v> {
    pub(super) fn of(schema: &'v Map<String, Value>) -> Self {
        let mut view = Self::default();
        view.add(schema, "");
        view
    }

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

    fn add(&mut self, schema: &'v Map<String, Value>, prefix: &str) {
        for (key, value) in schema {
            match (key.as_str(), value) {
                ("nullable", Value::Bool(nullable)) => self.nullable |= nullable,
                ("type", Value::Array(types)) => self.add_types(value, types, prefix),
                ("anyOf" | "oneOf" | "allOf", Value::Array(members)) => {
                    let fits = |only: &Map<String, Value>| {
                        only.keys().all(|key| OVERRIDABLE.contains(&key.as_str()) || !schema.contains_key(key))
                    };
                    self.add_members(key, value, members, fits, prefix);
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

    fn add_members(
        &mut self,
        key: &'v str,
        value: &'v Value,
        members: &'v [Value],
        fits: impl Fn(&Map<String, Value>) -> bool,
        prefix: &str,
    ) {
        let is_null = |member: &Value| member.get("type").is_some_and(|name| name == "null");
        let others: Vec<(usize, &Value)> =
            members.iter().enumerate().filter(|(_, member)| key == "allOf" || !is_null(member)).collect();
        self.nullable |= others.len() < members.len();
        match others.as_slice() {
            [(index, Value::Object(only))] if fits(only) => self.add(only, &format!("{prefix}{key}/{index}/")),
            _ if others.len() == members.len() => self.insert(key, Cow::Borrowed(value), prefix),
            _ => {
                let others = others.into_iter().map(|(_, member)| member.clone()).collect();
                self.insert(key, Cow::Owned(Value::Array(others)), prefix);
            }
        }
    }

    /// What stands nearer to the schema itself wins.
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
            let view = View::of(way.as_object().unwrap());
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
        let view = View::of(wrapped.as_object().unwrap());
        assert_eq!(view.reference(), Some("#/components/schemas/Style"));
        assert_eq!(view.get("description"), Some(&Value::from("outer")));
    }
}
